//! Nothing is handled twice: the layer, the stores, and both together in several processes.

mod claims;
mod endings;
mod keys;
pub(crate) mod probe;
mod processes;
mod redis;
mod settings;
mod stores;

use std::collections::VecDeque;
use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{
    MemoryReplay, Reason, Replay, ReplayMode, Scheme, Secret, Sign, SparkVerify, Timestamp,
    VerifyError, VerifyLayer,
};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
pub(crate) const SECRET: &str = "a-very-secret-secret";
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

fn signed_by<S: Sign>(scheme: &S, secret: &str, body: &str) -> Request<Bytes> {
    let request = Request::post("/").body(Bytes::copy_from_slice(body.as_bytes()));
    let secret = Secret::new(secret).expect("a secret");
    scheme.sign(&secret, NOW, request.expect("a request")).expect("a signature")
}

pub(crate) fn signed(body: &str) -> Request<Bytes> {
    signed_by(&Spark::default(), SECRET, body)
}

fn spark(replay: impl Into<Replay>) -> SparkVerify {
    SparkVerify::new(SECRET).replay(replay.into().retention(DAY))
}

pub(crate) fn modes() -> [ReplayMode; 2] {
    [ReplayMode::AtMostOnce, ReplayMode::at_least_once()]
}

fn memory() -> Replay {
    Replay::new(MemoryReplay::new())
}

/// What came back: the status, and why it was refused.
pub(crate) type Sent = (StatusCode, Option<Reason>);

pub(crate) const HANDLED: Sent = (StatusCode::OK, None);
pub(crate) const REPLAYED: Sent = (StatusCode::UNAUTHORIZED, Some(Reason::Replayed));
pub(crate) const IN_FLIGHT: Sent = (StatusCode::CONFLICT, Some(Reason::InFlight));
pub(crate) const UNAVAILABLE: Sent =
    (StatusCode::SERVICE_UNAVAILABLE, Some(Reason::ReplayUnavailable));

async fn send<S: Scheme>(
    layer: &VerifyLayer<S>,
    handler: &Handler,
    request: Request<Bytes>,
) -> Sent {
    sent(layer.layer(handler.clone()).oneshot(request.map(Full::new)).await.expect("an answer"))
}

pub(crate) fn sent<B>(response: Response<B>) -> Sent {
    (response.status(), response.extensions().get().map(VerifyError::reason))
}

/// What a handler does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Answer(StatusCode),
    /// Without an answer, as a time-out inside does.
    Fail,
    Panic,
    /// Goes on until it is dropped.
    Hang,
}

/// A handler that does what it is told, and counts. It answers 200 when there is nothing left.
#[derive(Clone, Default)]
pub(crate) struct Handler {
    acts: Arc<Mutex<VecDeque<Act>>>,
    calls: Arc<AtomicUsize>,
}

impl Handler {
    pub(crate) fn told(acts: impl IntoIterator<Item = Act>) -> Self {
        let acts = Arc::new(Mutex::new(acts.into_iter().collect()));
        Self { acts, calls: Arc::default() }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

type Answer = Result<Response<Full<Bytes>>, &'static str>;

impl Service<Request<Full<Bytes>>> for Handler {
    type Response = Response<Full<Bytes>>;
    type Error = &'static str;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let act = self.acts.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match act.unwrap_or(Act::Answer(StatusCode::OK)) {
            Act::Answer(status) => {
                let mut response = Response::new(Full::from("handled"));
                *response.status_mut() = status;
                Box::pin(ready(Ok(response)))
            }
            Act::Fail => Box::pin(ready(Err("no answer"))),
            Act::Panic => Box::pin(async { panic!("the handler panics") }),
            Act::Hang => Box::pin(pending()),
        }
    }
}
