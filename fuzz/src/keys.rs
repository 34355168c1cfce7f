//! Secrets and keys: those that the checks sign with, and what is read of texts that are said to be some.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use countersign::space::Jwks;
use countersign::{Scheme, Secret, sendgrid};
use serde_json::Value;

use crate::large::large;
use crate::schemes::{self, Visit};

#[path = "../../tests/support/rsa.rs"]
pub mod rsa;

/// The newest secret, the one before it, and one that nobody believes in: in this order everywhere.
pub(crate) const SECRETS: [&str; 3] = ["somesupersecretphrase", "the_one_before_it", "another_one"];
pub(crate) const SECRET: &str = SECRETS[0];

/// The same for Standard Webhooks: 32 bytes each.
pub(crate) const WHSECS: [&str; 3] = [
    "whsec_dGhlIG5ld2VzdCBvZiB0aGUgdHdvIHNlY3JldHMuLi4=",
    "whsec_dGhlIG9sZGVyIG9uZSBvZiB0aGUgdHdvIHNlY3JldHM=",
    "whsec_YSBzZWNyZXQgdGhhdCBub2JvZHkgYmVsaWV2ZXMgaW4=",
];
pub(crate) const WHSEC: &str = WHSECS[0];

/// The first key pair of RFC 8032, 7.1.
pub(crate) const ED25519_PRIVATE: &str =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
pub(crate) const DISCORD: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
pub(crate) const WHSK: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
pub(crate) const WHPK: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// A private key on P-256, and its other half.
pub(crate) const P256_PRIVATE: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3C/uxxxRVS+gslIZ1o6rJDMUoxJ9Mu71lAyPIT2HjdehRANCAATdJNSjRubq0YMdjKLCoH1hqLmXnpaU9nTXXq29NgIpZSQJyZiLGMZRo+/2uTEf13s4q/Di+AR9/RiA0Lvl9BLi";
pub(crate) static P256: LazyLock<String> = LazyLock::new(|| {
    let pair = sendgrid::testing::TestKey::read(P256_PRIVATE.as_bytes()).expect("a private key");
    pair.public().expect("its other half")
});

/// The RSA key of the tests.
pub(crate) static JWK: LazyLock<String> = LazyLock::new(|| rsa::jwk(rsa::NEW));

/// A set of keys is read as JSON says, and every scheme takes or refuses a text as its key.
pub fn check(data: &[u8]) {
    let Some((&scheme, text)) = data.split_first() else { return };
    let large = large(text);
    let text = large.as_deref().unwrap_or(text);
    if scheme < 128 {
        jwks(text);
    } else {
        schemes::visit(scheme, &Reading(text));
    }
}

struct Reading<'a>(&'a [u8]);

impl Visit for Reading<'_> {
    fn scheme<S: Scheme>(&self, scheme: S, _: &str) {
        match Secret::new(self.0) {
            Ok(secret) => {
                let _ = scheme.key(&secret);
            }
            Err(_) => assert!(self.0.is_empty()),
        }
    }
}

fn jwks(text: &[u8]) {
    let expected = usable(text);
    match Jwks::parse(text) {
        Ok(jwks) => {
            let keys = jwks.key_set().keys().len();
            assert!(keys <= Jwks::MAX_KEYS);
            assert_eq!(Some(keys), expected);
        }
        Err(_) => {
            // Refused as a whole: for its form, a repeated name, or too many keys of whatever kind.
            let all = set(text).and_then(|set| Some(set.get("keys")?.as_array()?.len()));
            let is_too_long = all.is_some_and(|all| all > Jwks::MAX_KEYS);
            assert!(expected.is_none() || is_too_long || repeats(text));
        }
    }
}

/// How many keys of the set are RSA keys of 2048 to 8192 bits with an odd exponent of 2 to 33 bits.
fn usable(text: &[u8]) -> Option<usize> {
    let set = set(text)?;
    let keys = set.get("keys")?.as_array()?;
    Some(keys.iter().filter(|key| is_usable(key)).count())
}

fn set(text: &[u8]) -> Option<Value> {
    match serde_json::from_slice(text).ok()? {
        Value::String(inner) => serde_json::from_str(&inner).ok().filter(Value::is_object),
        plain => Some(plain).filter(Value::is_object),
    }
}

/// Where a name is there twice, `Value` keeps the last one.
fn repeats(text: &[u8]) -> bool {
    text.windows(6).filter(|window| window == b"\"keys\"").count() > 1
        || text.windows(8).filter(|window| window == b"\\\"keys\\\"").count() > 1
        || text.contains(&b'\\')
}

fn is_usable(key: &Value) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let number = |name: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text(name)?).ok()?;
        let start = bytes.iter().position(|&byte| byte != 0)?;
        Some(bytes[start..].to_vec())
    };
    let (Some("RSA"), Some(n), Some(e)) = (text("kty"), number("n"), number("e")) else {
        return false;
    };
    let bits = |number: &[u8]| number.len() * 8 - number[0].leading_zeros() as usize;
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    is_odd(&n) && is_odd(&e) && (2048..=8192).contains(&bits(&n)) && (2..=33).contains(&bits(&e))
}
