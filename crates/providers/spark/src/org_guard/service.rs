//! The service that the guard makes, and the way of one request through it.

use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use countersign_core::{Proof, ResponseBody};
use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::denial::{Denial, DenialReason};
use super::judge;
use super::layer::SparkOrgGuard;
use crate::payload::Event;
use crate::scheme::Spark;

/// The service that [`SparkOrgGuard`] makes: it judges the room, then calls `Inner`.
///
/// It is always ready: `Inner` is cloned for each request, and that clone is made ready when the
/// room was allowed. So a limit inside is not used up by waiting for the API.
#[derive(Clone, Debug)]
pub struct Guarded<Inner> {
    inner: Inner,
    guard: SparkOrgGuard,
}

impl<Inner> Guarded<Inner> {
    pub(super) fn new(inner: Inner, guard: SparkOrgGuard) -> Self {
        Self { inner, guard }
    }
}

impl<Inner, ReqBody, ResBody> Service<Request<ReqBody>> for Guarded<Inner>
where
    Inner: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = Inner::Error;
    type Future = GuardFuture<Inner, ReqBody>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let Some(proof) = request.extensions().get::<Proof<Spark>>() else {
            tracing::error!(
                target: "countersign",
                scheme = "spark",
                "SparkOrgGuard was reached without a proof: add `SparkVerify::new(secret)` \
                 outside of it, in a ServiceBuilder in the line above"
            );
            return GuardFuture::answered(StatusCode::INTERNAL_SERVER_ERROR);
        };
        match proof.payload::<Event>() {
            Ok(event) => {
                let guard = self.guard.clone();
                let judge = Box::pin(async move { guard.judge(&event).await });
                GuardFuture::judging(judge, self.guard.clone(), self.inner.clone(), request)
            }
            Err(error) => {
                let denial = Denial::new(DenialReason::NotAnEvent);
                tracing::debug!(target: "countersign", scheme = "spark", %error, "not an event");
                judge::log(&denial, None);
                GuardFuture { state: State::Answered { answer: Some(self.guard.answer(denial)) } }
            }
        }
    }
}

type Judging = Pin<Box<dyn Future<Output = Result<(), Denial>> + Send>>;

pin_project! {
    /// The future of [`Guarded`].
    pub struct GuardFuture<Inner: Service<Request<ReqBody>>, ReqBody> {
        #[pin]
        state: State<Inner, ReqBody, Inner::Future>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<Inner, ReqBody, Called> {
        Answered { answer: Option<Response<Bytes>> },
        Judging { judging: Judging, guard: SparkOrgGuard, call: Option<(Inner, Request<ReqBody>)> },
        Ready { inner: Inner, request: Option<Request<ReqBody>> },
        Called { #[pin] future: Called },
    }
}

impl<Inner: Service<Request<ReqBody>>, ReqBody> GuardFuture<Inner, ReqBody> {
    fn answered(status: StatusCode) -> Self {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = status;
        Self { state: State::Answered { answer: Some(answer) } }
    }

    fn judging(
        judging: Judging,
        guard: SparkOrgGuard,
        inner: Inner,
        request: Request<ReqBody>,
    ) -> Self {
        Self { state: State::Judging { judging, guard, call: Some((inner, request)) } }
    }
}

impl<Inner, ReqBody, ResBody> Future for GuardFuture<Inner, ReqBody>
where
    Inner: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Output = Result<Response<ResponseBody<ResBody>>, Inner::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProj::Answered { answer } => {
                    let answer = answer.take().unwrap_or_default();
                    return Poll::Ready(Ok(answer.map(ResponseBody::full)));
                }
                StateProj::Judging { judging, guard, call } => {
                    match (ready!(judging.as_mut().poll(cx)), call.take()) {
                        (Ok(()), Some((inner, request))) => {
                            State::Ready { inner, request: Some(request) }
                        }
                        (Ok(()), None) => return Poll::Pending,
                        (Err(denial), _) => State::Answered { answer: Some(guard.answer(denial)) },
                    }
                }
                StateProj::Ready { inner, request } => {
                    ready!(inner.poll_ready(cx))?;
                    match request.take() {
                        Some(request) => State::Called { future: inner.call(request) },
                        None => return Poll::Pending,
                    }
                }
                StateProj::Called { future } => {
                    return future.poll(cx).map_ok(|response| response.map(ResponseBody::new));
                }
            };
            state.set(next);
        }
    }
}

impl<Inner: Service<Request<ReqBody>>, ReqBody> Debug for GuardFuture<Inner, ReqBody> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Answered { .. } => "answered",
            State::Judging { .. } => "judging",
            State::Ready { .. } => "ready",
            State::Called { .. } => "called",
        };
        f.debug_struct("GuardFuture").field("state", &state).finish()
    }
}
