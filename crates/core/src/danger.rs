//! Doors past the proof, named for what they are.

use bytes::Bytes;

use crate::error::PayloadError;
use crate::payload::{Payload, PayloadBytes};

/// Reads a payload out of bytes that **nothing here has verified**.
///
/// It is for bytes that were verified before: a handler puts [`Proof::body`](crate::Proof::body) on a queue and
/// answers at once, and a worker reads it back with this. Whoever can write to the queue can forge
/// events, so the queue has to be as trustworthy as the secret.
///
/// # Errors
///
/// When the bytes are not such a payload.
pub fn parse_unverified<T: Payload>(body: impl Into<Bytes>) -> Result<T, PayloadError> {
    T::from_bytes(&PayloadBytes::new(&body.into(), None))
}
