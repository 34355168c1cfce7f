//! The same check for a request that is already in memory, without tower or a runtime.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::Request;

use crate::engine::{self, Begun, Fed, Judged, UNREAD, Verdict};
use crate::error::{Reason, VerifyError};
use crate::head::Head;
use crate::layer::{Config, VerifyLayer};
use crate::outcome::Outcome;
use crate::proof::Proof;
use crate::scheme::Scheme;

impl<S: Scheme> VerifyLayer<S> {
    /// Checks a request that is already in memory, as the layer would: for a Lambda function, a
    /// queue, a command line, a test. No runtime is needed.
    ///
    /// Keys that have to be waited for count as unavailable here; [`verify_async`] waits.
    ///
    /// Nothing is claimed in a [`ReplayStore`](crate::ReplayStore), whatever
    /// [`replay`](Self::replay) says: there is no handler here whose end would be known. So that a
    /// request which was captured and sent again is genuine here, as is one that is checked twice.
    ///
    /// [`verify_async`]: Self::verify_async
    ///
    /// # Errors
    ///
    /// When it is refused; [`VerifyError::response`] is the answer to send.
    pub fn verify(&self, request: Request<Bytes>) -> Result<Outcome<S>, VerifyError> {
        let (mut parts, body) = request.into_parts();
        let tenant = self.config().locate(&mut parts);
        let head = Head::new(&parts).with_tenant(tenant.as_deref());
        let mut proof = None;
        let judged = judge_now(self.config(), &head, &body, &mut proof);
        judged.and_then(|judged| outcome(judged, proof)).map_err(refused::<S>)
    }

    /// The same, for keys that may have to be fetched. Nothing is claimed here either.
    ///
    /// # Errors
    ///
    /// When it is refused; [`VerifyError::response`] is the answer to send.
    pub async fn verify_async(&self, request: Request<Bytes>) -> Result<Outcome<S>, VerifyError> {
        let (mut parts, body) = request.into_parts();
        let tenant = self.config().locate(&mut parts);
        let head = Head::new(&parts).with_tenant(tenant.as_deref());
        let mut proof = None;
        let judged = judge(self.config(), &head, &body, &mut proof).await;
        judged.and_then(|judged| outcome(judged, proof)).map_err(refused::<S>)
    }
}

fn refused<S: Scheme>(reason: Reason) -> VerifyError {
    let error = VerifyError::new(S::NAME, reason);
    error.log();
    error
}

fn outcome<S: Scheme>(judged: Judged, proof: Option<Proof<S>>) -> Result<Outcome<S>, Reason> {
    match judged {
        Judged::Genuine => proof.map(Outcome::Genuine).ok_or(Reason::Mismatch),
        Judged::Answer(answer) => Ok(Outcome::Answer(*answer)),
    }
}

/// The check without waiting: keys that are not at hand are unavailable.
pub(crate) fn judge_now<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
    proof: &mut Option<Proof<S>>,
) -> Result<Judged, Reason> {
    let mut checking = pin!(judge(config, head, body, proof));
    match checking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(judged) => judged,
        Poll::Pending => Err(Reason::KeysUnavailable),
    }
}

async fn judge<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
    proof: &mut Option<Proof<S>>,
) -> Result<Judged, Reason> {
    let mut begun = engine::challenged(config, head).transpose()?;
    if let Some(Begun::Challenge(keys)) = begun {
        begun = engine::challenge(config, head, keys.await).transpose()?;
    }
    let (found, begun) = match begun {
        Some(begun) => (UNREAD, begun),
        None => {
            let (found, begun) = engine::read(config, head);
            (found, begun?)
        }
    };
    let mut fed = match begun {
        Begun::Streaming(keys) => Some(Fed::new(keys, found)),
        Begun::Wanting(keys) => Some(Fed::new(engine::usable(config, keys.await)?, found)),
        Begun::Answered(answer) => return Ok(Judged::Answer(answer)),
        Begun::Challenge(_) | Begun::NeedBody => None,
    };
    if body.len() > config.body_limit {
        return Err(Reason::BodyTooLarge);
    }
    let mut verdict = engine::conclude(config, head, fed.as_mut(), body, proof);
    loop {
        verdict = match verdict {
            Verdict::Done(judged) => return judged,
            Verdict::Wait(keys, asked) => {
                engine::resume(config, head, body, keys.await, asked, proof)
            }
        };
    }
}
