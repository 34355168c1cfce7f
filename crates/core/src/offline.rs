//! The same check for a request that is already in memory, without tower or a runtime.

use std::fmt::{self, Debug, Formatter};

use bytes::Bytes;
use http::{Request, Response};

use crate::engine::{self, Begun};
use crate::error::{Reason, VerifyError};
use crate::head::Head;
use crate::layer::{Config, VerifyLayer};
use crate::proof::Proof;
use crate::scheme::Scheme;

/// What became of a request that was checked [offline](VerifyLayer::verify).
#[non_exhaustive]
pub enum Outcome<S> {
    /// It is genuine.
    Genuine(Proof<S>),
    /// It is a handshake or a challenge: send this answer, and handle nothing.
    Answer(Response<Bytes>),
}

impl<S> Debug for Outcome<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Genuine(proof) => f.debug_tuple("Genuine").field(proof).finish(),
            Self::Answer(answer) => f.debug_tuple("Answer").field(&answer.status()).finish(),
        }
    }
}

impl<S: Scheme> VerifyLayer<S> {
    /// Checks a request that is already in memory, as the layer would: for a Lambda function, a
    /// queue, a command line, a test. No runtime is needed.
    ///
    /// # Errors
    ///
    /// When it is refused; [`VerifyError::response`] is the answer to send.
    pub fn verify(&self, request: Request<Bytes>) -> Result<Outcome<S>, VerifyError> {
        let (parts, body) = request.into_parts();
        check(self.config(), &Head::new(&parts), &body).map_err(|reason| {
            let error = VerifyError::new(S::NAME, reason);
            error.log();
            error
        })
    }
}

fn check<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
) -> Result<Outcome<S>, Reason> {
    let check = match engine::begin(config, head)? {
        Begun::Answered(answer) => return Ok(Outcome::Answer(answer)),
        _ if body.len() > config.body_limit => return Err(Reason::BodyTooLarge),
        Begun::Streaming(mut check) => {
            check.update(body);
            Some(check)
        }
        Begun::NeedBody => None,
    };
    let genuine = engine::complete(config, head, check, body)?;
    Ok(match genuine.answer {
        Some(answer) => Outcome::Answer(answer),
        None => Outcome::Genuine(genuine.proof),
    })
}
