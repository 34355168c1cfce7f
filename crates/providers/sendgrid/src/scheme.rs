//! Where SendGrid puts its signature.

use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Defaults, Encoding, Evidence, Head, Inspect, Message, Reason,
    Scheme, Secret, SecretOnly, SignatureHeader, TimeHeader, TimeUnit,
};
use http::header::HeaderName;

use crate::key::EcdsaPublicKey;
use crate::method::EcdsaP256Sha256;

const NAME: &str = "X-Twilio-Email-Event-Webhook-Signature";
pub(crate) static SIGNATURE: SignatureHeader = SignatureHeader::new(
    NAME,
    HeaderName::from_static("x-twilio-email-event-webhook-signature"),
    "",
    Algorithm::EcdsaP256Sha256,
    Encoding::Base64,
);
pub(crate) static TIME: TimeHeader = TimeHeader::new(
    "X-Twilio-Email-Event-Webhook-Timestamp",
    HeaderName::from_static("x-twilio-email-event-webhook-timestamp"),
    TimeUnit::Seconds,
);

/// As long as SendGrid tries to deliver events, and an hour for what is under way then.
const MAX_AGE: Duration = Duration::from_secs(25 * 60 * 60);
const MAX_FUTURE: Duration = Duration::from_secs(300);

/// The rules of the signed Event Webhook: ECDSA over P-256 with SHA-256 of `<seconds><body>`, DER in base64 in
/// `X-Twilio-Email-Event-Webhook-Signature`; the time in `X-Twilio-Email-Event-Webhook-Timestamp`.
#[derive(Clone, Debug, Default)]
pub struct SendGrid;

impl SecretOnly for SendGrid {}

impl Scheme for SendGrid {
    type Method = EcdsaP256Sha256;

    const NAME: &'static str = "sendgrid";

    /// -300 s..25 h: the vendor sets no bounds, and delivers for 24 hours.
    fn defaults(&self) -> Defaults {
        Defaults::default().window(MAX_AGE, MAX_FUTURE)
    }

    /// The verification key as SendGrid shows it: base64 of a `SubjectPublicKeyInfo`; or the same as PEM.
    fn key(&self, secret: &Secret) -> Result<EcdsaPublicKey, ConfigError> {
        EcdsaPublicKey::read(secret.expose())
    }

    fn decoy(&self) -> Option<EcdsaPublicKey> {
        EcdsaPublicKey::decoy()
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let signature = SIGNATURE.read(head)?;
        // Two numbers of at most 33 bytes in DER: nothing else is worth asking for keys.
        if !(8..=72).contains(&signature.bytes().len()) {
            return Err(Reason::Malformed(NAME));
        }
        let (time, digits) = TIME.read(head)?;
        let message = Message::body().prefix(digits);
        Ok(Evidence::new(signature).timestamp(time).message(message).into())
    }

    /// Nothing stands between the time and the body, so a body whose first byte is a digit could have had that
    /// as the last one of its time. SendGrid's begin with a bracket.
    fn attest(&self, verified: &[u8], _: &EcdsaPublicKey) -> Result<Attested, Reason> {
        match verified {
            [b'0'..=b'9', ..] => Err(Reason::Unexpected("the body begins with a digit")),
            _ => Ok(Attested::default()),
        }
    }
}
