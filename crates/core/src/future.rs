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
use self::work::{Bodiless, Purpose, Step, Waiting, Work, called};
use crate::body::{BoxError, ResponseBody};
use crate::engine::{self, Begun, Fed, Found, UNREAD};
use crate::error::Reason;
use crate::gather::Gather;
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
            request: Option<Bodiless>,
        },
        Claiming {
            claiming: Unfinished<Result<Held, Reason>>,
            waiting: Option<Box<(Work<S, Inner>, Bodiless, Option<Proof<S>>)>>,
        },
        Ready { inner: Inner, request: Option<Bodiless>, held: Option<Held> },
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
        // Before the head is read: asked later, the compiler copies what was found once more (`scripts/bench profile`).
        let gather = Gather::new(request.body(), config.body_limit);
        if let Some(begun) = engine::challenged(&config, &head) {
            let work = Work { inner, config, tenant, watch };
            let (request, body) = emptied(request);
            return Self { state: State::turn(begun, UNREAD, work, request, body) };
        }
        // As `engine::read` does, which would hand the evidence back, and so move it.
        let mut found = config.scheme.inspect(&head, None);
        let begun = engine::begin(&config, &head, &mut found);
        let Some(gather) = gather else {
            return Self::next(begun, found, Work { inner, config, tenant, watch }, request);
        };
        match begun {
            // Made where it is handed back, since it has hundreds of bytes: so nothing is called in between.
            Ok(Begun::Streaming(keys)) => {
                let (request, body) = emptied(request);
                Self {
                    state: State::Reading {
                        body,
                        fed: Some(Fed::new(keys, found)),
                        gather,
                        work: Some(Work { inner, config, tenant, watch }),
                        request: Some(request),
                    },
                }
            }
            begun => Self::next(begun, found, Work { inner, config, tenant, watch }, request),
        }
    }

    fn next(
        begun: Result<Begun<S>, Reason>,
        found: Found,
        work: Work<S, Inner>,
        request: Request<ReqBody>,
    ) -> Self {
        let (request, body) = emptied(request);
        Self { state: State::next(begun, found, work, request, body) }
    }
}

/// A request without its body, and that.
#[inline(always)]
fn emptied<B>(request: Request<B>) -> (Bodiless, B) {
    let (parts, body) = request.into_parts();
    (Request::from_parts(parts, Full::default()), body)
}

impl<S: Scheme, Inner, ReqBody, Called, Answer> State<S, Inner, ReqBody, Called, Answer>
where
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
{
    /// After the head was read: the body is, or is not yet, or not at all.
    fn next(
        begun: Result<Begun<S>, Reason>,
        found: Found,
        work: Work<S, Inner>,
        request: Bodiless,
        body: ReqBody,
    ) -> Self {
        let (fed, gather) = match (begun, Gather::new(&body, work.config.body_limit)) {
            (Ok(Begun::Streaming(keys)), Some(gather)) => (Some(Fed::new(keys, found)), gather),
            (Ok(Begun::NeedBody), Some(gather)) => (None, gather),
            (begun, _) => return Self::turn(begun, found, work, request, body),
        };
        Self::Reading { body, fed, gather, work: Some(work), request: Some(request) }
    }

    #[cold]
    fn turn(
        begun: Result<Begun<S>, Reason>,
        found: Found,
        work: Work<S, Inner>,
        request: Bodiless,
        body: ReqBody,
    ) -> Self {
        match begun {
            Ok(Begun::Streaming(_) | Begun::NeedBody) => {
                work.refuse_unread(request, Reason::BodyTooLarge, body)
            }
            Ok(Begun::Wanting(keys)) => work.wait(request, keys, Purpose::Stream(found, body)),
            Ok(Begun::Challenge(keys)) => work.wait(request, keys, Purpose::Challenge(body)),
            Ok(Begun::Answered(answer)) => {
                work.config.meter.answered(Answered::Handshake);
                work.leave(&request, body);
                Self::Answered { answer: Some(*answer) }
            }
            Err(reason) => work.refuse_unread(request, reason, body),
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
                        Some(Waiting { work, request, purpose: Purpose::Challenge(body) }) => {
                            let (config, head) = (&work.config, work.head(&request));
                            let (found, begun) = engine::challenge(config, &head, keys)
                                .map(|begun| (UNREAD, begun))
                                .unwrap_or_else(|| engine::read(config, &head));
                            state.set(State::next(begun, found, work, request, body));
                        }
                        Some(Waiting { work, request, purpose: Purpose::Stream(found, body) }) => {
                            let begun = engine::usable(&work.config, keys).map(Begun::Streaming);
                            state.set(State::next(begun, found, work, request, body));
                        }
                        Some(Waiting {
                            work,
                            mut request,
                            purpose: Purpose::Judge(body, asked),
                        }) => {
                            let (head, mut proof) = (work.head(&request), None);
                            let verdict =
                                engine::resume(&work.config, &head, &body, keys, asked, &mut proof);
                            let step = work.follow(&mut request, verdict, &mut proof, body);
                            ready!(work.take(request, step, state.as_mut(), cx))?;
                        }
                        None => return Poll::Pending,
                    }
                }
                StateProj::Reading { body, fed, gather, work, request } => {
                    let read = ready!(poll_body(body, fed, gather, cx));
                    let (Some(at_work), Some(lying)) = (work.as_mut(), request.as_mut()) else {
                        return Poll::Pending;
                    };
                    let step = match read {
                        Ok(()) => match gather.finish() {
                            Some(body) => at_work.judge(lying, fed.as_mut(), body),
                            // Polled again after a panic in the scheme: what is left of the check says nothing.
                            None => return Poll::Pending,
                        },
                        Err(reason) => Step::Refuse(reason, None),
                    };
                    let Some(work) = work.take() else { return Poll::Pending };
                    let Some(request) = request.take() else { return Poll::Pending };
                    ready!(work.take(request, step, state.as_mut(), cx))?;
                }
                StateProj::Claiming { claiming, waiting } => {
                    let claimed = ready!(Pin::new(claiming).poll(cx));
                    match waiting.take().map(|waiting| *waiting) {
                        Some((work, mut request, mut proof)) => {
                            let step = work.claimed(&mut request, claimed, &mut proof);
                            ready!(work.take(request, step, state.as_mut(), cx))?;
                        }
                        None => return Poll::Pending,
                    }
                }
                StateProj::Ready { inner, request, held } => {
                    ready!(inner.poll_ready(cx))?;
                    let Some(request) = request.take() else { return Poll::Pending };
                    let held = called(held.take());
                    let future = inner.call(request);
                    state.set(State::Called { future, held });
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
