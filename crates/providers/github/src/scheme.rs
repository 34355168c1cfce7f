//! Where GitHub puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Defaults, Encoding, Evidence, Head, Hmac, HmacKey, Inspect,
    Reason, Scheme, Secret, SecretOnly, Sign, SignatureHeader, Timestamp, handshake,
};
use http::Request;
use http::header::HeaderName;
use serde::Deserialize;

use crate::payload::read_event;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-Hub-Signature-256",
    HeaderName::from_static("x-hub-signature-256"),
    "sha256=",
    Algorithm::HmacSha256,
    Encoding::Hex,
);

/// What GitHub caps a payload at.
const BODY_LIMIT: usize = 25 * 1024 * 1024;

/// The rules of GitHub: `sha256=` and `hex(HMAC-SHA256(secret, raw body))` in `X-Hub-Signature-256`.
#[derive(Clone, Debug, Default)]
pub struct GitHub;

impl SecretOnly for GitHub {}

impl Scheme for GitHub {
    type Method = Hmac;

    const NAME: &'static str = "github";

    fn defaults(&self) -> Defaults {
        Defaults::default().body_limit(BODY_LIMIT)
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Ok(Evidence::new(SIGNATURE.read(head)?).into())
    }

    fn attest(&self, verified: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        Ok(Attested::default().answer(is_ping(verified).then(handshake::ok)))
    }
}

/// Whether it is the event that GitHub sends when a webhook is made: the one that has `zen`, which comes
/// first, so that nothing else is parsed. In a form it is escaped.
fn is_ping(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Ping {
        #[serde(rename = "zen")]
        _zen: String,
        #[serde(rename = "hook_id")]
        _hook_id: u64,
    }
    let may_be =
        [&br#"{"zen":"#[..], b"payload=%7B%22zen%22%3A"].iter().any(|it| body.starts_with(it));
    may_be && read_event::<Ping>(body).is_ok()
}

impl Sign for GitHub {
    /// Signs the body. GitHub signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        SIGNATURE.sign_body(&self.key(secret)?, request)
    }
}
