//! Where a webhook has its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, JsonObject, Reason,
    Scheme, Secret, SecretOnly, Sign, SignatureHeader, Timestamp, read_json,
};
use countersign_form::parse_instant;
use http::Request;
use http::header::HeaderName;
use serde::Deserialize;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-SG-SIGNATURE",
    HeaderName::from_static("x-sg-signature"),
    "sha1=",
    Algorithm::HmacSha1,
    Encoding::Hex,
);

/// The rules of webhooks: `sha1=` and `hex(HMAC-SHA1(token, raw body))` in `X-SG-SIGNATURE`.
///
/// The site sends the header only where the webhook has a secret token. The other `x-sg-` headers
/// are **not signed**. There is no window; `.max_age(..)` checks the `timestamp` of the body.
///
/// The receiver has to answer within 6 s (batched: the larger of 6 s and 1 s an event).
#[derive(Clone, Debug, Default)]
pub struct FlowWebhook;

impl SecretOnly for FlowWebhook {}

impl Scheme for FlowWebhook {
    type Method = Hmac;

    const NAME: &'static str = "flow-webhook";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Ok(Evidence::new(SIGNATURE.read(head)?).into())
    }

    /// The `timestamp` at the top of the body: `YYYY-MM-DDTHH:MM:SS[.1-9 digits]Z`.
    fn timestamp(&self, verified: &[u8]) -> Result<Option<Timestamp>, Reason> {
        #[derive(Deserialize)]
        struct Timed {
            timestamp: Option<String>,
        }
        const TIMESTAMP: Reason = Reason::Malformed("timestamp");
        let JsonObject(timed): JsonObject<Timed> = read_json(verified).map_err(|_| TIMESTAMP)?;
        let Some(text) = timed.timestamp else { return Ok(None) };
        let time = text.ends_with('Z').then(|| parse_instant(&text)).flatten();
        time.ok_or(TIMESTAMP).map(Some)
    }
}

impl Sign for FlowWebhook {
    /// Signs the body as it is: a time in it is the caller's to write, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        SIGNATURE.sign_body(&self.key(secret)?, request)
    }
}
