//! Where Slack puts its signature.

use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Defaults, Encoding, Evidence, Head, Hmac, HmacKey, Inspect,
    Message, Reason, Scheme, Secret, SecretOnly, Sign, SignatureHeader, TimeHeader, TimeUnit,
    Timestamp,
};
use http::Request;
use http::header::HeaderName;

use crate::checks;

const SIGNATURE_NAME: &str = "X-Slack-Signature";

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    SIGNATURE_NAME,
    HeaderName::from_static("x-slack-signature"),
    "v0=",
    Algorithm::HmacSha256,
    Encoding::Hex,
);

static TIMESTAMP: TimeHeader = TimeHeader::new(
    "X-Slack-Request-Timestamp",
    HeaderName::from_static("x-slack-request-timestamp"),
    TimeUnit::Seconds,
);

/// Five minutes, on both sides.
const WINDOW: Duration = Duration::from_secs(300);

/// What Slack's own package takes.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// The rules of Slack: `v0=` and `hex(HMAC-SHA256(secret, "v0:<seconds>:<body>"))` in `X-Slack-Signature`, the
/// time in `X-Slack-Request-Timestamp`.
#[derive(Clone, Debug, Default)]
pub struct Slack;

impl SecretOnly for Slack {}

impl Scheme for Slack {
    type Method = Hmac;

    const NAME: &'static str = "slack";

    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW).body_limit(BODY_LIMIT)
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let Some(signature) = SIGNATURE.read_optional(head)? else {
            return checks::unsigned(head, body).ok_or(Reason::Missing(SIGNATURE_NAME));
        };
        let (timestamp, digits) = TIMESTAMP.read(head)?;
        let message = Message::body().prefix(b"v0:").prefix(digits).prefix(b":");
        Ok(Evidence::new(signature).message(message).timestamp(timestamp).into())
    }

    fn attest(&self, verified: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        Ok(Attested::default().answer(checks::answer(verified)))
    }
}

impl Sign for Slack {
    /// Signs time and body.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let digits = TIMESTAMP.write(&mut request, now)?;
        let pieces = [b"v0:", digits.as_bytes(), b":", request.body()];
        let tag = self.key(secret)?.sign(SIGNATURE.algorithm(), &pieces)?;
        SIGNATURE.write(&mut request, &tag)?;
        Ok(request)
    }
}
