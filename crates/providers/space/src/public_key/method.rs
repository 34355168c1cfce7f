//! RSA signatures of a digest that is made while the body arrives.

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, LazyLock};

use aws_lc_rs::digest::{Context, Digest, SHA512};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents};
use countersign_core::{Algorithm, Claim, Match, Method, Nonce};

/// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 8017, 8.2), under keys of 2048 to 8192 bits. The digest is
/// made once, whatever the number of keys.
#[derive(Clone, Copy, Debug)]
pub enum RsaPkcs1Sha512 {}

/// An RSA key that signatures are checked with.
#[derive(Clone)]
pub struct RsaPublicKey {
    key: ParsedPublicKey,
    modulus: Arc<[u8]>,
}

impl RsaPublicKey {
    /// From modulus and exponent, big-endian. `None` if they make no key, or one of a size that is
    /// not taken.
    ///
    /// aws-lc takes any two numbers, and looks at them with each signature: a key that would match
    /// none is no key.
    pub(super) fn from_components(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (n, e) = (without_zeros(modulus), without_zeros(exponent));
        let is_modulus = is_odd(n) && (2048..=8192).contains(&bits(n));
        // Of 2 to 33 bits: with 1 everybody could sign, and longer ones are not taken anywhere.
        let is_exponent = is_odd(e) && (2..=33).contains(&bits(e));
        if !is_modulus || !is_exponent {
            return None;
        }
        let components = RsaPublicKeyComponents { n, e };
        let key = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA512).ok()?;
        Some(Self { key, modulus: n.into() })
    }

    /// A key that nobody is believed by. Its modulus is the largest of 2048 bits, so that no
    /// signature is too large for it but one.
    pub(super) fn decoy() -> Option<Self> {
        static DECOY: LazyLock<Option<RsaPublicKey>> =
            LazyLock::new(|| RsaPublicKey::from_components(&[0xff; 256], &[1, 0, 1]));
        DECOY.clone()
    }

    /// Whether a signature of this length is a number that no such key makes. aws-lc refuses it
    /// without a look at the digest.
    fn is_exceeded_by(&self, signature: &[u8]) -> bool {
        signature.len() == self.modulus.len() && signature >= &*self.modulus
    }

    fn is_signed(&self, digest: &Digest, signature: &[u8]) -> bool {
        self.key.verify_digest_sig(digest, signature).is_ok()
    }
}

/// Some write a zero before a number whose highest bit is set.
fn without_zeros(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}

fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len() * 8 - leading
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

impl Debug for RsaPublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("RsaPublicKey(..)")
    }
}

/// The digest in progress.
pub struct RsaState(Context);

impl Debug for RsaState {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("RsaState(..)")
    }
}

impl Method for RsaPkcs1Sha512 {
    type Key = RsaPublicKey;
    type State = RsaState;

    fn start(_: &[RsaPublicKey], _: &Claim) -> RsaState {
        RsaState(Context::new(&SHA512))
    }

    fn update(state: &mut RsaState, piece: &[u8]) {
        state.0.update(piece);
    }

    /// One signature is claimed, and every key is tried. The fingerprint is the digest: the same
    /// text is the same request under whichever key.
    fn finish(state: RsaState, keys: &[RsaPublicKey], claim: &Claim) -> Option<Match> {
        let digest = state.0.finish();
        let [signature] = claim.signatures() else { return None };
        if signature.algorithm() != Algorithm::RsaPkcs1Sha512 {
            return None;
        }
        let mut matched = None;
        for (index, key) in keys.iter().enumerate() {
            if key.is_exceeded_by(signature.bytes()) {
                // It is none, and costs what one does: under the decoy, which it does not exceed, it
                // would cost that, and the time would tell for whom there are keys.
                if let Some(decoy) = RsaPublicKey::decoy() {
                    let _ = decoy.is_signed(&digest, signature.bytes());
                }
            } else if key.is_signed(&digest, signature.bytes()) {
                matched.get_or_insert(index);
            }
        }
        matched.map(|key| Match::new(key, [Nonce::of(digest.as_ref())]))
    }
}
