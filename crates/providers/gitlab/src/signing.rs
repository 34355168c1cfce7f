//! Requests that are signed with the signing token.

use bytes::Bytes;
use countersign_core::{
    ConfigError, Defaults, Head, Inspect, Reason, Scheme, Secret, SecretOnly, Sign, Timestamp,
};
use countersign_standard_webhooks::{StandardWebhooks, WebhookKey, WebhookSignature};
use http::Request;

use crate::BODY_LIMIT;

/// The rules of the signing token: those of [`StandardWebhooks`], with a secret of 32 bytes.
#[derive(Clone, Debug, Default)]
pub struct GitLabSigning(StandardWebhooks);

impl SecretOnly for GitLabSigning {}

impl Scheme for GitLabSigning {
    type Method = WebhookSignature;

    const NAME: &'static str = "gitlab-signing";

    const SIGNED_ID: bool = true;

    fn defaults(&self) -> Defaults {
        self.0.defaults().body_limit(BODY_LIMIT)
    }

    /// The token as GitLab shows it: `whsec_` and base64.
    fn key(&self, secret: &Secret) -> Result<WebhookKey, ConfigError> {
        WebhookKey::parse_secret(secret.expose(), 32..=32)
    }

    fn decoy(&self) -> Option<WebhookKey> {
        WebhookKey::parse_secret(b"whsec_bm9ib2R5J3MsIGFuZCBiZWxpZXZlZCBieSBub2JvZHk=", 32..=32)
            .ok()
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        self.0.inspect(head, body)
    }
}

impl Sign for GitLabSigning {
    /// Signs id, time and body. The id is that of the request, where it has one, or else made of the time.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        self.key(secret)?;
        self.0.sign(secret, now, request)
    }
}
