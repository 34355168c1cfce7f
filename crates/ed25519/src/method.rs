//! Signatures that are checked while the text arrives.

use std::fmt::{self, Debug, Formatter};

use countersign_core::{Algorithm, Claim, Match, Method, Need, Nonce, Signature};
use ed25519_dalek::{StreamVerifier, VerifyingKey};
use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use crate::key::Ed25519PublicKey;

/// Verifies Ed25519 signatures, as strictly as [the crate](crate) says.
#[derive(Clone, Copy, Debug)]
pub enum Ed25519 {}

/// The hashes in progress: one for each key and signature, and one of the text itself. Nothing where no
/// signature is claimed, or there is no key.
pub struct Ed25519State {
    /// For each key, all signatures; `None` for what can be a signature of no text.
    streams: SmallVec<[Option<Box<StreamVerifier>>; 1]>,
    text: Option<Sha256>,
}

impl Debug for Ed25519State {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519State(..)")
    }
}

impl Ed25519 {
    /// As [`Method::start`], with keys that stand among others: for a method that is made of several.
    pub fn start_among<'k>(
        keys: impl Iterator<Item = &'k Ed25519PublicKey>,
        claim: &Claim,
    ) -> Ed25519State {
        let streams: SmallVec<_> = keys
            .flat_map(|key| claim.signatures().iter().map(|claimed| stream(key, claimed)))
            .collect();
        let text = (!streams.is_empty()).then(Sha256::new);
        Ed25519State { streams, text }
    }

    /// As [`Method::finish`], with the keys of [`start_among`](Self::start_among). The index is that among them.
    ///
    /// Every signature is checked under every key, without an early exit; of several keys that match, the
    /// newest is named. The fingerprint is a digest of the text: it is the same request under whichever key.
    pub fn finish_among<'k>(
        state: Ed25519State,
        keys: impl Iterator<Item = &'k Ed25519PublicKey>,
        claim: &Claim,
    ) -> Option<Match> {
        let mut streams = state.streams.into_iter();
        let mut matched = None;
        for (index, _) in keys.enumerate() {
            let verdicts = streams.by_ref().take(claim.signatures().len());
            if holds(claim.need(), verdicts.map(is_signed)) {
                matched.get_or_insert(index);
            }
        }
        Some(Match::new(matched?, [Nonce::of(&state.text?.finalize())]))
    }

    /// As [`Method::verify`], with keys that stand among others. The index is that among them.
    pub fn verify_among<'k>(
        keys: impl Iterator<Item = &'k Ed25519PublicKey> + Clone,
        claim: &Claim,
        text: &[&[u8]],
    ) -> Option<Match> {
        if claim.signatures().is_empty() {
            return None;
        }
        let mut state = Self::start_among(keys.clone(), claim);
        for piece in text {
            Self::update(&mut state, piece);
        }
        Self::finish_among(state, keys, claim)
    }
}

impl Method for Ed25519 {
    type Key = Ed25519PublicKey;
    type State = Ed25519State;

    fn start(keys: &[Ed25519PublicKey], claim: &Claim) -> Ed25519State {
        Self::start_among(keys.iter(), claim)
    }

    fn update(state: &mut Ed25519State, piece: &[u8]) {
        for stream in state.streams.iter_mut().flatten() {
            stream.update(piece);
        }
        if let Some(text) = &mut state.text {
            text.update(piece);
        }
    }

    fn finish(state: Ed25519State, keys: &[Ed25519PublicKey], claim: &Claim) -> Option<Match> {
        Self::finish_among(state, keys.iter(), claim)
    }
}

/// The check of one signature under one key; `None` if it is made in another way, has a scalar of another
/// spelling, or has a point that is none or of small order.
fn stream(key: &Ed25519PublicKey, claimed: &Signature) -> Option<Box<StreamVerifier>> {
    if claimed.algorithm() != Algorithm::Ed25519 {
        return None;
    }
    let signature = ed25519_dalek::Signature::from_slice(claimed.bytes()).ok()?;
    // A public key is a point too, so this is how to ask for the order of one.
    let point = VerifyingKey::from_bytes(signature.r_bytes()).ok()?;
    if point.is_weak() {
        return None;
    }
    key.0.verify_stream(&signature).ok().map(Box::new)
}

fn is_signed(stream: Option<Box<StreamVerifier>>) -> bool {
    stream.is_some_and(|stream| stream.finalize_and_verify().is_ok())
}

/// "All of them" is not true of none.
fn holds(need: Need, verdicts: impl Iterator<Item = bool>) -> bool {
    let (mut count, mut good) = (0, 0);
    for is_good in verdicts {
        count += 1;
        good += usize::from(is_good);
    }
    match need {
        Need::All => count > 0 && good == count,
        _ => good > 0,
    }
}
