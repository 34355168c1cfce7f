//! Signatures by the public key: what is none, what does not match, and what tells one from another.

use std::time::Duration;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use countersign::space::{Jwks, RsaPublicKey, SpacePublicKey};
use countersign::{
    KeyHint, KeySource, KeyTable, Lookup, ManualClock, Reason, SpacePublicKeyVerify, VerifyLayer,
};
use countersign_tests::rsa;
use http::Request;
use serde_json::Value;

use super::{
    BAD_RSA, BAD_TIME, BODY, BY_RSA, NOW, TIME, by_rsa, proof, public_key, refusal, signed,
    signed_at, with,
};

/// The same text is the same request, whichever key signed it; another time is another request.
#[test]
fn the_fingerprint_of_a_public_key_is_of_the_text() {
    let layer = SpacePublicKeyVerify::new([rsa::jwk(rsa::NEW), rsa::jwk(rsa::OLD)])
        .clock(ManualClock::at(NOW));
    let scheme = SpacePublicKey::default();
    let (new, old) = (signed(&scheme, rsa::NEW, BODY), signed(&scheme, rsa::OLD, BODY));
    assert_ne!(new.headers()[BY_RSA], old.headers()[BY_RSA]);
    let (new, old) = (proof(&layer, new), proof(&layer, old));
    assert_eq!((new.key(), old.key()), (0, 1));
    assert_eq!((new.fingerprints().len(), new.fingerprints()), (1, old.fingerprints()));

    let later = NOW.plus(Duration::from_millis(1));
    for other in [
        signed_at(later, &scheme, rsa::NEW, BODY),
        signed(&scheme, rsa::NEW, BODY.replace('U', "V")),
    ] {
        assert_ne!(proof(&layer, other).fingerprints(), new.fingerprints());
    }
}

/// Says where it was when it should not have been asked at all.
struct Unasked;

impl KeySource<RsaPublicKey> for Unasked {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<RsaPublicKey> {
        panic!("keys were looked up for what is not a signature")
    }
}

#[test]
fn what_is_no_signature_asks_for_no_keys() {
    let layer = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), Unasked)
        .clock(ManualClock::at(NOW));
    let genuine = by_rsa(BODY);
    let text = genuine.headers()[BY_RSA].to_str().expect("base64").to_owned();
    let bytes = BASE64_STANDARD.decode(&text).expect("base64");
    assert_eq!(bytes.len(), 256);

    // The alphabet of URLs differs in two characters, so one of them has to be there.
    let for_urls = BASE64_URL_SAFE.encode([&[0xff; 3], &bytes[3..]].concat());
    for malformed in [
        String::new(),
        for_urls,
        text.trim_end_matches('=').to_owned(),
        text.replacen('=', "==", 1),
        format!("{text}\t,{text}"),
        format!("RS512 {text}"),
        BASE64_STANDARD.encode(&bytes[..255]),
        BASE64_STANDARD.encode([0; 1]),
        BASE64_STANDARD.encode([0; 64]),
        BASE64_STANDARD.encode([0; 1025]),
        BASE64_STANDARD.encode([0; 1100]),
        "A".repeat(60_000),
    ] {
        let request = with(genuine.clone(), BY_RSA, malformed.as_bytes());
        assert_eq!(refusal(&layer, request), Some(BAD_RSA), "{malformed}");
    }
    assert_eq!(refusal(&layer, with(genuine.clone(), TIME, b"now")), Some(BAD_TIME));
    let stale = with(genuine, TIME, b"1632844047461");
    assert_eq!(refusal(&layer, stale), Some(Reason::Stale));
}

/// Of a length that a signature can have, but not the one of this key.
#[test]
fn a_signature_of_another_length_does_not_match() {
    let genuine = by_rsa(BODY);
    let bytes = BASE64_STANDARD.decode(genuine.headers()[BY_RSA].as_bytes()).expect("base64");
    let zero_first = [&[0], &*bytes].concat();
    for signature in
        [zero_first, [&*bytes, &[0]].concat(), vec![0; 256], vec![0xff; 256], vec![0; 1024]]
    {
        let text = BASE64_STANDARD.encode(&signature);
        let request = with(genuine.clone(), BY_RSA, text.as_bytes());
        assert_eq!(refusal(&public_key(), request), Some(Reason::Mismatch), "{signature:?}");
    }
}

/// Numbers that no key of that size signs with, or hardly any, are wrong signatures like others.
#[test]
fn signatures_as_large_as_a_modulus() {
    let table = KeyTable::by_key_id();
    table.insert("f6df", Jwks::parse(rsa::key(rsa::NEW).jwks()).expect("a set")).expect("new");
    let layer = VerifyLayer::with_keys(SpacePublicKey::default().by_client_id(), table)
        .clock(ManualClock::at(NOW));
    let jwk: Value = serde_json::from_str(&rsa::key(rsa::NEW).jwk()).expect("a JWK");
    let modulus = jwk["n"].as_str().expect("a modulus");
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(modulus).expect("a modulus");
    let mut below_all = vec![0xff; 256];
    below_all[255] = 0xfe;
    for signature in [modulus, below_all, vec![0xff; 256], vec![0; 256]] {
        for (client, reason) in [("f6df", Reason::Mismatch), ("nobody", Reason::UnknownKey)] {
            let body = format!(r#"{{"className":"ListCommandsPayload","clientId":"{client}"}}"#);
            let request = Request::post("/")
                .header(TIME, "1632844347462")
                .header(BY_RSA, BASE64_STANDARD.encode(&signature))
                .body(Bytes::from(body))
                .expect("a request");
            assert_eq!(layer.verify(request).expect_err("it is none").reason(), reason);
        }
    }
}
