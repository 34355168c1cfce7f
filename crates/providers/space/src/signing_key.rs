//! Requests that are signed with a key shared with Space.

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Defaults, Encoding, Head, Hmac, HmacKey, Inspect, Reason, Scheme,
    Secret, SecretOnly, Sign, SignatureHeader, Timestamp,
};
use http::Request;
use http::header::HeaderName;

use crate::clients::ByClient;
use crate::headers::{self, TIMESTAMP, WINDOW};

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-Space-Signature",
    HeaderName::from_static("x-space-signature"),
    "",
    Algorithm::HmacSha256,
    Encoding::Hex,
);

/// The rules of the signing key: `hex(HMAC-SHA256(key, "<milliseconds>:<body>"))` in
/// `X-Space-Signature`, the time in `X-Space-Timestamp`.
#[derive(Clone, Debug, Default)]
pub struct SpaceSigningKey {
    by_client: ByClient,
}

impl SpaceSigningKey {
    /// Has the key chosen by the `clientId` in the body, for an application that is installed in
    /// several organisations: see [`SpacePublicKey::by_client_id`](crate::SpacePublicKey::by_client_id).
    #[must_use]
    pub fn by_client_id(mut self) -> Self {
        self.by_client = ByClient(true);
        self
    }
}

impl SecretOnly for SpaceSigningKey {}

impl Scheme for SpaceSigningKey {
    type Method = Hmac;

    const NAME: &'static str = "space-signing-key";

    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW)
    }

    /// The key as Space shows it: its text, in UTF-8.
    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        self.by_client.name(headers::evidence(head, SIGNATURE.read(head)?)?, body)
    }
}

impl Sign for SpaceSigningKey {
    /// Signs time and body.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let millis = TIMESTAMP.write(&mut request, now)?;
        let pieces = [millis.as_bytes(), b":", request.body()];
        let tag = self.key(secret)?.sign(SIGNATURE.algorithm(), &pieces)?;
        SIGNATURE.write(&mut request, &tag)?;
        Ok(request)
    }
}
