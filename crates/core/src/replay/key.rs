//! What a request is remembered by.

use std::fmt::{self, Debug, Formatter};

use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use crate::error::Reason;
use crate::method::{Method, Nonce};
use crate::proof::Proof;
use crate::scheme::Scheme;

/// What a request is remembered by: a digest of the provider's name, the tenant where there is one,
/// and either the signed id or one fingerprint.
///
/// It is a digest (SHA-256), because a fingerprint can be a valid signature, which nobody should
/// find in a store; and because a signed id may be long.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// The key of a request with a signed id.
    #[must_use]
    pub fn of_id(scheme: &str, tenant: Option<&str>, id: &str) -> Self {
        Self::of(scheme, tenant, b"id", id.as_bytes())
    }

    /// The key of a request with this fingerprint.
    #[must_use]
    pub fn of_fingerprint(scheme: &str, tenant: Option<&str>, fingerprint: &Nonce) -> Self {
        Self::of(scheme, tenant, b"fingerprint", fingerprint.as_bytes())
    }

    /// The bytes: as good as random, so a store may put them wherever its keys go.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Both halves, as numbers.
    pub(crate) fn halves(&self) -> [u128; 2] {
        let mut halves = [0; 2];
        let (whole, _) = self.0.as_chunks::<16>();
        for (half, bytes) in halves.iter_mut().zip(whole) {
            *half = u128::from_le_bytes(*bytes);
        }
        halves
    }

    /// Each part stands behind its length, and no tenant is not an empty one, so that no two
    /// requests share a text.
    fn of(scheme: &str, tenant: Option<&str>, kind: &[u8], value: &[u8]) -> Self {
        let mut digest = Sha256::new();
        let mut add = |part: &[u8]| {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        };
        add(b"countersign replay 1");
        add(scheme.as_bytes());
        match tenant {
            Some(tenant) => {
                add(b"tenant");
                add(tenant.as_bytes());
            }
            None => add(b""),
        }
        add(kind);
        add(value);
        Self(digest.finalize().into())
    }
}

/// The keys of one request, each once, in their order.
pub(crate) type Keys = SmallVec<[ReplayKey; 1]>;

/// What a genuine request is remembered by: its signed id, or else each of its fingerprints.
pub(crate) fn keys<S: Scheme>(proof: &Proof<S>) -> Result<Keys, Reason> {
    let tenant = proof.tenant();
    let mut keys: Keys = match proof.id() {
        Some(id) => std::iter::once(ReplayKey::of_id(S::NAME, tenant, id)).collect(),
        None if S::Method::DISTINGUISHES => proof
            .fingerprints()
            .iter()
            .map(|fingerprint| ReplayKey::of_fingerprint(S::NAME, tenant, fingerprint))
            .collect(),
        None => Keys::new(),
    };
    if keys.is_empty() {
        return Err(Reason::Missing("the signed id"));
    }
    // A secret may be configured twice: the second claim of one key would be a duplicate.
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// In hexadecimal digits: nothing can be made of them.
impl Debug for ReplayKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({})", base16ct::lower::encode_string(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_requests_share_a_key() {
        let nonce = Nonce::of(b"tag");
        let same = "tag".to_owned() + &"\0".repeat(29);
        let keys = [
            ReplayKey::of_id("spark", None, "id"),
            ReplayKey::of_id("spark", Some(""), "id"),
            ReplayKey::of_id("spark", Some("t"), "id"),
            ReplayKey::of_id("spark", Some("ti"), "d"),
            ReplayKey::of_id("sparkt", None, "id"),
            ReplayKey::of_id("spark", None, "tid"),
            ReplayKey::of_id("spark", None, ""),
            ReplayKey::of_id("spark", None, &same),
            ReplayKey::of_fingerprint("spark", None, &nonce),
            ReplayKey::of_fingerprint("spark", Some("t"), &nonce),
            ReplayKey::of_fingerprint("flow", None, &nonce),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(keys[..index].iter().all(|other| other != key), "{index}");
        }
        assert_eq!(keys[0], ReplayKey::of_id("spark", None, "id"));
    }
}
