//! The proof that a request is genuine: only the engine makes one.

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::error::PayloadError;
use crate::id::Id;
use crate::method::{Match, Nonce};
use crate::payload::{Payload, PayloadBytes};
use crate::time::Timestamp;

/// The proof that a request was signed as scheme `S` wants it, with the bytes that were signed.
///
/// The layer leaves it in the extensions of the request. It cannot be made anywhere else, so who
/// holds one holds a genuine request. In axum, `Verified` reads it; elsewhere
/// `request.extensions().get::<Proof<Spark>>()` and [`payload`](Self::payload) do.
pub struct Proof<S> {
    body: Bytes,
    key: usize,
    fingerprints: SmallVec<[Nonce; 1]>,
    tenant: Option<Arc<str>>,
    timestamp: Option<Timestamp>,
    id: Option<Id>,
    covered: Covered,
    scheme: PhantomData<fn() -> S>,
}

/// How much of the body a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Covered {
    /// Every byte of the body as it came.
    Body,
    /// The form that was made of the body: those bytes are the verified ones, not the original.
    Canonical,
    /// No byte of the body. Anybody who has seen the token once can send anything.
    Nothing,
}

impl<S> Proof<S> {
    #[inline(always)]
    pub(crate) fn new(
        body: Bytes,
        matched: Match,
        tenant: Option<Arc<str>>,
        timestamp: Option<Timestamp>,
        id: Option<Id>,
        covered: Covered,
    ) -> Self {
        Self {
            body,
            key: matched.key,
            fingerprints: matched.fingerprints,
            tenant,
            timestamp,
            id,
            covered,
            scheme: PhantomData,
        }
    }

    /// Reads the payload out of the verified bytes.
    ///
    /// # Errors
    ///
    /// When the bytes are genuine, but not such a payload.
    pub fn payload<T: Payload<Scheme = S>>(&self) -> Result<T, PayloadError>
    where
        S: crate::Scheme,
    {
        T::from_bytes(&PayloadBytes::new(&self.body, Some(self.covered)))
    }

    /// The verified bytes: what was signed and nothing else, as far as [`covered`](Self::covered)
    /// says.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The index of the key that matched; 0 is the newest.
    #[must_use]
    pub fn key(&self) -> usize {
        self.key
    }

    /// The tenant whose key matched, where keys belong to tenants.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The signed time, where there is one. One that stands inside the body is read only where a
    /// window is set.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// The signed id of the request, where there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(Id::as_str)
    }

    /// What tells this signed text from any other; see [`Match::fingerprints`].
    #[must_use]
    pub fn fingerprints(&self) -> &[Nonce] {
        &self.fingerprints
    }

    /// How much of the body the signature covers.
    #[must_use]
    pub fn covered(&self) -> Covered {
        self.covered
    }
}

impl<S> Clone for Proof<S> {
    fn clone(&self) -> Self {
        Self {
            body: self.body.clone(),
            key: self.key,
            fingerprints: self.fingerprints.clone(),
            tenant: self.tenant.clone(),
            timestamp: self.timestamp,
            id: self.id.clone(),
            covered: self.covered,
            scheme: PhantomData,
        }
    }
}

/// Shows the length of the body, not the body: it may be confidential.
impl<S> Debug for Proof<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("key", &self.key)
            .field("tenant", &self.tenant)
            .field("timestamp", &self.timestamp)
            .field("id", &self.id)
            .field("covered", &self.covered)
            .finish_non_exhaustive()
    }
}
