//! What Twilio says in headers.

use countersign_core::{FromHeaders, header_text};
use http::HeaderMap;

/// What Twilio says of a delivery, in headers that it does **not sign**: to be had as `Unsigned<Delivery>`
/// alone.
///
/// Who captured a genuine request can send it again under another token. So it is nothing to tell
/// repetitions by: `.replay(..)` goes by the signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// `I-Twilio-Idempotency-Token`: the same for all attempts to deliver one webhook.
    pub idempotency_token: Option<String>,
}

impl FromHeaders for Delivery {
    fn from_headers(headers: &HeaderMap) -> Self {
        Self { idempotency_token: header_text(headers, "i-twilio-idempotency-token") }
    }
}
