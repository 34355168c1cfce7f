//! What GitHub says in headers.

use countersign_core::{FromHeaders, header_text};
use http::HeaderMap;

/// What GitHub says of a delivery, in headers that it does **not sign**: to be had as
/// `Unsigned<Delivery>` alone.
///
/// Who captured a genuine request can send it again under another id and as another event. So an id is
/// nothing to tell repetitions by: `.replay(..)` goes by the signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// `X-GitHub-Event`, such as `push`.
    pub event: Option<String>,
    /// `X-GitHub-Delivery`, a UUID.
    pub id: Option<String>,
    /// `X-GitHub-Hook-ID`.
    pub hook_id: Option<String>,
    /// `X-GitHub-Hook-Installation-Target-Type`, such as `repository`.
    pub target_type: Option<String>,
    /// `X-GitHub-Hook-Installation-Target-ID`.
    pub target_id: Option<String>,
}

impl FromHeaders for Delivery {
    fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| header_text(headers, name);
        Self {
            event: text("x-github-event"),
            id: text("x-github-delivery"),
            hook_id: text("x-github-hook-id"),
            target_type: text("x-github-hook-installation-target-type"),
            target_id: text("x-github-hook-installation-target-id"),
        }
    }
}
