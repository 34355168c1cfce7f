//! Each reason for a refusal is counted under its own name, once for each request.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use countersign::{
    Algorithm, ConfigError, Head, Hmac, HmacKey, Inspect, KeyError, KeyHint, KeySource, Lookup,
    ManualClock, Reason, Replay, Scheme, Secret, Sign, Timestamp, VerifyError, VerifyLayer,
};
use countersign_tests::acme::{Acme, AcmeDigest, AcmeLines, DIGEST, SIGNATURE};
use countersign_tests::script::{Script, Step};
use http::{Method, Request, StatusCode};
use tokio::time::timeout;
use tower::{Layer, ServiceExt};
use tower_http::timeout::TimeoutBody;

use super::{Recorder, requests, sum};
use crate::replay::probe::Probe;
use crate::replay::{Act, Handler};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn acme() -> VerifyLayer<Acme> {
    VerifyLayer::new("acme_secret").clock(ManualClock::at(NOW))
}

fn signed() -> Request<Bytes> {
    let request = Request::post("/").body(Bytes::from("the text")).unwrap();
    Acme.sign(&Secret::new("acme_secret").unwrap(), NOW, request).unwrap()
}

fn whole(request: Request<Bytes>) -> Request<Script> {
    request.map(|body| Script::new([Step::Data(body)]))
}

fn with(steps: impl IntoIterator<Item = Step>) -> Request<Script> {
    signed().map(|_| Script::new(steps))
}

/// Who sends requests and sees what is counted.
struct Sender {
    recorder: Recorder,
    seen: BTreeSet<&'static str>,
}

impl Sender {
    /// The reason that the answer has is the one that is counted, and nothing else is.
    async fn send<S: Scheme, B>(&mut self, layer: &VerifyLayer<S>, request: Request<B>, code: &str)
    where
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let answer = layer.layer(Handler::default()).oneshot(request).await.unwrap();
        let error: &VerifyError = answer.extensions().get().unwrap();
        assert_eq!(error.reason().code(), code);
        let counted = self.recorder.counted();
        let (scheme, code) = (S::NAME, error.reason().code());
        let series = format!("countersign_refused_total{{scheme=\"{scheme}\",reason=\"{code}\"}}");
        assert_eq!(counted.get(&series), Some(&1), "{counted:?}");
        assert_eq!(requests(&counted), 1, "{counted:?}");
        self.seen.insert(code);
    }
}

/// Refuses whatever comes, for a reason that only a scheme has.
struct Refusing(Reason);

impl Scheme for Refusing {
    type Method = Hmac;

    const NAME: &'static str = "refusing";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        match (head.method(), body) {
            (&Method::POST, None) => Ok(Inspect::NeedBody),
            _ => Err(self.0),
        }
    }
}

/// Has no keys, and says so now or later.
#[derive(Clone, Copy)]
struct NoKeys {
    later: bool,
    is_down: bool,
}

impl KeySource<HmacKey> for NoKeys {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<HmacKey> {
        let error = match self.is_down {
            true => KeyError::unavailable("it was told so"),
            false => KeyError::Unknown,
        };
        if !self.later {
            return Lookup::Ready(Err(error));
        }
        Lookup::Later(Box::pin(async { Err(error) }))
    }
}

#[tokio::test]
async fn each_reason_is_counted_under_its_name() {
    let mut sender = Sender { recorder: Recorder::start(), seen: BTreeSet::new() };
    the_head(&mut sender).await;
    the_body(&mut sender).await;
    the_keys_and_the_signature(&mut sender).await;
    the_store(&mut sender).await;

    // A layer that has seen one request has a series for each reason there is, and none was left out.
    acme().layer(Handler::default()).oneshot(whole(signed())).await.unwrap();
    let (labels, ..) = &sender.recorder.described()["countersign_refused_total"];
    let all: BTreeSet<&str> = labels["reason"].iter().map(String::as_str).collect();
    assert_eq!(sender.seen, all);
}

async fn the_head(sender: &mut Sender) {
    let mut request = signed();
    request.headers_mut().remove(SIGNATURE);
    sender.send(&acme(), whole(request), "missing").await;
    let mut request = signed();
    request.headers_mut().append(SIGNATURE, "00".parse().unwrap());
    sender.send(&acme(), whole(request), "repeated").await;
    let mut request = signed();
    request.headers_mut().insert(SIGNATURE, "zz".parse().unwrap());
    sender.send(&acme(), whole(request), "malformed").await;
    for (clock, code) in [(1_700_000_301, "stale"), (1_699_999_699, "from-the-future")] {
        let layer = acme().clock(ManualClock::at(Timestamp::from_secs(clock)));
        sender.send(&layer, whole(signed()), code).await;
    }
    for reason in [Reason::TooMany("signatures"), Reason::Unexpected("it is"), Reason::EmptyBody] {
        // At the head, and when the body is there.
        for method in [Method::GET, Method::POST] {
            let layer = VerifyLayer::with(Refusing(reason), "secret");
            let request = Request::builder().method(method).uri("/").body(Script::default());
            sender.send(&layer, request.unwrap(), reason.code()).await;
        }
    }
}

async fn the_body(sender: &mut Sender) {
    let declared = whole(signed()).map(|body| body.declare(1 << 40));
    sender.send(&acme(), declared, "body-too-large").await;
    let received = whole(signed());
    sender.send(&acme().body_limit(4), received, "body-too-large").await;
    sender.send(&acme(), with([Step::Fail]), "body-unreadable").await;
    let late = with([Step::Stall]).map(|body| TimeoutBody::new(Duration::from_millis(1), body));
    sender.send(&acme(), late, "body-timeout").await;

    let lines = |text: &str| Request::post("/").body(Bytes::copy_from_slice(text.as_bytes()));
    let layer = VerifyLayer::<AcmeLines>::new("secret").max_age(Duration::from_secs(60));
    let untimed = AcmeLines::signed(b"secret", "a=1", |_| true);
    sender.send(&layer, whole(lines(&untimed).unwrap()), "no-timestamp").await;
    let binary = Request::post("/").body(Bytes::from_static(b"\xff")).unwrap();
    sender.send(&layer, whole(binary), "not-canonical").await;
}

async fn the_keys_and_the_signature(sender: &mut Sender) {
    for later in [false, true] {
        for (is_down, code) in [(false, "unknown-key"), (true, "keys-unavailable")] {
            let layer = VerifyLayer::with_keys(Acme, NoKeys { later, is_down });
            let layer = layer.clock(ManualClock::at(NOW));
            sender.send(&layer, whole(signed()), code).await;
        }
    }
    let altered = signed().map(|_| Bytes::from("another"));
    sender.send(&acme(), whole(altered), "mismatch").await;

    let key = HmacKey::new(b"secret");
    let digest = "0".repeat(64);
    let signature = key.sign_hex(Algorithm::HmacSha256, &[b"/", digest.as_bytes()]).unwrap();
    let request = Request::post("/").header(SIGNATURE, signature).header(DIGEST, digest);
    let layer = VerifyLayer::<AcmeDigest>::new("secret");
    sender.send(&layer, whole(request.body(Bytes::from("a")).unwrap()), "body-digest").await;
}

async fn the_store(sender: &mut Sender) {
    for probe in [Probe::ready(), Probe::later()] {
        let layer = acme().replay(Replay::new(probe.clone()));
        let handled = layer.layer(Handler::default()).oneshot(whole(signed())).await.unwrap();
        assert_eq!(handled.status(), StatusCode::OK);
        assert_eq!(sum(&sender.recorder.counted(), "countersign_accepted_total"), 1);
        sender.send(&layer, whole(signed()), "replayed").await;
        probe.fail(true);
        sender.send(&layer, whole(signed()), "replay-unavailable").await;
    }
    let layer = acme().replay(Replay::new(Probe::ready()));
    let mut first = layer.layer(Handler::told([Act::Hang])).oneshot(whole(signed()));
    assert!(timeout(Duration::from_millis(5), &mut first).await.is_err());
    assert_eq!(sum(&sender.recorder.counted(), "countersign_accepted_total"), 1);
    sender.send(&layer, whole(signed()), "in-flight").await;
    drop(first);
}
