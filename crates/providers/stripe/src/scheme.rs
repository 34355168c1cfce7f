//! Where Stripe puts its signature.

use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Defaults, Evidence, Head, Hmac, HmacKey, Inspect, Message, Reason,
    Scheme, Secret, SecretOnly, Sign, TimeUnit, Timestamp, insert_header,
};
use http::Request;

use crate::header::{HEADER, StripeSignature};

/// Five minutes, on both sides.
const WINDOW: Duration = Duration::from_secs(300);

/// The rules of Stripe: `t=<seconds>` and `v1=hex(HMAC-SHA256(secret, "<seconds>.<body>"))` in
/// `Stripe-Signature`, parted by commas.
#[derive(Clone, Debug, Default)]
pub struct Stripe;

impl SecretOnly for Stripe {}

impl Scheme for Stripe {
    type Method = Hmac;

    const NAME: &'static str = "stripe";

    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW)
    }

    /// The key is all of the text that Stripe shows, `whsec_` included.
    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let StripeSignature { timestamp, digits, signatures } = StripeSignature::read(head)?;
        let message = Message::body().prefix(digits).prefix(b".");
        Ok(Evidence::any(signatures).message(message).timestamp(timestamp).into())
    }
}

impl Sign for Stripe {
    /// Signs time and body.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let digits = now.to_digits(TimeUnit::Seconds);
        let pieces = [digits.as_bytes(), b".", request.body()];
        let tag = self.key(secret)?.sign_hex(Algorithm::HmacSha256, &pieces)?;
        insert_header(&mut request, &HEADER, &format!("t={digits},v1={tag}"))?;
        Ok(request)
    }
}
