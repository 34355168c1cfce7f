//! Both ways of signing, each checked with keys of its own.

use std::fmt::{self, Debug, Formatter};

use countersign_core::{Algorithm, Claim, Hmac, HmacKey, HmacState, Match, Method};
use countersign_ed25519::{Ed25519, Ed25519PublicKey, Ed25519State};

use crate::key::WebhookKey;

/// Verifies `v1` signatures with secrets and `v1a` signatures with public keys, and never one with the other.
#[derive(Clone, Copy, Debug)]
pub enum WebhookSignature {}

/// Both checks in progress.
pub struct WebhookState {
    hmac: HmacState,
    ed25519: Ed25519State,
}

impl Debug for WebhookState {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookState(..)")
    }
}

impl Method for WebhookSignature {
    type Key = WebhookKey;
    type State = WebhookState;

    fn start(keys: &[WebhookKey], claim: &Claim) -> WebhookState {
        WebhookState {
            hmac: Hmac::start_among(secrets(keys), &claim.only(Algorithm::HmacSha256)),
            ed25519: Ed25519::start_among(public_keys(keys), &claim.only(Algorithm::Ed25519)),
        }
    }

    fn update(state: &mut WebhookState, piece: &[u8]) {
        Hmac::update(&mut state.hmac, piece);
        Ed25519::update(&mut state.ed25519, piece);
    }

    fn finish(state: WebhookState, keys: &[WebhookKey], claim: &Claim) -> Option<Match> {
        let WebhookState { hmac, ed25519 } = state;
        judge(
            keys,
            claim,
            |mac| Hmac::finish_among(hmac, secrets(keys), mac),
            |pair| Ed25519::finish_among(ed25519, public_keys(keys), pair),
        )
    }

    fn verify(keys: &[WebhookKey], claim: &Claim, text: &[&[u8]]) -> Option<Match> {
        judge(
            keys,
            claim,
            |mac| Hmac::verify_among(secrets(keys), mac, text),
            |pair| Ed25519::verify_among(public_keys(keys), pair, text),
        )
    }

    /// That of the secret: with a public key nobody signs.
    fn tag(key: &WebhookKey, algorithm: Algorithm, text: &[u8]) -> Option<Vec<u8>> {
        Hmac::tag(key.secret.as_ref()?, algorithm, text)
    }
}

/// Asks both, each with its own signatures. Where signatures of both kinds hold, the newest key is named.
#[inline]
fn judge(
    keys: &[WebhookKey],
    claim: &Claim,
    by_secret: impl FnOnce(&Claim) -> Option<Match>,
    by_pair: impl FnOnce(&Claim) -> Option<Match>,
) -> Option<Match> {
    let by_secret = of_kind(claim, Algorithm::HmacSha256, by_secret)
        .and_then(|matched| among_all(matched, keys, |key| key.secret.is_some()));
    let by_pair = of_kind(claim, Algorithm::Ed25519, by_pair)
        .and_then(|matched| among_all(matched, keys, |key| key.public_key.is_some()));
    match (by_secret, by_pair) {
        (Some(secret), Some(pair)) => {
            let fingerprints = secret.fingerprints.into_iter().chain(pair.fingerprints);
            Some(Match::new(secret.key.min(pair.key), fingerprints))
        }
        (by_secret, by_pair) => by_secret.or(by_pair),
    }
}

/// Asks for the signatures of one kind. What is claimed is no secret: where none of it is, nothing is done.
#[inline]
fn of_kind(
    claim: &Claim,
    algorithm: Algorithm,
    verify: impl FnOnce(&Claim) -> Option<Match>,
) -> Option<Match> {
    let is_claimed = claim.signatures().iter().any(|claimed| claimed.algorithm() == algorithm);
    if is_claimed { verify(&claim.only(algorithm)) } else { None }
}

fn secrets(keys: &[WebhookKey]) -> impl Iterator<Item = &HmacKey> {
    keys.iter().filter_map(|key| key.secret.as_ref())
}

fn public_keys(keys: &[WebhookKey]) -> impl Iterator<Item = &Ed25519PublicKey> + Clone {
    keys.iter().filter_map(|key| key.public_key.as_ref())
}

/// The same with the index among all keys, instead of among those of the kind.
fn among_all(
    mut matched: Match,
    keys: &[WebhookKey],
    is_of_kind: impl Fn(&WebhookKey) -> bool,
) -> Option<Match> {
    let mut of_kind = keys.iter().enumerate().filter(|(_, key)| is_of_kind(key));
    (matched.key, _) = of_kind.nth(matched.key)?;
    Some(matched)
}
