//! A request on its way, and the steps that it takes once it was judged.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::State;
use crate::drain::{drain, worth_draining};
use crate::engine::{self, Asked, Fed, Found, Judged, Verdict};
use crate::error::{Reason, VerifyError};
use crate::head::Head;
use crate::keys::KeyFuture;
use crate::layer::Config;
use crate::meter::{Answered, Watch};
use crate::proof::{Covered, Proof};
use crate::replay::{Claiming, Held, Unfinished};
use crate::scheme::{KeyOf, Scheme};

/// What is known of a request on its way, but for the request: where it is to go, and by what rules.
pub(super) struct Work<S: Scheme, Inner> {
    pub(super) inner: Inner,
    pub(super) config: Arc<Config<S>>,
    pub(super) tenant: Option<Box<str>>,
    pub(super) watch: Watch,
}

/// A request on its way. Its body is put in when it was read.
pub(super) type Bodiless = Request<Full<Bytes>>;

impl<S: Scheme, Inner> Work<S, Inner> {
    pub(super) fn head<'a>(&'a self, request: &'a Bodiless) -> Head<'a> {
        Head::of(request).with_tenant(self.tenant.as_deref())
    }
}

/// A request that waits for keys. The box is for those alone whose keys are not at hand.
pub(super) struct Waiting<S: Scheme, Inner, ReqBody> {
    pub(super) work: Work<S, Inner>,
    pub(super) request: Bodiless,
    pub(super) purpose: Purpose<ReqBody>,
}

/// What keys are wanted for.
#[expect(clippy::large_enum_variant, reason = "it is in a box with the rest of `Waiting`")]
pub(super) enum Purpose<ReqBody> {
    Challenge(ReqBody),
    Stream(Found, ReqBody),
    Judge(Bytes, Asked),
}

impl<S: Scheme, Inner> Work<S, Inner> {
    pub(super) fn wait<ReqBody, Called, Answer>(
        self,
        request: Bodiless,
        keys: KeyFuture<KeyOf<S>>,
        purpose: Purpose<ReqBody>,
    ) -> State<S, Inner, ReqBody, Called, Answer> {
        State::Waiting { keys, waiting: Some(Box::new(Waiting { work: self, request, purpose })) }
    }

    pub(super) fn refuse_unread<ReqBody, Called, Answer>(
        self,
        request: Bodiless,
        reason: Reason,
        body: ReqBody,
    ) -> State<S, Inner, ReqBody, Called, Answer>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        self.leave(&request, body);
        let (parts, _) = request.into_parts();
        State::Answered { answer: Some(self.config.refuse_request(reason, &parts, None)) }
    }

    /// The body is not read, or not for a handler.
    pub(super) fn leave<ReqBody>(&self, request: &Bodiless, body: ReqBody)
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        if worth_draining(request) {
            drain(body, self.config.body_limit);
        }
    }
}

/// What is to be done with a request, once it was judged. It is decided where the request lies, which is then moved once.
pub(super) enum Step<S: Scheme> {
    Pass(Option<Held>),
    Claim(Unfinished<Result<Held, Reason>>, Option<Proof<S>>),
    Wait(KeyFuture<KeyOf<S>>, Bytes, Asked),
    Answer(Box<Response<Bytes>>),
    Refuse(Reason, Option<Bytes>),
}

impl<S: Scheme> Step<S> {
    /// Whether it says what the request was, now that its body is there.
    fn is_verdict(&self) -> bool {
        match self {
            Self::Pass(_) | Self::Answer(_) => true,
            Self::Refuse(_, body) => body.is_some(),
            Self::Claim(..) | Self::Wait(..) => false,
        }
    }
}

/// After the body was read.
impl<S: Scheme, Inner> Work<S, Inner> {
    #[inline]
    pub(super) fn judge(
        &mut self,
        request: &mut Bodiless,
        fed: Option<&mut Fed<S>>,
        body: Bytes,
    ) -> Step<S> {
        self.config.meter.received(&mut self.watch);
        let mut proof = None;
        let verdict = engine::conclude(&self.config, &self.head(request), fed, &body, &mut proof);
        self.follow(request, verdict, &mut proof, body)
    }

    #[inline(always)]
    pub(super) fn follow(
        &self,
        request: &mut Bodiless,
        verdict: Verdict<S>,
        proof: &mut Option<Proof<S>>,
        body: Bytes,
    ) -> Step<S> {
        match verdict {
            Verdict::Done(Ok(Judged::Genuine)) => self.pass(request, proof, body),
            // A handshake is answered as often as it comes: nothing is handled.
            Verdict::Done(Ok(Judged::Answer(answer))) => {
                self.config.meter.answered(Answered::Handshake);
                Step::Answer(answer)
            }
            Verdict::Done(Err(reason)) => Step::Refuse(reason, Some(body)),
            Verdict::Wait(keys, asked) => Step::Wait(keys, body, asked),
        }
    }

    #[inline(always)]
    fn pass(&self, request: &mut Bodiless, place: &mut Option<Proof<S>>, body: Bytes) -> Step<S> {
        let Some(proof) = place else { return Step::Refuse(Reason::Mismatch, Some(body)) };
        match self.config.claim(proof) {
            None => {
                self.admit(request, place, Some(body));
                Step::Pass(None)
            }
            Some(Claiming::Ready(claimed)) => self.claimed(request, claimed, place),
            Some(Claiming::Later(claiming)) => Step::Claim(claiming, place.take()),
        }
    }

    pub(super) fn claimed(
        &self,
        request: &mut Bodiless,
        claimed: Result<Held, Reason>,
        place: &mut Option<Proof<S>>,
    ) -> Step<S> {
        match claimed {
            Ok(held) => {
                self.admit(request, place, None);
                Step::Pass(Some(held))
            }
            Err(reason) => {
                Step::Answer(self.config.decline(VerifyError::new(S::NAME, reason)).into())
            }
        }
    }

    /// With the body as it came, if it is at hand still: that saves to count it once more.
    #[inline(always)]
    fn admit(&self, request: &mut Bodiless, place: &mut Option<Proof<S>>, body: Option<Bytes>) {
        let Some(proof) = place.take() else { return };
        self.config.meter.accepted(proof.key());
        let verified = match body {
            Some(body) if proof.covered() != Covered::Canonical => body,
            _ => proof.body().clone(),
        };
        if proof.covered() == Covered::Canonical {
            describe(request.headers_mut(), verified.len());
        }
        *request.body_mut() = Full::new(verified);
        request.extensions_mut().insert(proof);
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

impl<S: Scheme, Inner: Service<Bodiless>> Work<S, Inner> {
    /// Takes the step, with the request taken out of where it lies: it is moved once. What fails, or is not ready, is the
    /// service inside.
    #[inline(always)]
    pub(super) fn take<ReqBody>(
        mut self,
        request: Bodiless,
        step: Step<S>,
        mut state: Place<'_, S, Inner, ReqBody>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Inner::Error>> {
        if step.is_verdict() {
            self.config.meter.judged(&self.watch);
        }
        match step {
            Step::Pass(held) => match self.inner.poll_ready(cx)? {
                Poll::Ready(()) => {
                    let held = called(held);
                    let future = self.inner.call(request);
                    state.set(State::Called { future, held });
                }
                Poll::Pending => {
                    state.set(State::Ready { inner: self.inner, request: Some(request), held });
                    return Poll::Pending;
                }
            },
            Step::Claim(claiming, proof) => {
                let waiting = Some(Box::new((self, request, proof)));
                state.set(State::Claiming { claiming, waiting });
            }
            Step::Wait(keys, body, asked) => {
                state.set(self.wait(request, keys, Purpose::Judge(body, asked)));
            }
            Step::Answer(answer) => state.set(State::Answered { answer: Some(*answer) }),
            Step::Refuse(reason, body) => {
                let (parts, _) = request.into_parts();
                let answer = self.config.refuse_request(reason, &parts, body.as_ref());
                state.set(State::Answered { answer: Some(answer) });
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// What is held while the service is called. The call may panic: then it is dropped, as called.
#[inline(always)]
pub(super) fn called(mut held: Option<Held>) -> Option<Held> {
    if let Some(held) = &mut held {
        held.called();
    }
    held
}

/// Makes the headers those of the verified bytes, where these are not the ones that came.
fn describe(headers: &mut HeaderMap, length: usize) {
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.remove(TRANSFER_ENCODING);
    headers.remove(CONTENT_ENCODING);
}
