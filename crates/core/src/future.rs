//! The way of one request: read and hash the body, judge, make the inner service ready, call it.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{Full, LengthLimitError};
use pin_project_lite::pin_project;
use tower_http::timeout::TimeoutError;
use tower_service::Service;

use crate::body::{BoxError, ResponseBody};
use crate::engine::{self, Check};
use crate::error::{Reason, VerifyError};
use crate::gather::Gather;
use crate::head::Head;
use crate::layer::Config;
use crate::proof::Covered;
use crate::scheme::Scheme;

/// How many frames are read before other tasks get their turn: a body that is always ready, with
/// frames that may be empty, must not keep a thread to itself.
const FRAMES_A_TURN: usize = 64;

pin_project! {
    /// The future of [`Verify`](crate::Verify).
    pub struct ResponseFuture<S: Scheme, Inner: Service<Request<Full<Bytes>>>, ReqBody> {
        #[pin]
        state: State<S, Inner, ReqBody, Inner::Future>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S: Scheme, Inner, ReqBody, Called> {
        Answered { answer: Option<Response<Bytes>> },
        Reading { #[pin] body: ReqBody, reading: Option<Reading<S, Inner>> },
        Ready { inner: Inner, request: Option<Request<Full<Bytes>>> },
        Called { #[pin] future: Called },
    }
}

/// What is needed while the body arrives, and after.
pub(crate) struct Reading<S: Scheme, Inner> {
    pub(crate) inner: Inner,
    pub(crate) config: Arc<Config<S>>,
    pub(crate) parts: Parts,
    pub(crate) check: Option<Check<S::Method>>,
    pub(crate) gather: Gather,
}

impl<S: Scheme, Inner: Service<Request<Full<Bytes>>>, ReqBody> ResponseFuture<S, Inner, ReqBody> {
    pub(crate) fn answered(answer: Response<Bytes>) -> Self {
        Self { state: State::Answered { answer: Some(answer) } }
    }

    pub(crate) fn reading(body: ReqBody, reading: Reading<S, Inner>) -> Self {
        Self { state: State::Reading { body, reading: Some(reading) } }
    }
}

impl<S, Inner, ReqBody, ResBody> Future for ResponseFuture<S, Inner, ReqBody>
where
    S: Scheme,
    Inner: Service<Request<Full<Bytes>>, Response = Response<ResBody>>,
    ReqBody: Body,
    ReqBody::Error: Into<BoxError>,
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
                StateProj::Reading { body, reading: slot } => {
                    let Some(reading) = slot else { return Poll::Pending };
                    let read = ready!(reading.poll_body(body, cx));
                    match slot.take() {
                        Some(reading) => reading.judge(read),
                        None => return Poll::Pending,
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

impl<S: Scheme, Inner> Reading<S, Inner> {
    /// Reads to the end of the body, hashing on the way. Trailers are signed by nobody and left.
    fn poll_body<B>(
        &mut self,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Reason>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        for _ in 0..FRAMES_A_TURN {
            let Some(frame) = ready!(body.as_mut().poll_frame(cx)) else {
                return Poll::Ready(Ok(()));
            };
            let frame = frame.map_err(|error| reason_of(&*error.into()))?;
            let Ok(mut data) = frame.into_data() else { continue };
            let chunk = data.copy_to_bytes(data.remaining());
            if !chunk.is_empty() {
                self.take(chunk)?;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn take(&mut self, chunk: Bytes) -> Result<(), Reason> {
        self.gather.push(chunk.clone())?;
        if let Some(check) = &mut self.check {
            check.update(&chunk);
        }
        Ok(())
    }

    fn judge<ReqBody, Called>(self, read: Result<(), Reason>) -> State<S, Inner, ReqBody, Called> {
        let Self { inner, config, mut parts, check, gather } = self;
        let body = gather.finish();
        let judged =
            read.and_then(|()| engine::complete(&config, &Head::new(&parts), check, &body));
        match judged {
            Ok(genuine) => {
                if let Some(answer) = genuine.answer {
                    return State::Answered { answer: Some(answer) };
                }
                let verified = genuine.proof.body().clone();
                if genuine.proof.covered() == Covered::Canonical {
                    describe(&mut parts, verified.len());
                }
                parts.extensions.insert(genuine.proof);
                let request = Request::from_parts(parts, Full::new(verified));
                State::Ready { inner, request: Some(request) }
            }
            Err(reason) => {
                let answer = config.refuse(VerifyError::new(S::NAME, reason));
                State::Answered { answer: Some(answer) }
            }
        }
    }
}

/// Makes the headers those of the verified bytes, where these are not the ones that came.
fn describe(parts: &mut Parts, length: usize) {
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    parts.headers.remove(TRANSFER_ENCODING);
    parts.headers.remove(CONTENT_ENCODING);
}

/// Looks through what wraps a body's error for a limit or a deadline of an outer layer.
fn reason_of(error: &(dyn Error + 'static)) -> Reason {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Reason::BodyTooLarge;
        }
        if error.is::<TimeoutError>() {
            return Reason::BodyTimeout;
        }
        cause = error.source();
    }
    Reason::BodyUnreadable
}

impl<S: Scheme, Inner: Service<Request<Full<Bytes>>>, ReqBody> Debug
    for ResponseFuture<S, Inner, ReqBody>
{
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Answered { .. } => "answered",
            State::Reading { .. } => "reading",
            State::Ready { .. } => "ready",
            State::Called { .. } => "called",
        };
        f.debug_struct("ResponseFuture").field("state", &state).finish()
    }
}
