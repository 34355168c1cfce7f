//! HMAC (RFC 2104) with SHA-1 or SHA-2, several of them over one pass if need be.

use std::fmt::{self, Debug, Formatter};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ctutils::{Choice, CtEq};
use hmac::digest::{KeyInit, Output};
use hmac::{Hmac as Mac, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use smallvec::SmallVec;

use crate::error::ConfigError;
use crate::evidence::{Algorithm, Claim, Need, Signature};
use crate::method::{Match, Method, Nonce, newest};

/// Verifies HMACs: one state for each configured key and each algorithm that is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Hmac {}

/// A key with its inner and outer block already hashed, for each algorithm.
///
/// Starting a MAC from it is a copy. Secrets longer than a block are hashed, as the RFC says.
#[derive(Clone)]
pub struct HmacKey {
    sha1: Mac<Sha1>,
    sha256: Mac<Sha256>,
    sha384: Mac<Sha384>,
    sha512: Mac<Sha512>,
}

impl HmacKey {
    /// The key for these bytes.
    #[must_use]
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "HMAC is defined for keys of any length"
    )]
    pub fn new(secret: &[u8]) -> Self {
        const ANY: &str = "HMAC takes keys of any length";
        Self {
            sha1: Mac::new_from_slice(secret).expect(ANY),
            sha256: Mac::new_from_slice(secret).expect(ANY),
            sha384: Mac::new_from_slice(secret).expect(ANY),
            sha512: Mac::new_from_slice(secret).expect(ANY),
        }
    }

    /// The tag of a text that comes in pieces.
    ///
    /// # Errors
    ///
    /// If the algorithm is not an HMAC.
    pub fn sign(&self, algorithm: Algorithm, pieces: &[&[u8]]) -> Result<Vec<u8>, ConfigError> {
        let mut made = None;
        self.show(algorithm, pieces, |tag| made = Some(tag.to_vec()));
        made.ok_or_else(|| ConfigError::new("no HMAC is made that way"))
    }

    /// The same in lower-case hexadecimal digits.
    ///
    /// # Errors
    ///
    /// If the algorithm is not an HMAC.
    pub fn sign_hex(&self, algorithm: Algorithm, pieces: &[&[u8]]) -> Result<String, ConfigError> {
        Ok(base16ct::lower::encode_string(&self.sign(algorithm, pieces)?))
    }

    /// The same in base64: standard alphabet, with padding.
    ///
    /// # Errors
    ///
    /// If the algorithm is not an HMAC.
    pub fn sign_base64(
        &self,
        algorithm: Algorithm,
        pieces: &[&[u8]],
    ) -> Result<String, ConfigError> {
        Ok(BASE64_STANDARD.encode(self.sign(algorithm, pieces)?))
    }

    /// Shows the tag of a text, unless the algorithm is no HMAC. Each MAC stays where it is made: what was just
    /// written is not yet where a wide load could take it from, so a move takes longer than its bytes tell.
    #[inline]
    fn show(&self, algorithm: Algorithm, text: &[&[u8]], see: impl FnOnce(&[u8])) {
        match algorithm {
            Algorithm::HmacSha1 => see(&tag(&self.sha1, text)),
            Algorithm::HmacSha256 => see(&tag(&self.sha256, text)),
            Algorithm::HmacSha384 => see(&tag(&self.sha384, text)),
            Algorithm::HmacSha512 => see(&tag(&self.sha512, text)),
            Algorithm::Ed25519
            | Algorithm::EcdsaP256Sha256
            | Algorithm::RsaPkcs1Sha512
            | Algorithm::Token
            | Algorithm::Sha256
            | Algorithm::Sha512 => {}
        }
    }

    #[inline]
    fn start(&self, algorithm: Algorithm) -> Option<Running> {
        Some(match algorithm {
            Algorithm::HmacSha1 => Running::Sha1(self.sha1.clone()),
            Algorithm::HmacSha256 => Running::Sha256(self.sha256.clone()),
            Algorithm::HmacSha384 => Running::Sha384(Box::new(self.sha384.clone())),
            Algorithm::HmacSha512 => Running::Sha512(Box::new(self.sha512.clone())),
            Algorithm::Ed25519
            | Algorithm::EcdsaP256Sha256
            | Algorithm::RsaPkcs1Sha512
            | Algorithm::Token
            | Algorithm::Sha256
            | Algorithm::Sha512 => return None,
        })
    }
}

impl Debug for HmacKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey(..)")
    }
}

#[inline]
fn tag<M: hmac::Mac + Clone>(key: &M, text: &[&[u8]]) -> Output<M> {
    let mut mac = key.clone();
    for piece in text {
        mac.update(piece);
    }
    mac.finalize().into_bytes()
}

/// The MACs in progress: for each key, the algorithms in their order.
pub struct HmacState(SmallVec<[Running; 1]>);

impl Debug for HmacState {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("HmacState(..)")
    }
}

/// The wide ones are boxed, so that the common ones do not pay for them in the size of a future.
enum Running {
    Sha1(Mac<Sha1>),
    Sha256(Mac<Sha256>),
    Sha384(Box<Mac<Sha384>>),
    Sha512(Box<Mac<Sha512>>),
}

impl Running {
    fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha1(mac) => mac.update(piece),
            Self::Sha256(mac) => mac.update(piece),
            Self::Sha384(mac) => mac.update(piece),
            Self::Sha512(mac) => mac.update(piece),
        }
    }

    /// Shows the tag.
    #[inline]
    fn finish(self, see: impl FnOnce(&[u8])) {
        match self {
            Self::Sha1(mac) => see(&mac.finalize().into_bytes()),
            Self::Sha256(mac) => see(&mac.finalize().into_bytes()),
            Self::Sha384(mac) => see(&mac.finalize().into_bytes()),
            Self::Sha512(mac) => see(&mac.finalize().into_bytes()),
        }
    }
}

impl Hmac {
    /// Those that a tag can be made by.
    pub(crate) const ALGORITHMS: [Algorithm; 4] =
        [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha384, Algorithm::HmacSha512];

    /// As [`Method::start`], with keys that stand among others: for a method that is made of several.
    #[inline]
    pub fn start_among<'k>(keys: impl Iterator<Item = &'k HmacKey>, claim: &Claim) -> HmacState {
        // A loop: an iterator of iterators moves each of them, which is hundreds of bytes, from hand to hand.
        let mut state = SmallVec::new();
        for key in keys {
            for algorithm in algorithms(claim) {
                if let Some(running) = key.start(algorithm) {
                    state.push(running);
                }
            }
        }
        HmacState(state)
    }

    /// As [`Method::finish`], with the keys of [`start_among`](Self::start_among). The index is that among them.
    ///
    /// Every claimed signature is compared under every key, in constant time and without an early
    /// exit; of several keys that match, the newest is named.
    #[inline]
    pub fn finish_among<'k>(
        state: HmacState,
        keys: impl Iterator<Item = &'k HmacKey>,
        claim: &Claim,
    ) -> Option<Match> {
        let mut running = state.0.into_iter();
        compare(keys, claim, |_, _, see| {
            if let Some(running) = running.next() {
                running.finish(see);
            }
        })
    }

    /// As [`Method::verify`], with keys that stand among others. The index is that among them.
    #[inline]
    pub fn verify_among<'k>(
        keys: impl Iterator<Item = &'k HmacKey>,
        claim: &Claim,
        text: &[&[u8]],
    ) -> Option<Match> {
        compare(keys, claim, |key, algorithm, see| key.show(algorithm, text, see))
    }
}

/// Compares every claimed signature under every key with the tag that `show` shows of them.
#[inline]
fn compare<'k>(
    keys: impl Iterator<Item = &'k HmacKey>,
    claim: &Claim,
    mut show: impl FnMut(&HmacKey, Algorithm, &mut dyn FnMut(&[u8])),
) -> Option<Match> {
    let mut fingerprints = SmallVec::new();
    let mut verdicts: SmallVec<[Choice; 8]> = SmallVec::new();
    let (claimed, fingerprint) = (claim.signatures().len(), claim.fingerprint());
    for key in keys {
        let mut verdict = Verdict::new(claim);
        for algorithm in algorithms(claim) {
            show(key, algorithm, &mut |tag| {
                verdict.see(algorithm, tag, claim);
                if fingerprint == Some(algorithm) {
                    fingerprints.push(Nonce::of(tag));
                }
            });
        }
        verdicts.push(verdict.over(claimed));
    }
    Some(Match { key: newest(verdicts)?, fingerprints })
}

impl Method for Hmac {
    type Key = HmacKey;
    type State = HmacState;

    fn start(keys: &[HmacKey], claim: &Claim) -> HmacState {
        Self::start_among(keys.iter(), claim)
    }

    fn update(state: &mut HmacState, piece: &[u8]) {
        for running in &mut state.0 {
            running.update(piece);
        }
    }

    fn finish(state: HmacState, keys: &[HmacKey], claim: &Claim) -> Option<Match> {
        Self::finish_among(state, keys.iter(), claim)
    }

    #[inline]
    fn verify(keys: &[HmacKey], claim: &Claim, text: &[&[u8]]) -> Option<Match> {
        Self::verify_among(keys.iter(), claim, text)
    }

    fn tag(key: &HmacKey, algorithm: Algorithm, text: &[u8]) -> Option<Vec<u8>> {
        key.sign(algorithm, &[text]).ok()
    }
}

/// Whether the claim holds under one key, as far as its tags were seen.
struct Verdict {
    holds: Choice,
    compared: usize,
}

impl Verdict {
    fn new(claim: &Claim) -> Self {
        let holds = match claim.need() {
            Need::Any => Choice::FALSE,
            Need::All => Choice::TRUE,
        };
        Self { holds, compared: 0 }
    }

    /// A claim with a signature that no HMAC could be compared with does not hold, and neither does
    /// one without signatures: "all of them" must not be true of none.
    fn over(self, claimed: usize) -> Choice {
        self.holds & Choice::from_u8_lsb(u8::from(self.compared == claimed && claimed > 0))
    }

    fn see(&mut self, algorithm: Algorithm, tag: &[u8], claim: &Claim) {
        for signature in claim.signatures().iter().filter(|claimed| is(claimed, algorithm)) {
            // Both have the length of the algorithm: `Signature` sees to that.
            let equal = tag.ct_eq(signature.bytes());
            self.compared += 1;
            match claim.need() {
                Need::Any => self.holds |= equal,
                Need::All => self.holds &= equal,
            }
        }
    }
}

fn is(signature: &Signature, algorithm: Algorithm) -> bool {
    signature.algorithm() == algorithm
}

/// Each algorithm that is claimed or that makes the fingerprint, once.
fn algorithms(claim: &Claim) -> impl Iterator<Item = Algorithm> {
    let fingerprint = claim.fingerprint();
    Hmac::ALGORITHMS.into_iter().filter(move |&algorithm| {
        fingerprint == Some(algorithm)
            || claim.signatures().iter().any(|claimed| is(claimed, algorithm))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;

    const NAME: &str = "signature";

    fn claimed(key: &HmacKey, algorithm: Algorithm, text: &[u8]) -> Signature {
        let tag = key.sign(algorithm, &[text]).expect("an HMAC");
        Signature::from_bytes(algorithm, &tag, NAME).expect("its length")
    }

    fn check(keys: &[HmacKey], evidence: &Evidence, pieces: &[&[u8]]) -> Option<Match> {
        let mut state = Hmac::start(keys, &evidence.claim);
        for piece in pieces {
            Hmac::update(&mut state, piece);
        }
        let found = Hmac::finish(state, keys, &evidence.claim);
        let whole = Hmac::verify(keys, &evidence.claim, pieces);
        assert_eq!(
            found.as_ref().map(|found| (found.key, &found.fingerprints)),
            whole.as_ref().map(|found| (found.key, &found.fingerprints)),
        );
        found
    }

    /// RFC 2202, 3 and RFC 4231, 4.3: test case 2.
    #[test]
    fn agrees_with_the_rfc() {
        let key = HmacKey::new(b"Jefe");
        let hex = |algorithm| {
            key.sign_hex(algorithm, &[b"what do ya want ", b"for nothing?"]).expect("a tag")
        };
        assert_eq!(hex(Algorithm::HmacSha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(
            hex(Algorithm::HmacSha256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(key.sign(Algorithm::Token, &[]).is_err());
    }

    #[test]
    fn names_the_key_and_the_tag_under_every_key() {
        let keys = [HmacKey::new(b"new"), HmacKey::new(b"old"), HmacKey::new(b"older")];
        let by_old = Evidence::new(claimed(&keys[1], Algorithm::HmacSha1, b"text"));
        let by_new = Evidence::new(claimed(&keys[0], Algorithm::HmacSha1, b"text"));

        let old = check(&keys, &by_old, &[b"te", b"", b"xt"]).expect("a match");
        let new = check(&keys, &by_new, &[b"text"]).expect("a match");
        assert_eq!((old.key, new.key), (1, 0));
        assert_eq!(old.fingerprints.len(), 3);
        assert_eq!(old.fingerprints, new.fingerprints);
        assert!(check(&keys[2..], &by_old, &[b"text"]).is_none());
        assert!(check(&[], &by_old, &[b"text"]).is_none());
    }

    #[test]
    fn all_means_all_under_one_key() {
        let keys = [HmacKey::new(b"new"), HmacKey::new(b"old")];
        let [sha1, sha256] = [Algorithm::HmacSha1, Algorithm::HmacSha256];
        let both = |one: &HmacKey, other: &HmacKey| {
            Evidence::all([claimed(one, sha256, b"text"), claimed(other, sha1, b"text")])
        };
        assert!(check(&keys, &both(&keys[1], &keys[1]), &[b"text"]).is_some());
        assert!(check(&keys, &both(&keys[0], &keys[1]), &[b"text"]).is_none());
        assert!(check(&keys, &Evidence::all([]), &[b"text"]).is_none());

        // What no HMAC makes is not passed over.
        let digest =
            |algorithm| Signature::from_bytes(algorithm, &[0; 32], NAME).expect("32 bytes");
        for other in [Algorithm::Sha256, Algorithm::Token] {
            let alone = Evidence::all([digest(other)]);
            assert!(check(&keys, &alone, &[b"text"]).is_none());
            let beside = Evidence::all([claimed(&keys[0], sha256, b"text"), digest(other)]);
            assert!(check(&keys, &beside, &[b"text"]).is_none());
            let any = Evidence::any([digest(other)]);
            assert!(check(&keys, &any, &[b"text"]).is_none());
        }
        assert!(check(&keys, &Evidence::any([]), &[b"text"]).is_none());
    }

    #[test]
    fn the_fingerprint_does_not_depend_on_which_signature_was_left_in() {
        let keys = [HmacKey::new(b"secret")];
        let fingerprint = |algorithm| {
            let evidence = Evidence::new(claimed(&keys[0], algorithm, b"text"))
                .fingerprint(Algorithm::HmacSha1);
            check(&keys, &evidence, &[b"text"]).expect("a match").fingerprints
        };
        assert_eq!(fingerprint(Algorithm::HmacSha512), fingerprint(Algorithm::HmacSha1));
    }
}
