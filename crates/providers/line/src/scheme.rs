//! Where LINE puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, JsonObject,
    Reason, Scheme, Secret, SecretOnly, Sign, SignatureHeader, Timestamp, handshake, read_json,
};
use http::Request;
use http::header::HeaderName;
use serde::Deserialize;
use serde::de::IgnoredAny;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-Line-Signature",
    HeaderName::from_static("x-line-signature"),
    "",
    Algorithm::HmacSha256,
    Encoding::Base64,
);

/// The rules of LINE: `base64(HMAC-SHA256(secret, raw body))` in `X-Line-Signature`.
#[derive(Clone, Debug, Default)]
pub struct Line;

impl SecretOnly for Line {}

impl Scheme for Line {
    type Method = Hmac;

    const NAME: &'static str = "line";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Ok(Evidence::new(SIGNATURE.read(head)?).into())
    }

    fn attest(&self, verified: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        Ok(Attested::default().answer(is_empty(verified).then(handshake::ok)))
    }
}

/// Whether it brings no event: the console sends that to see whether somebody answers. An event is far longer,
/// so that none is parsed for this.
fn is_empty(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Check {
        #[serde(rename = "events")]
        _events: [IgnoredAny; 0],
    }
    const LONGEST: usize = 128;
    body.len() <= LONGEST && read_json::<JsonObject<Check>>(body).is_ok()
}

impl Sign for Line {
    /// Signs the body. LINE signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        SIGNATURE.sign_body(&self.key(secret)?, request)
    }
}
