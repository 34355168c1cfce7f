//! The way of one request: read and hash the body, judge, claim, make the inner service ready, call
//! it, settle the claim.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::mem;
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
use crate::drain::{drain, worth_draining};
use crate::engine::{self, Asked, Begun, Fed, Verdict};
use crate::error::{Reason, VerifyError};
use crate::evidence::Evidence;
use crate::gather::{FRAMES_A_TURN, Gather, declared_length};
use crate::head::Head;
use crate::keys::KeyFuture;
use crate::layer::Config;
use crate::outcome::Outcome;
use crate::proof::{Covered, Proof};
use crate::replay::{Claiming, Held, Settling, Unfinished};
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
            waiting: Option<Box<(Work<S, Inner>, Proof<S>)>>,
        },
        Ready { inner: Inner, request: Option<Request<Full<Bytes>>>, held: Option<Held> },
        Called { #[pin] future: Called, held: Option<Held> },
        Settling { settling: Settling, answer: Option<Box<Answer>> },
    }
}

/// A request on its way: its head, and where it is to go.
pub(crate) struct Work<S: Scheme, Inner> {
    pub(crate) inner: Inner,
    pub(crate) config: Arc<Config<S>>,
    pub(crate) parts: Parts,
    pub(crate) tenant: Option<Box<str>>,
}

impl<S: Scheme, Inner> Work<S, Inner> {
    fn head(&self) -> Head<'_> {
        Head::new(&self.parts).with_tenant(self.tenant.as_deref())
    }
}

/// A request that waits for keys. The box is for those alone whose keys are not at hand.
struct Waiting<S: Scheme, Inner, ReqBody> {
    work: Work<S, Inner>,
    purpose: Purpose<ReqBody>,
}

/// What keys are wanted for.
#[expect(clippy::large_enum_variant, reason = "moved once or twice a request; see `Begun`")]
enum Purpose<ReqBody> {
    Challenge(ReqBody),
    Stream(Evidence, ReqBody),
    Judge(Bytes, Asked),
}

impl<S, Inner, ReqBody> ResponseFuture<S, Inner, ReqBody>
where
    S: Scheme,
    Inner: Service<Request<Full<Bytes>>>,
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
{
    #[inline]
    pub(crate) fn begin(work: Work<S, Inner>, body: ReqBody) -> Self {
        let mut future = Self { state: State::reading(work, body) };
        future.state.look(|work, fed| engine::begin(&work.config, &work.head(), fed));
        future
    }
}

/// Before the body is read: it can still be moved. What is needed while the body arrives is put where it stays
/// before it is known whether it will be wanted: it has hundreds of bytes, and to move them would cost more.
impl<S: Scheme, Inner, ReqBody, Called, Answer> State<S, Inner, ReqBody, Called, Answer>
where
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
{
    #[inline(always)]
    fn reading(work: Work<S, Inner>, body: ReqBody) -> Self {
        let gather = Gather::new(&body, work.config.body_limit);
        Self::Reading { body, fed: None, gather, work: Some(work) }
    }

    #[inline(always)]
    fn look(
        &mut self,
        look: impl FnOnce(&Work<S, Inner>, &mut Option<Fed<S>>) -> Result<Begun<S>, Reason>,
    ) {
        if let Self::Reading { body, fed, work: Some(work), .. } = self {
            let limit = work.config.body_limit as u64;
            let begun = look(work, fed);
            let fits = declared_length(body).is_none_or(|length| length <= limit);
            if !(fits && matches!(begun, Ok(Begun::Streaming | Begun::NeedBody))) {
                self.turn(begun);
            }
        }
    }

    /// The body is not read, or not yet.
    fn turn(&mut self, begun: Result<Begun<S>, Reason>) {
        let Self::Reading { body, work: Some(work), .. } =
            mem::replace(self, Self::Answered { answer: None })
        else {
            return;
        };
        *self = match begun {
            Ok(Begun::Streaming | Begun::NeedBody) => {
                work.refuse_unread(Reason::BodyTooLarge, body)
            }
            Ok(Begun::Wanting(evidence, keys)) => work.wait(keys, Purpose::Stream(evidence, body)),
            Ok(Begun::Challenge(keys)) => work.wait(keys, Purpose::Challenge(body)),
            Ok(Begun::Answered(answer)) => work.answer_unread(answer, body),
            Err(reason) => work.refuse_unread(reason, body),
        };
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
                            let mut next = State::reading(work, body);
                            next.look(|work, fed| {
                                engine::challenge(&work.config, &work.head(), keys, fed)
                            });
                            state.set(next);
                        }
                        Some(Waiting { work, purpose: Purpose::Stream(evidence, body) }) => {
                            let mut next = State::reading(work, body);
                            next.look(|work, fed| {
                                Fed::start(&work.config, keys, evidence, fed)?;
                                Ok(Begun::Streaming)
                            });
                            state.set(next);
                        }
                        Some(Waiting { work, purpose: Purpose::Judge(body, asked) }) => {
                            let verdict =
                                engine::resume(&work.config, &work.head(), &body, keys, asked);
                            ready!(work.follow(verdict, body, state.as_mut(), cx))?;
                        }
                        None => return Poll::Pending,
                    }
                }
                StateProj::Reading { body, fed, gather, work } => {
                    let read = ready!(poll_body(body, fed, gather, cx));
                    let Some(work) = work.take() else { return Poll::Pending };
                    if let Err(reason) = read {
                        state.set(work.refuse(reason, None));
                        continue;
                    }
                    let body = gather.finish();
                    let verdict = work.judge(fed.as_mut(), &body);
                    ready!(work.follow(verdict, body, state.as_mut(), cx))?;
                }
                StateProj::Claiming { claiming, waiting } => {
                    let claimed = ready!(Pin::new(claiming).poll(cx));
                    match waiting.take().map(|waiting| *waiting) {
                        Some((work, proof)) => {
                            ready!(work.claimed(claimed, proof, state.as_mut(), cx))?;
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

impl<S: Scheme, Inner> Work<S, Inner> {
    fn wait<ReqBody, Called, Answer>(
        self,
        keys: KeyFuture<KeyOf<S>>,
        purpose: Purpose<ReqBody>,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        State::Waiting { keys, waiting: Some(Box::new(Waiting { work: self, purpose })) }
    }

    fn refuse_unread<ReqBody, Called, Answer>(
        self,
        reason: Reason,
        body: ReqBody,
    ) -> State<S, Inner, ReqBody, Called, Answer>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        let answer = self.config.refuse_request(reason, &self.parts, None);
        self.answer_unread(answer, body)
    }

    fn answer_unread<ReqBody, Called, Answer>(
        self,
        answer: Response<Bytes>,
        body: ReqBody,
    ) -> State<S, Inner, ReqBody, Called, Answer>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        if worth_draining(&self.parts) {
            drain(body, self.config.body_limit);
        }
        State::Answered { answer: Some(answer) }
    }
}

/// Where the state of a request is kept. What comes next is put there and not handed back: it has hundreds of bytes.
type Place<'a, S, Inner, ReqBody> = Pin<
    &'a mut State<
        S,
        Inner,
        ReqBody,
        <Inner as Service<Request<Full<Bytes>>>>::Future,
        Result<
            <Inner as Service<Request<Full<Bytes>>>>::Response,
            <Inner as Service<Request<Full<Bytes>>>>::Error,
        >,
    >,
>;

/// After the body was read. What fails, or is not ready, is the service inside.
impl<S: Scheme, Inner: Service<Request<Full<Bytes>>>> Work<S, Inner> {
    #[inline]
    fn judge(&self, fed: Option<&mut Fed<S>>, body: &Bytes) -> Verdict<S> {
        engine::conclude(&self.config, &self.head(), fed, body)
    }

    #[inline(always)]
    fn follow<ReqBody>(
        self,
        verdict: Verdict<S>,
        body: Bytes,
        mut state: Place<'_, S, Inner, ReqBody>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Inner::Error>> {
        match verdict {
            Verdict::Done(Ok(Outcome::Genuine(proof))) => return self.pass(proof, body, state, cx),
            // A handshake is answered as often as it comes: nothing is handled.
            Verdict::Done(Ok(Outcome::Answer(answer))) => {
                state.set(State::Answered { answer: Some(answer) });
            }
            Verdict::Done(Err(reason)) => state.set(self.refuse(reason, Some(&body))),
            Verdict::Wait(keys, asked) => state.set(self.wait(keys, Purpose::Judge(body, asked))),
        }
        Poll::Ready(Ok(()))
    }

    #[inline(always)]
    fn pass<ReqBody>(
        self,
        proof: Proof<S>,
        body: Bytes,
        mut state: Place<'_, S, Inner, ReqBody>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Inner::Error>> {
        match self.config.claim(&proof) {
            None => return self.hand_on(proof, Some(body), None, state, cx),
            Some(Claiming::Ready(claimed)) => return self.claimed(claimed, proof, state, cx),
            Some(Claiming::Later(claiming)) => {
                state.set(State::Claiming { claiming, waiting: Some(Box::new((self, proof))) });
            }
        }
        Poll::Ready(Ok(()))
    }

    fn claimed<ReqBody>(
        self,
        claimed: Result<Held, Reason>,
        proof: Proof<S>,
        mut state: Place<'_, S, Inner, ReqBody>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Inner::Error>> {
        match claimed {
            Ok(held) => return self.hand_on(proof, None, Some(held), state, cx),
            Err(reason) => {
                let error = VerifyError::new(S::NAME, reason);
                state.set(State::Answered { answer: Some(self.config.decline(error)) });
            }
        }
        Poll::Ready(Ok(()))
    }

    /// With the body as it came, if it is at hand still: that saves to count it once more.
    #[inline(always)]
    fn hand_on<ReqBody>(
        mut self,
        proof: Proof<S>,
        body: Option<Bytes>,
        held: Option<Held>,
        mut state: Place<'_, S, Inner, ReqBody>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Inner::Error>> {
        let verified = match body {
            Some(body) if proof.covered() != Covered::Canonical => body,
            _ => proof.body().clone(),
        };
        if proof.covered() == Covered::Canonical {
            describe(&mut self.parts, verified.len());
        }
        self.parts.extensions.insert(proof);
        let request = Request::from_parts(self.parts, Full::new(verified));
        match self.inner.poll_ready(cx)? {
            Poll::Ready(()) => state.set(call(&mut self.inner, request, held)),
            Poll::Pending => {
                state.set(State::Ready { inner: self.inner, request: Some(request), held });
                return Poll::Pending;
            }
        }
        Poll::Ready(Ok(()))
    }

    fn refuse<ReqBody, Called, Answer>(
        self,
        reason: Reason,
        body: Option<&Bytes>,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        let answer = self.config.refuse_request(reason, &self.parts, body);
        State::Answered { answer: Some(answer) }
    }
}

/// Calls the service. It may panic: then what is held is dropped, as called.
#[inline(always)]
fn call<S: Scheme, Inner: Service<Request<Full<Bytes>>>, ReqBody, Answer>(
    inner: &mut Inner,
    request: Request<Full<Bytes>>,
    mut held: Option<Held>,
) -> State<S, Inner, ReqBody, Inner::Future, Answer> {
    if let Some(held) = &mut held {
        held.called();
    }
    State::Called { future: inner.call(request), held }
}

/// Reads to the end of the body, hashing on the way. Trailers are signed by nobody and left.
#[inline]
fn poll_body<S: Scheme, B>(
    mut body: Pin<&mut B>,
    fed: &mut Option<Fed<S>>,
    gather: &mut Gather,
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
        if chunk.is_empty() {
            continue;
        }
        // Hashed only if there is room for it.
        gather.admit(chunk.len())?;
        if let Some(fed) = fed {
            fed.update(&chunk);
        }
        gather.push(chunk);
    }
    cx.waker().wake_by_ref();
    Poll::Pending
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
