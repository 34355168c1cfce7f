//! Bodies in pieces, and a check that breaks off.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Waker};

use bytes::Bytes;
use countersign::{
    Algorithm, Attested, Canonical, ConfigError, Covered, Evidence, Head, Hmac, HmacKey, Inspect,
    KeyHint, KeySet, KeySource, Lookup, Message, Proof, Reason, Scheme, Secret, Signature,
    VerifyLayer,
};
use countersign_tests::script::{Script, Step};
use countersign_tests::spy::Spy;
use http::{Request, StatusCode};
use sha2::{Digest, Sha256};
use tower::{Layer, Service, ServiceExt};

const SHA256: Algorithm = Algorithm::HmacSha256;

/// What a candidate covers, between `<` and `>`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// No candidate: the raw body, with nothing around it.
    Raw,
    Body,
    Nothing,
    Digest,
    Canonical,
}

#[derive(Debug, Default)]
struct Candidates {
    kinds: Vec<Kind>,
    /// The body's digest.
    digest: Vec<u8>,
    breaks_off: AtomicBool,
}

struct Canon;

impl Canonical for Canon {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) {
        for piece in [&b"can"[..], b"", b"on"] {
            sink(piece);
        }
    }
}

impl Scheme for Candidates {
    type Method = Hmac;

    const NAME: &'static str = "candidates";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let tag = head.headers().get("tag").ok_or(Reason::Missing("tag"))?;
        let mut evidence = Evidence::new(Signature::from_hex(SHA256, tag.as_bytes(), "tag")?);
        for kind in &self.kinds {
            let message = match kind {
                Kind::Raw => continue,
                Kind::Body => Message::body(),
                Kind::Nothing => Message::bodiless().prefix(b"none"),
                Kind::Digest => {
                    let digest = Signature::from_bytes(Algorithm::Sha256, &self.digest, "digest")?;
                    Message::digest(digest).prefix(&self.digest)
                }
                Kind::Canonical => Message::canonical(Canon),
            };
            evidence = evidence.message(message.prefix(b"<").suffix(b">"));
        }
        Ok(evidence.into())
    }

    fn attest(&self, _: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        assert!(!self.breaks_off.swap(false, Ordering::Relaxed), "it breaks off");
        Ok(Attested::default())
    }
}

fn signed(kind: Kind, body: &[u8]) -> Vec<u8> {
    match kind {
        Kind::Raw => body.to_vec(),
        Kind::Body => [b"<", body, b">"].concat(),
        Kind::Nothing => b"none<>".to_vec(),
        Kind::Digest => [&*Sha256::digest(body), b"<>"].concat(),
        Kind::Canonical => b"<canon>".to_vec(),
    }
}

/// A body in these pieces and the rest, with a turn for others before each; its length is not declared.
fn pieces(body: &[u8], lengths: &[usize]) -> Script {
    let (mut rest, mut steps) = (body, Vec::new());
    for length in lengths.iter().copied().chain([usize::MAX]) {
        let (piece, behind) = rest.split_at(length.min(rest.len()));
        steps.extend([Step::Pause, Step::Data(Bytes::copy_from_slice(piece))]);
        rest = behind;
    }
    Script::new(steps)
}

fn request(key: &HmacKey, text: &[u8], body: Script) -> Request<Script> {
    let tag = key.sign_hex(SHA256, &[text]).expect("an HMAC");
    Request::post("/").header("tag", tag).body(body).expect("a request")
}

async fn send(layer: &VerifyLayer<Candidates>, spy: &Spy, request: Request<Script>) -> StatusCode {
    layer.layer(spy.clone()).oneshot(request).await.expect("infallible").status()
}

const WAITS: usize = 64 * 1024;

/// One piece, or several; empty ones; a first one that may wait, and one that is too large to.
const PIECES: &[(usize, &[usize])] = &[
    (0, &[]),
    (0, &[0, 0]),
    (1, &[]),
    (1, &[0, 1, 0]),
    (300, &[1]),
    (300, &[0, 100, 0, 100]),
    (WAITS, &[]),
    (WAITS + 1, &[]),
    (WAITS + 1, &[WAITS]),
    (WAITS + 2, &[WAITS + 1]),
    (WAITS + 2, &[1]),
    (3 * WAITS, &[WAITS, WAITS]),
    (3 * WAITS, &[5, 2 * WAITS]),
];

/// Of all candidates, whichever is signed and in whatever pieces the body comes.
#[tokio::test]
async fn what_is_hashed_does_not_depend_on_the_pieces() {
    const ALL: [Kind; 4] = [Kind::Nothing, Kind::Digest, Kind::Body, Kind::Canonical];
    let sets = [vec![Kind::Raw], ALL.to_vec(), ALL.iter().rev().copied().collect()];
    let keys = [HmacKey::new(b"the newest one"), HmacKey::new(b"the one before")];
    for (kinds, &(length, lengths)) in
        sets.iter().flat_map(|kinds| PIECES.iter().map(move |pieces| (kinds, pieces)))
    {
        let body: Vec<u8> = (0..=250).cycle().take(length).collect();
        for (&kind, key) in kinds.iter().flat_map(|kind| keys.iter().map(move |key| (kind, key))) {
            let case = format!("{kind:?} of {kinds:?}, {length} in {lengths:?}");
            let digest = Sha256::digest(&body).to_vec();
            let scheme = Candidates { kinds: kinds.clone(), digest, ..Candidates::default() };
            let layer = VerifyLayer::with_keys(scheme, KeySet::new(keys.to_vec()));
            let spy = Spy::default();

            let text = signed(kind, &body);
            let genuine = request(key, &text, pieces(&body, lengths));
            assert_eq!(send(&layer, &spy, genuine).await, StatusCode::OK, "{case}");
            let (seen, covered) = match kind {
                Kind::Canonical => (&b"canon"[..], Covered::Canonical),
                Kind::Nothing => (&*body, Covered::Nothing),
                Kind::Raw | Kind::Body | Kind::Digest => (&*body, Covered::Body),
            };
            let (head, handed) = spy.last().await.expect("it was called");
            let proof = head.extensions.get::<Proof<Candidates>>().expect("a proof");
            assert!(handed == seen && proof.body() == seen, "{case}");
            assert_eq!(proof.covered(), covered, "{case}");

            let forged = request(key, &[&text, &b"!"[..]].concat(), pieces(&body, lengths));
            assert_eq!(send(&layer, &spy, forged).await, StatusCode::UNAUTHORIZED, "{case}");
            assert_eq!(spy.calls(), 1, "{case}");
        }
    }
}

/// The same with a last byte that was changed on the way, where the body is signed.
#[tokio::test]
async fn no_piece_is_left_out() {
    let key = HmacKey::new(b"a key");
    for &(length, lengths) in PIECES.iter().filter(|&&(length, _)| length > 0) {
        let body: Vec<u8> = (0..=250).cycle().take(length).collect();
        for at in [0, length / 2, length - 1] {
            let mut changed = body.clone();
            changed[at] ^= 1;
            let layer =
                VerifyLayer::with_keys(Candidates::default(), KeySet::new(vec![key.clone()]));
            let spy = Spy::default();
            let forged = request(&key, &body, pieces(&changed, lengths));
            let status = send(&layer, &spy, forged).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{length} in {lengths:?}, {at}");
            assert_eq!(spy.calls(), 0);
        }
    }
}

/// Has the right key when it is asked again.
#[derive(Default)]
struct Rotated(Arc<AtomicUsize>);

impl KeySource<HmacKey> for Rotated {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<HmacKey> {
        Lookup::Ready(Ok(KeySet::new(vec![HmacKey::new(b"the old one")])))
    }

    fn newer(&self, _: &KeyHint<'_>, _: &KeySet<HmacKey>) -> Option<Lookup<HmacKey>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let keys = KeySet::new(vec![HmacKey::new(b"the new one")]);
        Some(Lookup::Later(Box::pin(async { Ok(keys) })))
    }
}

/// However the body was hashed under the old keys, it is hashed once more under the new ones.
#[tokio::test]
async fn newer_keys_see_all_of_the_body() {
    for &(length, lengths) in PIECES {
        let body = vec![7; length];
        for (secret, status) in
            [(&b"the new one"[..], StatusCode::OK), (b"another", StatusCode::UNAUTHORIZED)]
        {
            let rotated = Rotated::default();
            let asked = Arc::clone(&rotated.0);
            let layer = VerifyLayer::with_keys(Candidates::default(), rotated);
            let sent = request(&HmacKey::new(secret), &body, pieces(&body, lengths));
            let answer = send(&layer, &Spy::default(), sent).await;
            assert_eq!(answer, status, "{length} in {lengths:?}");
            assert_eq!(asked.load(Ordering::Relaxed), 1, "asked once");
        }
    }
}

/// A scheme that panics must not leave a check behind that holds for something else: of a candidate that matched, the
/// content was taken, and of the body nothing is left.
#[test]
fn nothing_passes_that_is_polled_after_a_panic() {
    let (key, body) = (HmacKey::new(b"a key"), b"the body");
    for kind in [Kind::Nothing, Kind::Digest, Kind::Body, Kind::Canonical] {
        let digest = Sha256::digest(body).to_vec();
        let scheme = Candidates { kinds: vec![kind], digest, breaks_off: true.into() };
        let layer = VerifyLayer::with_keys(scheme, KeySet::new(vec![key.clone()]));
        let spy = Spy::default();
        let genuine = request(&key, &signed(kind, body), pieces(body, &[3]));
        let mut future = pin!(layer.layer(spy.clone()).call(genuine));
        let mut poll = || {
            let mut poll = || future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            catch_unwind(AssertUnwindSafe(&mut poll)).map(|answer| answer.is_ready())
        };
        while poll().is_ok_and(|is_ready| !is_ready) {}
        for _ in 0..3 {
            assert!(matches!(poll(), Ok(false)), "{kind:?}");
        }
        assert_eq!(spy.calls(), 0, "{kind:?}");
    }
}
