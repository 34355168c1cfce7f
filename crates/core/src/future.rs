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
use crate::keys::{KeyError, KeyFuture, KeySet, Lookup};
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
        Reading { #[pin] body: ReqBody, reading: Option<Reading<S, Inner>> },
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

/// What is needed while the body arrives, and after.
struct Reading<S: Scheme, Inner> {
    work: Work<S, Inner>,
    fed: Option<Fed<S>>,
    gather: Gather,
}

impl<S, Inner, ReqBody> ResponseFuture<S, Inner, ReqBody>
where
    S: Scheme,
    Inner: Service<Request<Full<Bytes>>>,
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
{
    pub(crate) fn begin(work: Work<S, Inner>, body: ReqBody) -> Self {
        let begun = engine::begin(&work.config, &work.head());
        Self { state: work.go(begun, body) }
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
            let next = match state.as_mut().project() {
                StateProj::Answered { answer } => {
                    let answer = answer.take().unwrap_or_default();
                    return Poll::Ready(Ok(answer.map(ResponseBody::full)));
                }
                StateProj::Waiting { keys, waiting } => {
                    let keys = ready!(keys.as_mut().poll(cx));
                    match waiting.take().map(|waiting| *waiting) {
                        Some(Waiting { work, purpose }) => work.resume(keys, purpose),
                        None => return Poll::Pending,
                    }
                }
                StateProj::Reading { body, reading: slot } => {
                    let Some(reading) = slot else { return Poll::Pending };
                    let read = ready!(reading.poll_body(body, cx));
                    match slot.take() {
                        Some(reading) => reading.conclude(read),
                        None => return Poll::Pending,
                    }
                }
                StateProj::Claiming { claiming, waiting } => {
                    let claimed = ready!(Pin::new(claiming).poll(cx));
                    match waiting.take().map(|waiting| *waiting) {
                        Some((work, proof)) => work.claimed(claimed, proof),
                        None => return Poll::Pending,
                    }
                }
                StateProj::Ready { inner, request, held } => {
                    ready!(inner.poll_ready(cx))?;
                    let Some(request) = request.take() else { return Poll::Pending };
                    if let Some(held) = held {
                        held.called();
                    }
                    // What is held stays where it is until the call is over: it may panic.
                    let future = inner.call(request);
                    State::Called { future, held: held.take() }
                }
                StateProj::Called { future, held } => {
                    let answer = ready!(future.poll(cx));
                    match settle(&answer, held.take()) {
                        None => return Poll::Ready(answer.map(wrap)),
                        Some(settling) => {
                            State::Settling { settling, answer: Some(Box::new(answer)) }
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
            };
            state.set(next);
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

/// Before the body is read: it can still be moved.
impl<S: Scheme, Inner> Work<S, Inner> {
    fn go<ReqBody, Called, Answer>(
        self,
        begun: Result<Begun<S>, Reason>,
        body: ReqBody,
    ) -> State<S, Inner, ReqBody, Called, Answer>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        match begun {
            Ok(Begun::Challenge(keys)) => self.with_keys(keys, Purpose::Challenge(body)),
            Ok(Begun::Streaming(evidence, keys)) => {
                self.with_keys(keys, Purpose::Stream(evidence, body))
            }
            Ok(Begun::NeedBody) => self.read(body, None),
            Ok(Begun::Answered(answer)) => self.answer_unread(answer, body),
            Err(reason) => self.refuse_unread(reason, body),
        }
    }

    fn with_keys<ReqBody, Called, Answer>(
        self,
        lookup: Lookup<KeyOf<S>>,
        purpose: Purpose<ReqBody>,
    ) -> State<S, Inner, ReqBody, Called, Answer>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        match lookup {
            Lookup::Ready(keys) => self.resume(keys, purpose),
            Lookup::Later(keys) => {
                State::Waiting { keys, waiting: Some(Box::new(Waiting { work: self, purpose })) }
            }
        }
    }

    fn resume<ReqBody, Called, Answer>(
        self,
        keys: Result<KeySet<KeyOf<S>>, KeyError>,
        purpose: Purpose<ReqBody>,
    ) -> State<S, Inner, ReqBody, Called, Answer>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        match purpose {
            Purpose::Challenge(body) => {
                let head = self.head();
                let challenged = keys
                    .map_err(Reason::from)
                    .and_then(|keys| engine::challenge(&self.config, &head, &keys));
                self.go(challenged, body)
            }
            Purpose::Stream(evidence, body) => match Fed::new(&self.config, keys, evidence) {
                Ok(fed) => self.read(body, Some(fed)),
                Err(reason) => self.refuse_unread(reason, body),
            },
            Purpose::Judge(body, asked) => {
                let head = self.head();
                let verdict = engine::resume(&self.config, &head, &body, keys, asked);
                self.follow(verdict, body)
            }
        }
    }

    fn read<ReqBody, Called, Answer>(
        self,
        body: ReqBody,
        fed: Option<Fed<S>>,
    ) -> State<S, Inner, ReqBody, Called, Answer>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        let limit = self.config.body_limit;
        if declared_length(&body).is_some_and(|length| length > limit as u64) {
            return self.refuse_unread(Reason::BodyTooLarge, body);
        }
        let gather = Gather::new(&body, limit);
        State::Reading { body, reading: Some(Reading { work: self, fed, gather }) }
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

/// After the body was read.
impl<S: Scheme, Inner> Work<S, Inner> {
    fn follow<ReqBody, Called, Answer>(
        self,
        verdict: Verdict<S>,
        body: Bytes,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        match verdict {
            Verdict::Done(Ok(Outcome::Genuine(proof))) => self.pass(proof),
            // A handshake is answered as often as it comes: nothing is handled.
            Verdict::Done(Ok(Outcome::Answer(answer))) => State::Answered { answer: Some(answer) },
            Verdict::Done(Err(reason)) => self.refuse(reason, Some(&body)),
            Verdict::Wait(keys, asked) => {
                let purpose = Purpose::Judge(body, asked);
                State::Waiting { keys, waiting: Some(Box::new(Waiting { work: self, purpose })) }
            }
        }
    }

    fn pass<ReqBody, Called, Answer>(
        self,
        proof: Proof<S>,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        match self.config.claim(&proof) {
            None => self.hand_on(proof, None),
            Some(Claiming::Ready(claimed)) => self.claimed(claimed, proof),
            Some(Claiming::Later(claiming)) => {
                State::Claiming { claiming, waiting: Some(Box::new((self, proof))) }
            }
        }
    }

    fn claimed<ReqBody, Called, Answer>(
        self,
        claimed: Result<Held, Reason>,
        proof: Proof<S>,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        match claimed {
            Ok(held) => self.hand_on(proof, Some(held)),
            Err(reason) => {
                let error = VerifyError::new(S::NAME, reason);
                State::Answered { answer: Some(self.config.decline(error)) }
            }
        }
    }

    fn hand_on<ReqBody, Called, Answer>(
        self,
        proof: Proof<S>,
        held: Option<Held>,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        let Self { inner, mut parts, .. } = self;
        let verified = proof.body().clone();
        if proof.covered() == Covered::Canonical {
            describe(&mut parts, verified.len());
        }
        parts.extensions.insert(proof);
        State::Ready { inner, request: Some(Request::from_parts(parts, Full::new(verified))), held }
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
        if let Some(fed) = &mut self.fed {
            fed.update(&chunk);
        }
        Ok(())
    }

    fn conclude<ReqBody, Called, Answer>(
        self,
        read: Result<(), Reason>,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        let Self { work, fed, gather } = self;
        if let Err(reason) = read {
            return work.refuse(reason, None);
        }
        let body = gather.finish();
        let verdict = engine::conclude(&work.config, &work.head(), fed, &body);
        work.follow(verdict, body)
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
