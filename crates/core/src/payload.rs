//! What a handler wants to read out of a proof.

use crate::error::PayloadError;
use crate::proof::Proof;
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
    fn from_proof(proof: &Proof<Self::Scheme>) -> Result<Self, PayloadError>;
}
