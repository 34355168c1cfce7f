//! A token that equals the secret: the weak tier, since it covers nothing.

use std::fmt::{self, Debug, Formatter};

use ctutils::CtEq;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::evidence::{Algorithm, Claim};
use crate::method::{Match, Method, Nonce, newest};

/// Compares tokens, by their SHA-256 and in constant time, so that not even the length of the
/// secret shows. **No byte of the request is protected.**
#[derive(Clone, Copy, Debug)]
pub enum Token {}

/// The digest of a configured token, wiped when dropped.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// The key for this token.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Whether this is the token. The time that it takes tells nothing of the one that is configured, not
    /// even its length.
    #[must_use]
    pub fn is(&self, claimed: &[u8]) -> bool {
        self.0.ct_eq(&Self::new(claimed).0).to_bool()
    }
}

impl Drop for TokenKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Debug for TokenKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

impl Method for Token {
    type Key = TokenKey;
    type State = ();

    const DISTINGUISHES: bool = false;

    fn start(_: &[TokenKey], _: &Claim) {}

    fn update((): &mut (), _: &[u8]) {}

    /// One token is claimed; several, or a signature instead of one, match nothing.
    fn finish((): (), keys: &[TokenKey], claim: &Claim) -> Option<Match> {
        let [token] = claim.signatures() else { return None };
        if token.algorithm() != Algorithm::Token {
            return None;
        }
        let claimed = TokenKey::new(token.bytes());
        let key = newest(keys.iter().map(|configured| configured.0.ct_eq(&claimed.0)))?;
        Some(Match::new(key, keys.iter().map(|configured| Nonce::of(&configured.0))))
    }
}
