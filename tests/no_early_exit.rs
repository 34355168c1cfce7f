//! Whichever key a request was signed with, and whichever of its signed texts is the right one, as many of them
//! are checked: the time until the answer does not tell.
//!
//! What can be counted is counted. For RSA and ECDSA, whose work is in C, it is the time that is compared, with a
//! bound that only a check which ends early comes near to. `scripts/dudect` has a finer look at both.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use countersign::sendgrid::SendGrid;
use countersign::sendgrid::testing::TestKey;
use countersign::space::SpacePublicKey;
use countersign::{
    Algorithm, Claim, ConfigError, Evidence, Head, Hmac, HmacKey, Inspect, KeySet, ManualClock,
    Match, Message, Method, Reason, Scheme, Secret, Sign, Signature, Timestamp, VerifyLayer,
};
use countersign_ed25519::{Ed25519, Ed25519SigningKey};
use countersign_tests::rsa;
use http::Request;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const TEXT: &[u8] = b"a text that is signed";
const KEYS: usize = 16;

/// Which keys there are: the one at this index signed, or none did.
fn places() -> impl Iterator<Item = Option<usize>> {
    (0..KEYS).map(Some).chain([None])
}

/// `KEYS` of them, one of which is `good`.
fn keys<K: Clone>(good: &K, other: &K, place: Option<usize>) -> Vec<K> {
    (0..KEYS).map(|at| if Some(at) == place { good.clone() } else { other.clone() }).collect()
}

/// Keys, and how many of them were taken.
fn counted<'a, K>(keys: &'a [K], taken: &'a Cell<usize>) -> impl Iterator<Item = &'a K> {
    keys.iter().inspect(|_| taken.set(taken.get() + 1))
}

#[test]
fn as_many_macs_are_made_whichever_key_matches() {
    let [good, other] = [HmacKey::new(b"good"), HmacKey::new(b"other")];
    for algorithm in
        [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha384, Algorithm::HmacSha512]
    {
        let tag = good.sign(algorithm, &[TEXT]).expect("a tag");
        let evidence = Evidence::new(Signature::from_bytes(algorithm, &tag, "tag").expect("a tag"));
        for place in places() {
            let keys = keys(&good, &other, place);
            let taken = Cell::new(0);
            let mut state = Hmac::start_among(keys.iter(), evidence.claim());
            Hmac::update(&mut state, TEXT);
            let matched = Hmac::finish_among(state, counted(&keys, &taken), evidence.claim());
            assert_eq!(matched.as_ref().map(|matched| matched.key), place);
            assert_eq!(taken.get(), KEYS, "{algorithm:?}, {place:?}");
            // A tag under every key is what a request is remembered by, so each was made.
            assert!(matched.is_none_or(|matched| matched.fingerprints.len() == KEYS));
        }
    }
}

#[test]
fn as_many_ed25519_signatures_are_checked_whichever_key_matches() {
    let [good, other] =
        [1, 2].map(|seed| Ed25519SigningKey::from_bytes(&[seed; 32]).expect("a key"));
    let signature = good.sign(&[TEXT]).expect("a signature");
    let evidence = Evidence::new(
        Signature::from_bytes(Algorithm::Ed25519, &signature, "signature").expect("a signature"),
    );
    for place in places() {
        let keys = keys(&good.public_key(), &other.public_key(), place);
        let taken = Cell::new(0);
        let mut state = Ed25519::start_among(keys.iter(), evidence.claim());
        Ed25519::update(&mut state, TEXT);
        let matched = Ed25519::finish_among(state, counted(&keys, &taken), evidence.claim());
        assert_eq!(matched.map(|matched| matched.key), place);
        assert_eq!(taken.get(), KEYS, "{place:?}");
    }
}

#[test]
fn rsa_takes_as_long_whichever_key_matches() {
    let private = Secret::new(rsa::NEW).expect("a key");
    takes_as_long(SpacePublicKey::default(), &private, [rsa::NEW, rsa::OLD].map(rsa::jwk));
}

#[test]
fn ecdsa_takes_as_long_whichever_key_matches() {
    let [good, other] = [(); 2].map(|()| TestKey::generate().expect("a key"));
    let private = good.private().expect("a key");
    takes_as_long(SendGrid, &private, [good, other].map(|key| key.public().expect("a key")));
}

/// With the first key the right one, with the last one, and with none. The shortest of many times in turns: what
/// else the machine does makes some of them longer, and none shorter. A check that ended with the first of the
/// keys would take a sixteenth.
fn takes_as_long<S: Scheme + Sign + Clone>(scheme: S, private: &Secret, public: [String; 2])
where
    <S::Method as Method>::Key: Clone,
{
    const ROUNDS: usize = 25;

    let [good, other] =
        public.map(|text| scheme.key(&Secret::new(text).expect("a key")).expect("a key"));
    let request = Request::post("/hook").body(Bytes::from_static(b"[]")).expect("a request");
    let request = scheme.sign(private, NOW, request).expect("a signature");
    let mut runs = [Some(0), Some(KEYS - 1), None].map(|place| {
        let set = KeySet::new(keys(&good, &other, place));
        let layer = VerifyLayer::with_keys(scheme.clone(), set).clock(ManualClock::at(NOW));
        (layer, place.is_some(), Duration::MAX)
    });
    for _ in 0..ROUNDS {
        for (layer, is_genuine, shortest) in &mut runs {
            let request = request.clone();
            let start = Instant::now();
            let verdict = layer.verify(request);
            *shortest = start.elapsed().min(*shortest);
            assert_eq!(verdict.is_ok(), *is_genuine);
        }
    }
    let [first, last, none] = runs.map(|(_, _, shortest)| shortest);
    assert!(first * 2 > none && last * 2 > none, "{first:?}, {last:?}, {none:?}");
}

#[test]
fn as_many_texts_are_checked_whichever_is_the_signed_one() {
    let finished = Arc::new(AtomicUsize::new(0));
    let layer = VerifyLayer::with_keys(Candidates, KeySet::new([Arc::clone(&finished)]));
    for claimed in 0..=Evidence::MAX_MESSAGES {
        let request = Request::post("/").header("text", claimed).body(Bytes::new());
        let verdict = layer.verify(request.expect("a request"));
        assert_eq!(verdict.is_ok(), claimed < Evidence::MAX_MESSAGES);
        assert_eq!(finished.swap(0, Ordering::Relaxed), Evidence::MAX_MESSAGES, "{claimed}");
    }
}

/// As many candidates for the signed text as there may be: a digit each. The one in the header is "signed".
struct Candidates;

impl Scheme for Candidates {
    type Method = Counting;

    const NAME: &'static str = "candidates";

    fn key(&self, _: &Secret) -> Result<Arc<AtomicUsize>, ConfigError> {
        Ok(Arc::default())
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let claimed = head.headers().get("text").ok_or(Reason::Missing("text"))?;
        let claimed = Signature::from_bytes(Algorithm::Token, claimed.as_bytes(), "text")?;
        let candidates = (0..Evidence::MAX_MESSAGES).map(|digit| digit.to_string());
        let evidence = candidates.fold(Evidence::new(claimed), |evidence, digit| {
            evidence.message(Message::bodiless().prefix(digit.as_bytes()))
        });
        Ok(evidence.into())
    }
}

/// Compares the text with the claim, and counts how often it did in the key.
enum Counting {}

impl Method for Counting {
    type Key = Arc<AtomicUsize>;
    type State = Vec<u8>;

    fn start(_: &[Self::Key], _: &Claim) -> Vec<u8> {
        Vec::new()
    }

    fn update(state: &mut Vec<u8>, piece: &[u8]) {
        state.extend_from_slice(piece);
    }

    fn finish(state: Vec<u8>, keys: &[Self::Key], claim: &Claim) -> Option<Match> {
        keys[0].fetch_add(1, Ordering::Relaxed);
        (claim.signatures()[0].bytes() == state).then(|| Match::new(0, []))
    }
}
