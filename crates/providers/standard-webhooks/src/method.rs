//! Both ways of signing, each checked with keys of its own.

use std::fmt::{self, Debug, Formatter};

use countersign_core::{Algorithm, Claim, Hmac, HmacKey, HmacState, Match, Method, Need};
use countersign_ed25519::{Ed25519, Ed25519PublicKey, Ed25519State};

use crate::key::WebhookKey;

/// Verifies `v1` signatures with secrets and `v1a` signatures with public keys, and never one with the other.
///
/// Where [all](Need::All) of the signatures have to hold, they have to be of one kind: no key makes both.
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
    if claim.need() == Need::All && !is_of_one_kind(claim) {
        return None;
    }
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

/// None of another kind is passed over, as where one signature suffices.
#[cold]
fn is_of_one_kind(claim: &Claim) -> bool {
    let mut claimed = claim.signatures().iter();
    [Algorithm::HmacSha256, Algorithm::Ed25519]
        .into_iter()
        .any(|kind| claimed.clone().all(|signature| signature.algorithm() == kind))
        && claimed.next().is_some()
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

#[cfg(test)]
mod tests {
    use countersign_core::{Evidence, Signature};
    use countersign_ed25519::Ed25519SigningKey;

    use super::*;

    const TEXT: &[u8] = b"id.1700000000.{}";

    fn secret(bytes: &[u8]) -> (WebhookKey, Signature) {
        let key = HmacKey::new(bytes);
        let tag = key.sign(Algorithm::HmacSha256, &[TEXT]).expect("an HMAC");
        let key = WebhookKey { secret: Some(key), public_key: None };
        (key, signature(Algorithm::HmacSha256, &tag))
    }

    fn pair() -> (WebhookKey, Signature) {
        let key = Ed25519SigningKey::from_hex("9d".repeat(32)).expect("a key");
        let public_key = Some(key.public_key());
        let made = signature(Algorithm::Ed25519, &key.sign(&[TEXT]).expect("signed"));
        (WebhookKey { secret: None, public_key }, made)
    }

    fn signature(algorithm: Algorithm, bytes: &[u8]) -> Signature {
        Signature::from_bytes(algorithm, bytes, "webhook-signature").expect("its length")
    }

    /// Whose key is named: by a text that is there, and by one that comes in pieces.
    fn key_of(keys: &[WebhookKey], evidence: &Evidence) -> Option<usize> {
        let claim = evidence.claim();
        let whole = WebhookSignature::verify(keys, claim, &[TEXT]);
        let mut state = WebhookSignature::start(keys, claim);
        TEXT.chunks(5).for_each(|piece| WebhookSignature::update(&mut state, piece));
        let streamed = WebhookSignature::finish(state, keys, claim);
        let [whole, streamed] = [whole, streamed].map(|found| found.map(|found| found.key));
        assert_eq!(whole, streamed);
        whole
    }

    #[test]
    fn one_of_any_kind_suffices() {
        let ((old, by_old), (new, by_new), (public, by_pair)) =
            (secret(b"old"), secret(b"new"), pair());
        let keys = [new, public, old];
        let zeros = signature(Algorithm::Ed25519, &[0; 64]);
        for (claimed, key) in [
            (vec![by_new.clone()], 0),
            (vec![by_pair.clone()], 1),
            (vec![by_old.clone()], 2),
            (vec![by_old.clone(), by_pair], 1),
            (vec![zeros.clone(), by_old, by_new], 0),
        ] {
            assert_eq!(key_of(&keys, &Evidence::any(claimed)), Some(key));
        }
        assert_eq!(key_of(&keys, &Evidence::any([zeros])), None);
        assert_eq!(key_of(&keys, &Evidence::any([])), None);
    }

    /// Nothing is passed over: neither what does not hold, nor what is of another kind, nor what nothing makes.
    #[test]
    fn all_means_all_of_one_kind() {
        let ((key, by_secret), (public, by_pair)) = (secret(b"secret"), pair());
        let (_, by_another) = secret(b"another");
        let keys = [key, public];
        for both in [&by_secret, &by_pair] {
            assert!(key_of(&keys, &Evidence::all([both.clone()])).is_some());
            assert!(key_of(&keys, &Evidence::all([both.clone(), both.clone()])).is_some());
            for other in [
                by_another.clone(),
                signature(Algorithm::Ed25519, &[0; 64]),
                signature(Algorithm::HmacSha1, &[0; 20]),
                signature(Algorithm::Token, b"zz"),
            ] {
                assert_eq!(key_of(&keys, &Evidence::all([both.clone(), other])), None);
            }
        }
        assert_eq!(key_of(&keys, &Evidence::all([by_secret, by_pair])), None);
        assert_eq!(key_of(&keys, &Evidence::all([])), None);
    }
}
