//! What Slack says in headers.

use countersign_core::{FromHeaders, header_text};
use http::HeaderMap;

/// What Slack says of an event that it sends again, in headers that it does **not sign**: to be had as
/// `Unsigned<Retry>` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// `X-Slack-Retry-Num`: `1`, `2` or `3`; none the first time.
    pub number: Option<String>,
    /// `X-Slack-Retry-Reason`, such as `http_timeout`.
    pub reason: Option<String>,
}

impl FromHeaders for Retry {
    fn from_headers(headers: &HeaderMap) -> Self {
        Self {
            number: header_text(headers, "x-slack-retry-num"),
            reason: header_text(headers, "x-slack-retry-reason"),
        }
    }
}
