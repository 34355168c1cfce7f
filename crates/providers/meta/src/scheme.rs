//! Where Meta puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Defaults, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, IntoSecret,
    Reason, Scheme, Secret, SecretOnly, Sign, SignatureHeader, Timestamp,
};
use http::header::HeaderName;
use http::{Request, Response};

use crate::challenge::Challenge;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-Hub-Signature-256",
    HeaderName::from_static("x-hub-signature-256"),
    "sha256=",
    Algorithm::HmacSha256,
    Encoding::Hex,
);

/// Payloads have up to 3 MB, as Meta says of WhatsApp.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// The rules of Meta: `sha256=` and `hex(HMAC-SHA256(app secret, raw body))` in `X-Hub-Signature-256`.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    challenge: Option<Challenge>,
}

impl Meta {
    /// The verify token, which you make up and enter where the webhook is subscribed to: challenges that bring it
    /// are answered. Without one, each challenge is a 401, so that the subscription cannot be made or changed.
    ///
    /// It says who may subscribe, and nothing about the events: these are signed with the app's secret.
    ///
    /// # Panics
    ///
    /// At start-up, if it is empty. [`try_verify_token`](Self::try_verify_token) returns the error instead.
    #[must_use]
    #[expect(clippy::panic, reason = "start-up is the time to stop; `try_verify_token` does not")]
    pub fn verify_token(self, token: impl IntoSecret) -> Self {
        self.try_verify_token(token).unwrap_or_else(|error| panic!("countersign: {error}"))
    }

    /// Like [`verify_token`](Self::verify_token), for a token that may turn out to be empty.
    ///
    /// # Errors
    ///
    /// When it is empty.
    pub fn try_verify_token(self, token: impl IntoSecret) -> Result<Self, ConfigError> {
        Ok(Self { challenge: Some(Challenge::with(&token.into_secret()?)) })
    }
}

impl SecretOnly for Meta {}

impl Scheme for Meta {
    type Method = Hmac;

    const NAME: &'static str = "meta";

    const CHALLENGES: bool = true;

    fn defaults(&self) -> Defaults {
        Defaults::default().body_limit(BODY_LIMIT)
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn challenge(&self, head: &Head<'_>, _: &[HmacKey]) -> Result<Option<Response<Bytes>>, Reason> {
        self.challenge.as_ref().map(|challenge| challenge.answer(head)).transpose()
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Ok(Evidence::new(SIGNATURE.read(head)?).into())
    }
}

impl Sign for Meta {
    /// Signs the body. Meta signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        SIGNATURE.sign_body(&self.key(secret)?, request)
    }
}
