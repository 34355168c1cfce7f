//! What a handler wants to read out of a proof.

use std::ops::Deref;

use bytes::Bytes;

use crate::error::PayloadError;
use crate::scheme::Scheme;

/// A type that can be read out of the verified bytes of its scheme.
///
/// One scheme has many payloads. For a type of your own, `SignedJson` does
/// where the body is JSON; implement this for anything else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a payload of a provider, so it cannot be `Verified`",
    label = "not a verified payload",
    note = "for a type of your own that comes as JSON, take `Verified<SignedJson<Spark, {Self}>>` \
            with the provider's scheme in place of `Spark`; or implement `Payload` for it"
)]
pub trait Payload: Sized {
    /// Whose proof it is read from.
    type Scheme: Scheme;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// When the verified bytes are not such a payload.
    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError>;
}

/// The bytes that a payload is read from: those of a [`Proof`](crate::Proof), or what was handed to
/// [`danger::parse_unverified`](crate::danger::parse_unverified).
///
/// It is not the proof itself, or who implements [`Payload`] could keep one that proves nothing.
#[derive(Debug)]
pub struct PayloadBytes<'a>(&'a Bytes);

impl<'a> PayloadBytes<'a> {
    pub(crate) fn new(bytes: &'a Bytes) -> Self {
        Self(bytes)
    }
}

impl Deref for PayloadBytes<'_> {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        self.0
    }
}
