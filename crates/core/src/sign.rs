//! Signing as a provider does, for tests, demos and the command line.

use bytes::Bytes;
use http::Request;

use crate::error::ConfigError;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::time::Timestamp;

/// A scheme that can also sign: it makes the request that the provider would send.
pub trait Sign: Scheme {
    /// Adds signature and time to the request, in place of any that it has.
    ///
    /// # Errors
    ///
    /// When the secret does not have the vendor's shape, or the request is not one that the
    /// provider could sign.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError>;
}
