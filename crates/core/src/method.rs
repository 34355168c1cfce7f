//! The cryptography behind a signature.

mod hmac;
mod token;

use std::fmt::{self, Debug, Formatter};

use ctutils::{Choice, CtAssign};
use smallvec::SmallVec;

use crate::evidence::{Algorithm, Claim};

pub use self::hmac::{Hmac, HmacKey, HmacState};
pub use self::token::{Token, TokenKey};

/// A way of signing: it sees the signed text once, in pieces, under all candidate keys at a time.
///
/// One state covers every key and every claimed algorithm: a MAC keeps one for each, a public key
/// method shares the digest. Neither the verdict nor the time may depend on which key matched.
pub trait Method: Send + Sync + 'static {
    /// A key, ready to be used.
    type Key: Send + Sync + 'static;

    /// What is kept between two pieces.
    type State: Send + 'static;

    /// Whether [`Match::fingerprints`] tell one request from another. Where they are the same for
    /// every request, as a token's are, requests cannot be remembered by them.
    const DISTINGUISHES: bool = true;

    /// Begins, with what is claimed.
    fn start(keys: &[Self::Key], claim: &Claim) -> Self::State;

    /// Takes the next piece of the signed text.
    fn update(state: &mut Self::State, piece: &[u8]);

    /// Says which key made the claimed signatures of the text that was fed, if one did.
    ///
    /// `keys` and `claim` are those of [`start`](Self::start).
    fn finish(state: Self::State, keys: &[Self::Key], claim: &Claim) -> Option<Match>;

    /// Says the same of a text that is there as a whole, in these pieces.
    ///
    /// By default it is started, fed and finished. What a state costs to be moved can be saved here; the answer
    /// must be the same.
    #[inline]
    fn verify(keys: &[Self::Key], claim: &Claim, text: &[&[u8]]) -> Option<Match> {
        let mut state = Self::start(keys, claim);
        for piece in text {
            Self::update(&mut state, piece);
        }
        Self::finish(state, keys, claim)
    }

    /// What the signature of a text would be under a key, where who verifies could sign as well.
    /// `None` for a public key, and for an algorithm that the method does not make.
    ///
    /// **For people who ask why a request was refused**, never to be compared with what came or to be
    /// sent to anybody: [`finish`](Self::finish) is the check.
    fn tag(key: &Self::Key, algorithm: Algorithm, text: &[u8]) -> Option<Vec<u8>> {
        let _ = (key, algorithm, text);
        None
    }
}

/// A signature that holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Match {
    /// The index of the key that made it; 0 is the newest.
    pub key: usize,
    /// What tells this signed text from any other: a MAC's tag under **every** configured key, so
    /// that the same text signed with the old and the new key is the same request; the digest of
    /// the text for a public key method. Never the text of the signature as it was sent.
    pub fingerprints: SmallVec<[Nonce; 1]>,
}

impl Match {
    /// A match of the key at that index.
    #[must_use]
    pub fn new(key: usize, fingerprints: impl IntoIterator<Item = Nonce>) -> Self {
        Self { key, fingerprints: fingerprints.into_iter().collect() }
    }
}

/// The first index that holds, found in a time that does not depend on which one it is.
fn newest(verdicts: impl IntoIterator<Item = Choice>) -> Option<usize> {
    let (mut found, mut key) = (Choice::FALSE, 0);
    for (index, holds) in (0u64..).zip(verdicts) {
        key.ct_assign(&index, holds & !found);
        found |= holds;
    }
    if found.to_bool() { usize::try_from(key).ok() } else { None }
}

/// 32 bytes that tell one signed text from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// Of a tag or digest: its first 32 bytes, or all of it and zeros.
    #[must_use]
    pub fn of(tag: &[u8]) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(tag) {
            *to = *from;
        }
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A fingerprint can be a valid signature, so it is not printed.
impl Debug for Nonce {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not taken from the iterator is not made.
    #[test]
    fn every_verdict_is_looked_at() {
        const MANY: u64 = 8;
        for holding in 0..1_u64 << MANY {
            let mut taken = 0;
            let verdicts = (0..MANY).map(|at| {
                taken += 1;
                Choice::from_u8_lsb(u8::from(holding >> at & 1 == 1))
            });
            let first = (holding > 0).then_some(holding.trailing_zeros() as usize);
            assert_eq!(newest(verdicts), first, "{holding:#b}");
            assert_eq!(taken, MANY, "{holding:#b}");
        }
    }
}
