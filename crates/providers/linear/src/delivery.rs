//! What Linear says in headers.

use countersign_core::{FromHeaders, header_text};
use http::HeaderMap;

/// What Linear says of a delivery, in headers that it does **not sign**: to be had as `Unsigned<Delivery>`
/// alone.
///
/// Who captured a genuine request can send it again under another id and as another event. So an id is
/// nothing to tell repetitions by: `.replay(..)` goes by the signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// `Linear-Event`, such as `Issue`: the body says the same in its `type`.
    pub event: Option<String>,
    /// `Linear-Delivery`, a UUID.
    pub id: Option<String>,
}

impl FromHeaders for Delivery {
    fn from_headers(headers: &HeaderMap) -> Self {
        Self {
            event: header_text(headers, "linear-event"),
            id: header_text(headers, "linear-delivery"),
        }
    }
}
