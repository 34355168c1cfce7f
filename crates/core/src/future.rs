//! The way of one request: read and hash the body, judge, claim, make the inner service ready, call
//! it, settle the claim.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::{Full, LengthLimitError};
use pin_project_lite::pin_project;
use tower_http::timeout::TimeoutError;
use tower_service::Service;

use crate::body::{BoxError, ResponseBody};
use crate::drain::{drain, worth_draining};
use crate::engine::{self, Asked, Begun, Fed, Found, Judged, UNREAD, Verdict};
use crate::error::{Reason, VerifyError};
use crate::gather::{FRAMES_A_TURN, Gather, declared_length};
use crate::head::Head;
use crate::keys::KeyFuture;
use crate::layer::Config;
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
            waiting: Option<Box<(Work<S, Inner>, Option<Proof<S>>)>>,
        },
        Ready { inner: Inner, request: Option<Request<Full<Bytes>>>, held: Option<Held> },
        Called { #[pin] future: Called, held: Option<Held> },
        Settling { settling: Settling, answer: Option<Box<Answer>> },
    }
}

/// A request on its way: its head, and where it is to go.
struct Work<S: Scheme, Inner> {
    inner: Inner,
    config: Arc<Config<S>>,
    tenant: Option<Box<str>>,
    /// Its body is put in when it was read.
    request: Request<Full<Bytes>>,
}

impl<S: Scheme, Inner> Work<S, Inner> {
    fn head(&self) -> Head<'_> {
        Head::of(&self.request).with_tenant(self.tenant.as_deref())
    }
}

/// A request that waits for keys. The box is for those alone whose keys are not at hand.
struct Waiting<S: Scheme, Inner, ReqBody> {
    work: Work<S, Inner>,
    purpose: Purpose<ReqBody>,
}

/// What keys are wanted for.
#[expect(clippy::large_enum_variant, reason = "it is in a box with the rest of `Waiting`")]
enum Purpose<ReqBody> {
    Challenge(ReqBody),
    Stream(Found, ReqBody),
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
    pub(crate) fn begin(
        inner: Inner,
        config: Arc<Config<S>>,
        tenant: Option<Box<str>>,
        request: Request<ReqBody>,
    ) -> Self {
        let head = Head::of(&request).with_tenant(tenant.as_deref());
        if let Some(begun) = engine::challenged(&config, &head) {
            let (request, body) = emptied(request);
            let work = Work { inner, config, tenant, request };
            return Self { state: State::turn(begun, UNREAD, work, body) };
        }
        // As `engine::read` does, which would hand the evidence back, and so move it.
        let mut found = config.scheme.inspect(&head, None);
        let begun = engine::begin(&config, &head, &mut found);
        let (request, body) = emptied(request);
        Self { state: State::next(begun, found, Work { inner, config, tenant, request }, body) }
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
        self.leave(body);
        let (parts, _) = self.request.into_parts();
        State::Answered { answer: Some(self.config.refuse_request(reason, &parts, None)) }
    }

    /// The body is not read, or not for a handler.
    fn leave<ReqBody>(&self, body: ReqBody)
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        if worth_draining(&self.request) {
            drain(body, self.config.body_limit);
        }
    }
}

/// What is to be done with a request, once it was judged. It is decided where the request lies, which is then moved once.
enum Step<S: Scheme> {
    Pass(Option<Held>),
    Claim(Unfinished<Result<Held, Reason>>, Option<Proof<S>>),
    Wait(KeyFuture<KeyOf<S>>, Bytes, Asked),
    Answer(Box<Response<Bytes>>),
    Refuse(Reason, Option<Bytes>),
}

/// After the body was read.
impl<S: Scheme, Inner> Work<S, Inner> {
    #[inline]
    fn judge(&mut self, fed: Option<&mut Fed<S>>, body: Bytes) -> Step<S> {
        let mut proof = None;
        let verdict = engine::conclude(&self.config, &self.head(), fed, &body, &mut proof);
        self.follow(verdict, &mut proof, body)
    }

    #[inline(always)]
    fn follow(
        &mut self,
        verdict: Verdict<S>,
        proof: &mut Option<Proof<S>>,
        body: Bytes,
    ) -> Step<S> {
        match verdict {
            Verdict::Done(Ok(Judged::Genuine)) => self.pass(proof, body),
            // A handshake is answered as often as it comes: nothing is handled.
            Verdict::Done(Ok(Judged::Answer(answer))) => Step::Answer(answer),
            Verdict::Done(Err(reason)) => Step::Refuse(reason, Some(body)),
            Verdict::Wait(keys, asked) => Step::Wait(keys, body, asked),
        }
    }

    #[inline(always)]
    fn pass(&mut self, place: &mut Option<Proof<S>>, body: Bytes) -> Step<S> {
        let Some(proof) = place else { return Step::Refuse(Reason::Mismatch, Some(body)) };
        match self.config.claim(proof) {
            None => {
                self.admit(place, Some(body));
                Step::Pass(None)
            }
            Some(Claiming::Ready(claimed)) => self.claimed(claimed, place),
            Some(Claiming::Later(claiming)) => Step::Claim(claiming, place.take()),
        }
    }

    fn claimed(&mut self, claimed: Result<Held, Reason>, place: &mut Option<Proof<S>>) -> Step<S> {
        match claimed {
            Ok(held) => {
                self.admit(place, None);
                Step::Pass(Some(held))
            }
            Err(reason) => {
                Step::Answer(self.config.decline(VerifyError::new(S::NAME, reason)).into())
            }
        }
    }

    /// With the body as it came, if it is at hand still: that saves to count it once more.
    #[inline(always)]
    fn admit(&mut self, place: &mut Option<Proof<S>>, body: Option<Bytes>) {
        let Some(proof) = place.take() else { return };
        let verified = match body {
            Some(body) if proof.covered() != Covered::Canonical => body,
            _ => proof.body().clone(),
        };
        if proof.covered() == Covered::Canonical {
            describe(self.request.headers_mut(), verified.len());
        }
        *self.request.body_mut() = Full::new(verified);
        self.request.extensions_mut().insert(proof);
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

impl<S: Scheme, Inner: Service<Request<Full<Bytes>>>> Work<S, Inner> {
    /// Takes the step. What fails, or is not ready, is the service inside.
    #[inline(always)]
    fn take<ReqBody>(
        self,
        step: Step<S>,
        mut state: Place<'_, S, Inner, ReqBody>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Inner::Error>> {
        match step {
            Step::Pass(held) => {
                let Self { mut inner, request, .. } = self;
                match inner.poll_ready(cx)? {
                    Poll::Ready(()) => state.set(call(&mut inner, request, held)),
                    Poll::Pending => {
                        state.set(State::Ready { inner, request: Some(request), held });
                        return Poll::Pending;
                    }
                }
            }
            Step::Claim(claiming, proof) => {
                state.set(State::Claiming { claiming, waiting: Some(Box::new((self, proof))) });
            }
            Step::Wait(keys, body, asked) => {
                state.set(self.wait(keys, Purpose::Judge(body, asked)));
            }
            Step::Answer(answer) => state.set(State::Answered { answer: Some(*answer) }),
            Step::Refuse(reason, body) => {
                let (parts, _) = self.request.into_parts();
                let answer = self.config.refuse_request(reason, &parts, body.as_ref());
                state.set(State::Answered { answer: Some(answer) });
            }
        }
        Poll::Ready(Ok(()))
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
            fed.update(gather.so_far(), &chunk);
        }
        gather.push(chunk);
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

/// Makes the headers those of the verified bytes, where these are not the ones that came.
fn describe(headers: &mut HeaderMap, length: usize) {
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.remove(TRANSFER_ENCODING);
    headers.remove(CONTENT_ENCODING);
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
