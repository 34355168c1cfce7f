//! What GitLab says in headers.

use countersign_core::{FromHeaders, header_text};
use http::HeaderMap;

/// What GitLab says of a delivery, in headers that it does **not sign**: to be had as
/// `Unsigned<Delivery>` alone.
///
/// Which event it is stands in the body too, as `object_kind`, and there it is signed: the payloads of this crate
/// read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// `X-Gitlab-Event`, such as `Push Hook`.
    pub event: Option<String>,
    /// `X-Gitlab-Event-UUID`, which events have in common that one of them caused.
    pub event_uuid: Option<String>,
    /// `X-Gitlab-Webhook-UUID`.
    pub webhook_uuid: Option<String>,
    /// `X-Gitlab-Instance`, the URL of the server.
    pub instance: Option<String>,
    /// `Idempotency-Key`, the same when a request is sent again. With a signing token it is signed as well, as
    /// `webhook-id`: [`Proof::id`](countersign_core::Proof::id).
    pub idempotency_key: Option<String>,
}

impl FromHeaders for Delivery {
    fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| header_text(headers, name);
        Self {
            event: text("x-gitlab-event"),
            event_uuid: text("x-gitlab-event-uuid"),
            webhook_uuid: text("x-gitlab-webhook-uuid"),
            instance: text("x-gitlab-instance"),
            idempotency_key: text("idempotency-key"),
        }
    }
}
