//! The way of one request: read and hash the body, judge, claim, make the inner service ready, call
//! it, settle the claim.

mod read;
mod work;

use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tower_service::Service;

use self::read::poll_body;
use self::work::{Purpose, Step, Waiting, Work, call};
use crate::body::{BoxError, ResponseBody};
use crate::engine::{self, Begun, Fed, Found, UNREAD};
use crate::error::Reason;
use crate::gather::{Gather, declared_length};
use crate::head::Head;
use crate::keys::KeyFuture;
use crate::layer::Config;
use crate::meter::Answered;
use crate::proof::Proof;
use crate::replay::{Held, Settling, Unfinished};
use crate::scheme::{KeyOf, Scheme};

pin_project! {
    /// The future of [`Verify`](crate::Verify).
    pub struct ResponseFuture<S: Scheme, Inner: Service<Request<Full<Bytes>>>, ReqBody> {
        #[pin]
        state: State<S, Inner, ReqBody, Inner::Future, Result<Inner::Response, Inner::Error>>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S: Scheme, Inner, ReqBody, Called, Answer> {
        Answered { answer: Option<Response<Bytes>> },
        Waiting { keys: KeyFuture<KeyOf<S>>, waiting: Option<Box<Waiting<S, Inner, ReqBody>>> },
        Reading {
            #[pin]
            body: ReqBody,
            fed: Option<Fed<S>>,
            gather: Gather,
            work: Option<Work<S, Inner>>,
        },
        Claiming {
            claiming: Unfinished<Result<Held, Reason>>,
            waiting: Option<Box<(Work<S, Inner>, Option<Proof<S>>)>>,
        },
        Ready { inner: Inner, request: Option<Request<Full<Bytes>>>, held: Option<Held> },
        Called { #[pin] future: Called, held: Option<Held> },
        Settling { settling: Settling, answer: Option<Box<Answer>> },
    }
}

impl<S, Inner, ReqBody> ResponseFuture<S, Inner, ReqBody>
where
    S: Scheme,
    Inner: Service<Request<Full<Bytes>>>,
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
{
    #[inline]
    pub(crate) fn begin(
        inner: Inner,
        config: Arc<Config<S>>,
        tenant: Option<Box<str>>,
        request: Request<ReqBody>,
    ) -> Self {
        let watch = config.meter.arrived(config.replay.is_some());
        let head = Head::of(&request).with_tenant(tenant.as_deref());
        if let Some(begun) = engine::challenged(&config, &head) {
            let (request, body) = emptied(request);
            let work = Work { inner, config, tenant, request, watch };
            return Self { state: State::turn(begun, UNREAD, work, body) };
        }
        // As `engine::read` does, which would hand the evidence back, and so move it.
        let mut found = config.scheme.inspect(&head, None);
        let begun = engine::begin(&config, &head, &mut found);
        let (request, body) = emptied(request);
        let work = Work { inner, config, tenant, request, watch };
        Self { state: State::next(begun, found, work, body) }
    }
}

/// A request without its body, and that.
#[inline(always)]
fn emptied<B>(request: Request<B>) -> (Request<Full<Bytes>>, B) {
    let (parts, body) = request.into_parts();
    (Request::from_parts(parts, Full::default()), body)
}

impl<S: Scheme, Inner, ReqBody, Called, Answer> State<S, Inner, ReqBody, Called, Answer>
where
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
{
    /// After the head was read: the body is, or is not yet, or not at all.
    #[inline(always)]
    fn next(
        begun: Result<Begun<S>, Reason>,
        found: Found,
        work: Work<S, Inner>,
        body: ReqBody,
    ) -> Self {
        let limit = work.config.body_limit;
        let fits = declared_length(&body).is_none_or(|length| length <= limit as u64);
        let gather = Gather::new(&body, limit);
        match begun {
            Ok(Begun::Streaming(keys)) if fits => {
                Self::Reading { body, fed: Some(Fed::new(keys, found)), gather, work: Some(work) }
            }
            Ok(Begun::NeedBody) if fits => {
                Self::Reading { body, fed: None, gather, work: Some(work) }
            }
            begun => Self::turn(begun, found, work, body),
        }
    }

    #[cold]
    fn turn(
        begun: Result<Begun<S>, Reason>,
        found: Found,
        work: Work<S, Inner>,
        body: ReqBody,
    ) -> Self {
        match begun {
            Ok(Begun::Streaming(_) | Begun::NeedBody) => {
                work.refuse_unread(Reason::BodyTooLarge, body)
            }
            Ok(Begun::Wanting(keys)) => work.wait(keys, Purpose::Stream(found, body)),
            Ok(Begun::Challenge(keys)) => work.wait(keys, Purpose::Challenge(body)),
            Ok(Begun::Answered(answer)) => {
                work.config.meter.answered(Answered::Handshake);
                work.leave(body);
                Self::Answered { answer: Some(*answer) }
            }
            Err(reason) => work.refuse_unread(reason, body),
        }
    }
}

impl<S, Inner, ReqBody, ResBody> Future for ResponseFuture<S, Inner, ReqBody>
where
    S: Scheme,
    Inner: Service<Request<Full<Bytes>>, Response = Response<ResBody>>,
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
    ReqBody::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<ResBody>>, Inner::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProj::Answered { answer } => {
                    let Some(answer) = answer.take() else { return Poll::Pending };
                    return Poll::Ready(Ok(answer.map(ResponseBody::full)));
                }
                StateProj::Waiting { keys, waiting } => {
                    let keys = ready!(keys.as_mut().poll(cx));
                    match waiting.take().map(|waiting| *waiting) {
                        Some(Waiting { work, purpose: Purpose::Challenge(body) }) => {
                            let (config, head) = (&work.config, work.head());
                            let (found, begun) = engine::challenge(config, &head, keys)
                                .map(|begun| (UNREAD, begun))
                                .unwrap_or_else(|| engine::read(config, &head));
                            state.set(State::next(begun, found, work, body));
                        }
                        Some(Waiting { work, purpose: Purpose::Stream(found, body) }) => {
                            let begun = engine::usable(&work.config, keys).map(Begun::Streaming);
                            state.set(State::next(begun, found, work, body));
                        }
                        Some(Waiting { mut work, purpose: Purpose::Judge(body, asked) }) => {
                            let (config, head, mut proof) = (&work.config, work.head(), None);
                            let verdict =
                                engine::resume(config, &head, &body, keys, asked, &mut proof);
                            let step = work.follow(verdict, &mut proof, body);
                            ready!(work.take(step, state.as_mut(), cx))?;
                        }
                        None => return Poll::Pending,
                    }
                }
                StateProj::Reading { body, fed, gather, work } => {
                    let read = ready!(poll_body(body, fed, gather, cx));
                    let Some(at_work) = work else { return Poll::Pending };
                    let step = match read {
                        Ok(()) => match gather.finish() {
                            Some(body) => at_work.judge(fed.as_mut(), body),
                            // Polled again after a panic in the scheme: what is left of the check says nothing.
                            None => return Poll::Pending,
                        },
                        Err(reason) => Step::Refuse(reason, None),
                    };
                    let Some(work) = work.take() else { return Poll::Pending };
                    ready!(work.take(step, state.as_mut(), cx))?;
                }
                StateProj::Claiming { claiming, waiting } => {
                    let claimed = ready!(Pin::new(claiming).poll(cx));
                    match waiting.take().map(|waiting| *waiting) {
                        Some((mut work, mut proof)) => {
                            let step = work.claimed(claimed, &mut proof);
                            ready!(work.take(step, state.as_mut(), cx))?;
                        }
                        None => return Poll::Pending,
                    }
                }
                StateProj::Ready { inner, request, held } => {
                    ready!(inner.poll_ready(cx))?;
                    let Some(request) = request.take() else { return Poll::Pending };
                    let called = call(inner, request, held.take());
                    state.set(called);
                }
                StateProj::Called { future, held } => {
                    let answer = ready!(future.poll(cx));
                    match settle(&answer, held.take()) {
                        None => return Poll::Ready(answer.map(wrap)),
                        Some(settling) => {
                            let answer = Some(Box::new(answer));
                            state.set(State::Settling { settling, answer });
                        }
                    }
                }
                StateProj::Settling { settling, answer } => {
                    ready!(Pin::new(settling).poll(cx));
                    match answer.take() {
                        Some(answer) => return Poll::Ready((*answer).map(wrap)),
                        None => return Poll::Pending,
                    }
                }
            }
        }
    }
}

/// Confirms or releases what is held; the rest has to be waited for, if there is any.
///
/// A service that fails has not answered: that is as if the handling had broken off.
fn settle<ResBody, E>(
    answer: &Result<Response<ResBody>, E>,
    held: Option<Held>,
) -> Option<Settling> {
    let held = held?;
    let response = answer.as_ref().ok()?;
    held.settle(response.status().is_server_error())
}

fn wrap<B>(response: Response<B>) -> Response<ResponseBody<B>> {
    response.map(ResponseBody::new)
}

impl<S: Scheme, Inner: Service<Request<Full<Bytes>>>, ReqBody> Debug
    for ResponseFuture<S, Inner, ReqBody>
{
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Answered { .. } => "answered",
            State::Waiting { .. } => "waiting for keys",
            State::Reading { .. } => "reading",
            State::Claiming { .. } => "claiming",
            State::Ready { .. } => "ready",
            State::Called { .. } => "called",
            State::Settling { .. } => "settling",
        };
        f.debug_struct("ResponseFuture").field("state", &state).finish()
    }
}
