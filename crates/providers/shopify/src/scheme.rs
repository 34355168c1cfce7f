//! Where Shopify puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, Reason, Scheme,
    Secret, SecretOnly, Sign, SignatureHeader, Timestamp,
};
use http::Request;
use http::header::HeaderName;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-Shopify-Hmac-Sha256",
    HeaderName::from_static("x-shopify-hmac-sha256"),
    "",
    Algorithm::HmacSha256,
    Encoding::Base64,
);

/// The rules of Shopify: `base64(HMAC-SHA256(secret, raw body))` in `X-Shopify-Hmac-Sha256`.
#[derive(Clone, Debug, Default)]
pub struct Shopify;

impl SecretOnly for Shopify {}

impl Scheme for Shopify {
    type Method = Hmac;

    const NAME: &'static str = "shopify";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Ok(Evidence::new(SIGNATURE.read(head)?).into())
    }
}

impl Sign for Shopify {
    /// Signs the body. Shopify signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        SIGNATURE.sign_body(&self.key(secret)?, request)
    }
}
