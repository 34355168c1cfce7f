//! Each way that a request can take through the layer ends in one count, whatever it had to wait for.

use std::time::Duration;

use bytes::Bytes;
use countersign::{
    Duplicates, HmacKey, KeyError, KeyHint, KeySet, KeySource, Lookup, ManualClock, Replay, Scheme,
    Secret, Sign, Timestamp, VerifyLayer,
};
use countersign_tests::acme::{Acme, AcmeLate};
use countersign_tests::script::{Script, Step};
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::time::timeout;
use tower::limit::ConcurrencyLimit;
use tower::{Layer, ServiceExt};

use super::{Recorder, Series, requests, sum};
use crate::replay::probe::Probe;
use crate::replay::{Act, Handler};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const OLD: &str = "acme_old";
const NEW: &str = "acme_new";

/// Where keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    AtHand,
    /// To be waited for.
    Later,
    /// The old one at first, and the new one on being asked for newer ones, which are waited for.
    Newer,
}

fn key(secret: &str) -> HmacKey {
    Acme.key(&Secret::new(secret).unwrap()).unwrap()
}

impl KeySource<HmacKey> for Keys {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<HmacKey> {
        match self {
            Self::AtHand => Lookup::Ready(Ok(KeySet::new([key(NEW), key(OLD)]))),
            Self::Later => later(Ok(KeySet::new([key(NEW), key(OLD)]))),
            Self::Newer => later(Ok(KeySet::new([key(OLD)]))),
        }
    }

    fn newer(&self, _: &KeyHint<'_>, _: &KeySet<HmacKey>) -> Option<Lookup<HmacKey>> {
        (*self == Self::Newer).then(|| later(Ok(KeySet::new([key(NEW), key(OLD)]))))
    }
}

fn later(answer: Result<KeySet<HmacKey>, KeyError>) -> Lookup<HmacKey> {
    Lookup::Later(Box::pin(async {
        tokio::task::yield_now().await;
        answer
    }))
}

/// What is done with a request once it is known to be genuine.
#[derive(Clone, Copy, Debug)]
enum Store {
    None,
    AtHand,
    Later,
}

impl Store {
    fn put<S: Scheme>(self, layer: VerifyLayer<S>) -> VerifyLayer<S> {
        let probe = match self {
            Self::None => return layer,
            Self::AtHand => Probe::ready(),
            Self::Later => Probe::later(),
        };
        layer.replay(Replay::new(probe).retention(Duration::from_secs(60)))
    }
}

fn signed<S: Sign>(scheme: &S, secret: &str, body: &str) -> Request<Bytes> {
    let request = Request::post("/").body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
    scheme.sign(&Secret::new(secret).unwrap(), NOW, request).unwrap()
}

/// Whole, and in pieces that are hashed as they come.
fn bodies(request: &Request<Bytes>) -> [Request<Script>; 2] {
    let pieces = |body: &[u8]| Script::chunked(body, 3);
    let whole = |body: &[u8]| Script::new([Step::Data(Bytes::copy_from_slice(body))]);
    [request.clone().map(|body| whole(&body)), request.clone().map(|body| pieces(&body))]
}

async fn send<S: Scheme>(layer: &VerifyLayer<S>, request: Request<Script>) -> StatusCode {
    layer.layer(Handler::default()).oneshot(request).await.unwrap().status()
}

fn of(name: &str, scheme: &str, label: &str) -> String {
    format!("countersign_{name}{{scheme=\"{scheme}\",{label}}}")
}

/// Genuine under the new and the old key, forged, and a handshake: with keys now, later and newer ones, the body whole and
/// in pieces, looked at while it comes or only then, and a claim that is at hand or waited for.
#[tokio::test]
async fn whatever_was_waited_for() {
    let recorder = Recorder::start();
    for keys in [Keys::AtHand, Keys::Later, Keys::Newer] {
        for store in [Store::None, Store::AtHand, Store::Later] {
            let layer = VerifyLayer::with_keys(Acme, keys).clock(ManualClock::at(NOW));
            streamed(&recorder, keys, &store.put(layer)).await;
            let layer = VerifyLayer::with_keys(AcmeLate, keys);
            gathered(&recorder, &store.put(layer)).await;
        }
    }
}

async fn streamed(recorder: &Recorder, keys: Keys, layer: &VerifyLayer<Acme>) {
    // Under the same key, a second one would be the same request.
    let texts = ["the text", "another"];
    for (secret, label) in [(NEW, "key=\"0\""), (OLD, "key=\"1\"")] {
        for (text, at) in texts.into_iter().zip([0, 1]) {
            let text = format!("{text} {secret}");
            let mut forms = Vec::from(bodies(&signed(&Acme, secret, &text)));
            assert_eq!(send(layer, forms.swap_remove(at)).await, StatusCode::OK);
            let counted = recorder.counted();
            let accepted = sum(&counted, "countersign_accepted_total");
            // Newer keys are asked for only after a mismatch: until then, the old one is the newest.
            let label = if keys == Keys::Newer { "key=\"0\"" } else { label };
            let expected = of("accepted_total", "acme", label);
            assert!(accepted == 1 && counted.contains_key(&expected), "{counted:?}");
            timed(&counted, "acme", 1);
        }
    }
    for form in bodies(&signed(&Acme, "acme_other", "the text")) {
        assert_eq!(send(layer, form).await, StatusCode::UNAUTHORIZED);
        let counted = recorder.counted();
        assert_eq!(counted[&of("refused_total", "acme", "reason=\"mismatch\"")], 1);
        timed(&counted, "acme", 1);
    }
    for form in bodies(&signed(&Acme, NEW, "ping:pong")) {
        assert_eq!(send(layer, form).await, StatusCode::OK);
        let counted = recorder.counted();
        assert_eq!(counted[&of("answered_total", "acme", "what=\"handshake\"")], 1);
        timed(&counted, "acme", 1);
    }
    // A challenge, and one that is none: of neither the body is read.
    for (uri, status) in [("/?challenge=a", StatusCode::OK), ("/?a", StatusCode::UNAUTHORIZED)] {
        let request = Request::get(uri).body(Script::default()).unwrap();
        assert_eq!(send(layer, request).await, status);
        timed(&recorder.counted(), "acme", 0);
    }
}

async fn gathered(recorder: &Recorder, layer: &VerifyLayer<AcmeLate>) {
    for (request, status) in [
        (Request::post("/").body(Bytes::new()).unwrap(), StatusCode::UNAUTHORIZED),
        (late("acme_other"), StatusCode::UNAUTHORIZED),
        (late(NEW), StatusCode::OK),
    ] {
        for (form, again) in bodies(&request).into_iter().zip([false, true]) {
            // Of a genuine one, the second form is a duplicate where there is a store.
            let answer = send(layer, form).await;
            let is_duplicate =
                again && status == StatusCode::OK && answer == StatusCode::UNAUTHORIZED;
            assert!(answer == status || is_duplicate, "{answer}");
            timed(&recorder.counted(), "acme-late", 1);
        }
    }
}

/// `AcmeLate` takes secrets as they are, and the keys here are those of `Acme`.
fn late(secret: &str) -> Request<Bytes> {
    signed(&AcmeLate, secret.strip_prefix("acme_").unwrap(), "the text")
}

/// One request, and both of its stages if its body was read.
fn timed(counted: &Series<u64>, scheme: &str, times: u64) {
    assert_eq!(requests(counted), 1, "{counted:?}");
    for stage in ["receiving", "judging"] {
        let series = of("verification_seconds", scheme, &format!("stage=\"{stage}\""));
        assert_eq!(counted.get(&series).copied().unwrap_or_default(), times, "{counted:?}");
    }
}

/// What becomes of it inside is no longer the layer's: it was let through, once.
#[tokio::test]
async fn whatever_the_handler_does() {
    let recorder = Recorder::start();
    let layer = VerifyLayer::with_keys(Acme, Keys::AtHand).clock(ManualClock::at(NOW));
    for act in [Act::Answer(StatusCode::INTERNAL_SERVER_ERROR), Act::Fail, Act::Panic, Act::Hang] {
        let service = layer.layer(Handler::told([act]));
        let [request, _] = bodies(&signed(&Acme, NEW, "the text"));
        let answer = tokio::spawn(timeout(Duration::from_millis(20), service.oneshot(request)));
        drop(answer.await);
        timed(&recorder.counted(), "acme", 1);
    }
}

/// Genuine, and waiting for the handler to be ready when the client leaves: the verdict was there.
#[tokio::test]
async fn whoever_leaves_after_the_verdict_is_counted_and_before_it_is_not() {
    let recorder = Recorder::start();
    let layer = VerifyLayer::with_keys(Acme, Keys::AtHand).clock(ManualClock::at(NOW));
    let busy = ConcurrencyLimit::new(Handler::default(), 0);
    let [request, _] = bodies(&signed(&Acme, NEW, "the text"));
    let answer = timeout(Duration::from_millis(5), layer.layer(busy).oneshot(request)).await;
    assert!(answer.is_err(), "it is handled");
    timed(&recorder.counted(), "acme", 1);

    let unfinished = signed(&Acme, NEW, "the text").map(|_| Script::new([Step::Stall]));
    let answer = timeout(Duration::from_millis(5), send(&layer, unfinished)).await;
    assert!(answer.is_err() && recorder.counted().is_empty());
}

/// A duplicate is genuine. Where it is told so, it is no refusal; where it is refused, it is one.
#[tokio::test]
async fn a_duplicate_counts_as_what_it_is_told() {
    let recorder = Recorder::start();
    for (duplicates, name, label) in [
        (Duplicates::Acknowledge, "answered_total", "what=\"duplicate\""),
        (Duplicates::Refuse, "refused_total", "reason=\"replayed\""),
    ] {
        for probe in [Probe::ready(), Probe::later()] {
            let replay = Replay::new(probe).duplicates(duplicates);
            let layer = VerifyLayer::with_keys(Acme, Keys::AtHand).clock(ManualClock::at(NOW));
            let layer = layer.replay(replay.retention(Duration::from_secs(60)));
            for again in [false, true] {
                let request = signed(&Acme, NEW, "the text").map(Full::new);
                layer.layer(Handler::default()).oneshot(request).await.unwrap();
                let counted = recorder.counted();
                timed(&counted, "acme", 1);
                assert_eq!(counted.contains_key(&of(name, "acme", label)), again, "{counted:?}");
            }
        }
    }
}

/// What is only checked, and not served, its caller knows of.
#[test]
fn what_is_checked_offline_is_not_counted() {
    let recorder = Recorder::start();
    let layer = VerifyLayer::with_keys(Acme, Keys::AtHand).clock(ManualClock::at(NOW));
    assert!(layer.verify(signed(&Acme, NEW, "the text")).is_ok());
    assert!(layer.verify(signed(&Acme, "acme_other", "the text")).is_err());
    assert!(recorder.counted().is_empty());
}
