//! Who is told of refused requests.

use bytes::Bytes;
use http::request::Parts;

use crate::error::VerifyError;

/// Is told of every request that the layer refuses, beside the answer that is made: see
/// [`VerifyLayer::on_refused`](crate::VerifyLayer::on_refused).
///
/// It is called on the way to the answer, on the thread that serves the request, so it should hand on
/// what takes long.
pub trait OnRefused: Send + Sync + 'static {
    /// Takes what it wants of the request; all of it is what a stranger sent.
    fn refused(&self, refused: &Refused<'_>);
}

/// A request that was refused.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Refused<'a> {
    /// By whom, and why.
    pub error: &'a VerifyError,
    /// Its head, as it came.
    pub head: &'a Parts,
    /// Its body, as it came; `None` where it was refused before the body was read, or to the end.
    pub body: Option<&'a Bytes>,
    /// Whether this request may hold a secret in the clear: as its signature, or in an unsigned challenge
    /// or handshake. [`Scheme::bears_secret`](crate::Scheme::bears_secret) says so.
    pub bears_secret: bool,
}
