//! What a handler wants to read out of a proof.

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::ops::Deref;

use bytes::Bytes;

use crate::error::PayloadError;
use crate::proof::Covered;
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
pub struct PayloadBytes<'a> {
    bytes: &'a Bytes,
    covered: Option<Covered>,
}

impl<'a> PayloadBytes<'a> {
    pub(crate) fn new(bytes: &'a Bytes, covered: Option<Covered>) -> Self {
        Self { bytes, covered }
    }

    /// What the signature covered, as [`Proof::covered`](crate::Proof::covered) says it; `None` of bytes that
    /// nothing here has verified.
    ///
    /// It is for a payload whose scheme signs one kind of body in another way than the next, where a header
    /// that says which one it is would not be signed.
    #[must_use]
    pub fn covered(&self) -> Option<Covered> {
        self.covered
    }
}

impl Deref for PayloadBytes<'_> {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        self.bytes
    }
}

/// A scheme whose requests carry the payload `P` too, though `P` names another scheme as its own:
/// a provider with several ways of signing the same thing. [`Via`] reads it.
#[diagnostic::on_unimplemented(
    message = "requests that `{Self}` verifies carry no `{P}`",
    label = "not a way to send this payload"
)]
pub trait Carries<P: Payload>: Scheme {}

/// The payload `P`, as proven by scheme `S` instead of its own.
///
/// Which scheme is meant stands in the handler's signature: a handler that wants `P` cannot be
/// reached with a proof that is worth less.
pub struct Via<S, P> {
    payload: P,
    scheme: PhantomData<fn() -> S>,
}

impl<S, P> Via<S, P> {
    /// The payload itself.
    #[must_use]
    pub fn into_inner(self) -> P {
        self.payload
    }
}

impl<S, P> Deref for Via<S, P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.payload
    }
}

impl<S, P: Debug> Debug for Via<S, P> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.payload.fmt(f)
    }
}

impl<S: Carries<P>, P: Payload> Payload for Via<S, P> {
    type Scheme = S;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        Ok(Self { payload: P::from_bytes(bytes)?, scheme: PhantomData })
    }
}
