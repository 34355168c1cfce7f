//! What becomes of a request that is not refused.

use std::fmt::{self, Debug, Formatter};

use bytes::Bytes;
use http::Response;

use crate::proof::Proof;

/// What became of a request that was checked [offline](crate::VerifyLayer::verify).
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
