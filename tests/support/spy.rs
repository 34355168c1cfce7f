//! A service that remembers what reached it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::Service;

/// What reached the service: the head, and the body that the layer handed on.
pub type Seen = (Parts, Full<Bytes>);

/// A service that answers 200 to whatever reaches it, and remembers it. It insists on being made
/// ready before each call, as every instance may.
#[derive(Default)]
pub struct Spy {
    calls: Arc<AtomicUsize>,
    last: Arc<Mutex<Option<Seen>>>,
    ready: bool,
}

impl Spy {
    /// How many requests reached it.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// The last request that reached it.
    pub async fn last(&self) -> Option<(Parts, Bytes)> {
        let seen = self.last.lock().unwrap_or_else(PoisonError::into_inner).take();
        match seen {
            Some((parts, body)) => match body.collect().await {
                Ok(body) => Some((parts, body.to_bytes())),
                Err(never) => match never {},
            },
            None => None,
        }
    }
}

/// A clone has to be made ready on its own.
impl Clone for Spy {
    fn clone(&self) -> Self {
        Self { calls: Arc::clone(&self.calls), last: Arc::clone(&self.last), ready: false }
    }
}

impl Service<Request<Full<Bytes>>> for Spy {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called on an instance that was not made ready");
        self.calls.fetch_add(1, Ordering::SeqCst);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.into_parts());
        ready(Ok(Response::new(Full::from("handled"))))
    }
}
