//! ECDSA signatures of a digest that is made while the body arrives.

use std::fmt::{self, Debug, Formatter};

use aws_lc_rs::digest::{Context, SHA256};
use countersign_core::{Algorithm, Claim, Match, Method, Nonce};

use crate::key::EcdsaPublicKey;

/// ECDSA over P-256 with SHA-256 (FIPS 186-5, 6.4). The digest is made once, whatever the number of keys.
#[derive(Clone, Copy, Debug)]
pub enum EcdsaP256Sha256 {}

/// The digest in progress.
pub struct EcdsaState(Context);

impl Debug for EcdsaState {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("EcdsaState(..)")
    }
}

impl Method for EcdsaP256Sha256 {
    type Key = EcdsaPublicKey;
    type State = EcdsaState;

    fn start(_: &[EcdsaPublicKey], _: &Claim) -> EcdsaState {
        EcdsaState(Context::new(&SHA256))
    }

    fn update(state: &mut EcdsaState, piece: &[u8]) {
        state.0.update(piece);
    }

    /// One signature is claimed, and every key is tried. The fingerprint is the digest: anybody can make a second
    /// signature out of one, `n - s` in place of `s`, and the text is still the same request.
    fn finish(state: EcdsaState, keys: &[EcdsaPublicKey], claim: &Claim) -> Option<Match> {
        let digest = state.0.finish();
        let [signature] = claim.signatures() else { return None };
        if signature.algorithm() != Algorithm::EcdsaP256Sha256 {
            return None;
        }
        let mut matched = None;
        for (index, key) in keys.iter().enumerate() {
            if key.is_signed(&digest, signature.bytes()) {
                matched.get_or_insert(index);
            }
        }
        matched.map(|key| Match::new(key, [Nonce::of(digest.as_ref())]))
    }
}
