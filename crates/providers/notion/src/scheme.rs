//! Where Notion puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, Reason, Scheme,
    Secret, SecretOnly, Sign, SignatureHeader, Timestamp,
};
use http::Request;
use http::header::HeaderName;

use crate::first_request::FirstRequest;

const NAME: &str = "X-Notion-Signature";

const HEADER: HeaderName = HeaderName::from_static("x-notion-signature");

static SIGNATURE: SignatureHeader =
    SignatureHeader::new(NAME, HEADER, "sha256=", Algorithm::HmacSha256, Encoding::Hex);

/// The rules of Notion: `sha256=` and `hex(HMAC-SHA256(verification token, raw body))` in
/// `X-Notion-Signature`.
#[derive(Clone, Debug, Default)]
pub struct Notion {
    first_request: Option<FirstRequest>,
}

impl Notion {
    /// Takes the first request of a new subscription, which brings the verification token and is not signed:
    /// it is answered, and the token is handed to `show`. Off by default.
    ///
    /// **Anybody can send such a request, with a token of their own.** So show the token to the person who
    /// makes the subscription, and do nothing else with it: Notion takes none but its own, and only what it took
    /// may become the secret. Who made the key of whatever came would believe the next stranger. Leave it
    /// out again when the subscription is there.
    ///
    /// What is handed over is one line of at most 256 visible ASCII characters. It may come any number of times.
    #[must_use]
    pub fn on_verification_token(self, show: impl Fn(Secret) + Send + Sync + 'static) -> Self {
        Self { first_request: Some(FirstRequest::new(show)) }
    }
}

impl SecretOnly for Notion {}

impl Scheme for Notion {
    type Method = Hmac;

    const NAME: &'static str = "notion";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    /// An unsigned one is perhaps the first, with the verification token in its body.
    fn bears_secret(&self, head: &Head<'_>) -> bool {
        self.first_request.is_some() && !head.headers().contains_key(HEADER)
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        match (SIGNATURE.read_optional(head)?, &self.first_request) {
            (Some(signature), _) => Ok(Evidence::new(signature).into()),
            (None, Some(first_request)) => first_request.inspect(body),
            (None, None) => Err(Reason::Missing(NAME)),
        }
    }
}

impl Sign for Notion {
    /// Signs the body. Notion signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        SIGNATURE.sign_body(&self.key(secret)?, request)
    }
}
