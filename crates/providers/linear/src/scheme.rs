//! Where Linear puts its signature.

use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Defaults, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, JsonObject,
    Reason, Scheme, Secret, SecretOnly, Sign, SignatureHeader, Timestamp, read_json,
};
use http::Request;
use http::header::HeaderName;
use serde::Deserialize;
use serde_json::{Map, Value};

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "Linear-Signature",
    HeaderName::from_static("linear-signature"),
    "",
    Algorithm::HmacSha256,
    Encoding::Hex,
);

const TIME: &str = "webhookTimestamp";

const WINDOW: Duration = Duration::from_secs(60);

/// The rules of Linear: `hex(HMAC-SHA256(signing secret, raw body))` in `Linear-Signature`, and in the body the
/// time.
#[derive(Clone, Debug, Default)]
pub struct Linear;

/// What Linear's own package takes.
const BODY_LIMIT: usize = 5 * 1024 * 1024;

impl SecretOnly for Linear {}

impl Scheme for Linear {
    type Method = Hmac;

    const NAME: &'static str = "linear";

    /// 60 s both ways, as in the vendor's package.
    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW).body_limit(BODY_LIMIT)
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Ok(Evidence::new(SIGNATURE.read(head)?).into())
    }

    /// `webhookTimestamp` at the top of the body: whole milliseconds as a number.
    fn timestamp(&self, verified: &[u8]) -> Result<Option<Timestamp>, Reason> {
        #[derive(Deserialize)]
        struct Timed {
            #[serde(rename = "webhookTimestamp")]
            time: Option<i64>,
        }
        let JsonObject(timed): JsonObject<Timed> =
            read_json(verified).map_err(|_| Reason::Malformed(TIME))?;
        Ok(timed.time.map(Timestamp::from_millis))
    }
}

impl Sign for Linear {
    /// Puts the time into the body, in place of any that it has, and signs it.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let mut members: Map<String, Value> = read_json(request.body()).map_err(|error| {
            ConfigError::new(format!("Linear sends JSON objects, with the time inside: {error}"))
        })?;
        let millis =
            i64::try_from(now.as_millis()).map_err(|_| ConfigError::new("a time out of range"))?;
        members.insert(TIME.to_owned(), millis.into());
        let request = request.map(|_| Bytes::from(Value::Object(members).to_string()));
        SIGNATURE.sign_body(&self.key(secret)?, request)
    }
}
