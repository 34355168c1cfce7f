//! Keys as Space publishes them.

use std::fmt::{self, Debug, Formatter};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use countersign_core::{ConfigError, JsonObject, KeyHint, KeySet, KeySource, Lookup};
use serde::Deserialize;
use serde_json::Value;

use super::method::RsaPublicKey;

/// A file is read up to here: a set of as many keys as are taken, of the longest, is far smaller.
const FILE_LIMIT: u64 = 1024 * 1024;

/// A JWK set (RFC 7517, 5): a fixed one is a [`KeySource`] as it stands.
///
/// Every key of it that can be used is: RSA, of 2048 to 8192 bits. Others are passed over. If none
/// is left, every request is refused.
#[derive(Clone)]
pub struct Jwks {
    keys: KeySet<RsaPublicKey>,
}

impl Jwks {
    /// How many keys are tried for each request; a set with more of them is refused. Space has one
    /// or two.
    pub const MAX_KEYS: usize = 32;

    /// Reads a set: `{"keys":[..]}`, or, as Space answers, a JSON string with that text in it.
    ///
    /// # Errors
    ///
    /// When it is neither, or has more than [`MAX_KEYS`](Self::MAX_KEYS) keys.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let set = set(text.as_ref()).ok_or_else(|| {
            ConfigError::new(
                "that is no JWK set: give {\"keys\":[..]}, as Space's public-keys endpoint answers",
            )
        })?;
        if set.keys.len() > Self::MAX_KEYS {
            return Err(ConfigError::new(format!(
                "a JWK set of more than {} keys",
                Self::MAX_KEYS
            )));
        }
        let keys: Vec<_> = set.keys.iter().filter_map(rsa).collect();
        Ok(Self { keys: KeySet::new(keys) })
    }

    /// Reads a set from a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is larger than 1 MiB, and as for [`parse`](Self::parse).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let named =
            |error: &dyn fmt::Display| ConfigError::new(format!("{}: {error}", path.display()));
        let mut text = Vec::new();
        File::open(path)
            .and_then(|file| file.take(FILE_LIMIT + 1).read_to_end(&mut text))
            .map_err(|error| named(&error))?;
        if text.len() as u64 > FILE_LIMIT {
            return Err(named(&"it is larger than 1 MiB; is it the right one?"));
        }
        Self::parse(text).map_err(|error| named(&error))
    }

    /// The keys that can be used, in the order in which they stand.
    #[must_use]
    pub fn key_set(&self) -> &KeySet<RsaPublicKey> {
        &self.keys
    }
}

impl KeySource<RsaPublicKey> for Jwks {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<RsaPublicKey> {
        Lookup::Ready(Ok(self.keys.clone()))
    }
}

impl Debug for Jwks {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("keys", &self.keys.keys().len()).finish()
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

fn set(text: &[u8]) -> Option<Set> {
    match serde_json::from_slice(text).ok()? {
        Value::String(inner) => {
            serde_json::from_str(&inner).ok().map(|JsonObject(set): JsonObject<Set>| set)
        }
        plain @ Value::Object(_) => Set::deserialize(plain).ok(),
        _ => None,
    }
}

/// An RSA key among JWKs. What else is said of it (`use`, `alg`, `kid`) is of no account: Space
/// wants every RSA key of the set tried.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    n: String,
    e: String,
}

fn rsa(value: &Value) -> Option<RsaPublicKey> {
    let jwk = Jwk::deserialize(value).ok().filter(|jwk| jwk.kty == "RSA")?;
    let number = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    RsaPublicKey::from_components(&number(&jwk.n)?, &number(&jwk.e)?)
}

impl RsaPublicKey {
    pub(super) fn from_jwk(text: &[u8]) -> Result<Self, ConfigError> {
        serde_json::from_slice(text).ok().as_ref().and_then(rsa).ok_or_else(|| {
            ConfigError::new(
                "that is no RSA key of 2048 to 8192 bits as a JWK; for the JWK set that Space \
                 publishes take `SpacePublicKeyVerify::with_keys` and `Jwks`",
            )
        })
    }
}
