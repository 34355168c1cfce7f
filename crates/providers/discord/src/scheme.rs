//! Where Discord puts its signature.

use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Defaults, Encoding, Evidence, Head, Inspect, Message, Reason,
    Scheme, Secret, SecretOnly, Sign, SignatureHeader, TimeHeader, TimeUnit, Timestamp,
};
use countersign_ed25519::{Ed25519, Ed25519PublicKey, Ed25519SigningKey};
use http::Request;
use http::header::HeaderName;

use crate::ping;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-Signature-Ed25519",
    HeaderName::from_static("x-signature-ed25519"),
    "",
    Algorithm::Ed25519,
    Encoding::Hex,
);

static TIMESTAMP: TimeHeader = TimeHeader::new(
    "X-Signature-Timestamp",
    HeaderName::from_static("x-signature-timestamp"),
    TimeUnit::Seconds,
);

const WINDOW: Duration = Duration::from_secs(300);

/// The rules of Discord: Ed25519 over `<seconds><body>`, in hexadecimal digits in `X-Signature-Ed25519`; the time
/// in `X-Signature-Timestamp`.
#[derive(Clone, Debug, Default)]
pub struct Discord;

impl SecretOnly for Discord {}

impl Scheme for Discord {
    type Method = Ed25519;

    const NAME: &'static str = "discord";

    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW)
    }

    /// The public key, as the developer portal shows it: hexadecimal digits.
    fn key(&self, public_key: &Secret) -> Result<Ed25519PublicKey, ConfigError> {
        Ed25519PublicKey::from_hex(public_key.expose().trim_ascii())
    }

    fn decoy(&self) -> Option<Ed25519PublicKey> {
        Ed25519PublicKey::decoy()
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let signature = SIGNATURE.read(head)?;
        let (timestamp, digits) = TIMESTAMP.read(head)?;
        let message = Message::body().prefix(digits);
        Ok(Evidence::new(signature).message(message).timestamp(timestamp).into())
    }

    fn attest(&self, verified: &[u8], _: &Ed25519PublicKey) -> Result<Attested, Reason> {
        // The time stands before the body without saying where it ends.
        if verified.first().is_some_and(u8::is_ascii_digit) {
            return Err(Reason::Unexpected(
                "the body begins with a digit, as the time before it ends with one",
            ));
        }
        Ok(Attested::default().answer(ping::answer(verified)))
    }
}

impl Sign for Discord {
    /// Signs time and body with a private key of one's own, in hexadecimal digits: Discord's are Discord's.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let key = Ed25519SigningKey::from_hex(secret.expose())?;
        let digits = TIMESTAMP.write(&mut request, now)?;
        let signature = key.sign(&[digits.as_bytes(), request.body()])?;
        SIGNATURE.write(&mut request, &signature)?;
        Ok(request)
    }
}
