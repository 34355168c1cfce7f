//! Requests that are signed with a private key of Space's own.

mod jwks;
mod method;

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Defaults, Encoding, Head, Inspect, Reason, Scheme, Secret, SecretOnly,
    SignatureHeader,
};
use http::header::HeaderName;

pub use self::jwks::Jwks;
pub use self::method::{RsaPkcs1Sha512, RsaPublicKey, RsaState};
use crate::clients::ByClient;
use crate::headers::{self, WINDOW};

const NAME: &str = "X-Space-Public-Key-Signature";
pub(crate) static SIGNATURE: SignatureHeader = SignatureHeader::new(
    NAME,
    HeaderName::from_static("x-space-public-key-signature"),
    "",
    Algorithm::RsaPkcs1Sha512,
    Encoding::Base64,
);

/// The rules of the public key, which the vendor recommends: RSASSA-PKCS1-v1_5 with SHA-512 over
/// `<milliseconds>:<body>`, in base64 in `X-Space-Public-Key-Signature`; the time in
/// `X-Space-Timestamp`.
///
/// The keys are those of a [`Jwks`], or fetched by `SpaceKeys`. The request names none, so it is
/// checked against all of them.
#[derive(Clone, Debug, Default)]
pub struct SpacePublicKey {
    by_client: ByClient,
}

impl SpacePublicKey {
    /// Has the keys chosen by the `clientId` in the body, for an application that is installed in
    /// several organisations: [`KeyTable`](countersign_core::KeyTable) has them by that name.
    ///
    /// The body is then read before it is verified: a JSON object in which no name is there twice.
    /// The name chooses an entry of the table and does nothing else. A request without `clientId`
    /// is refused, so an `AppPublicationCheckPayload` is, too.
    ///
    /// A name that is not in the table costs one check with a key of 2048 bits, as a wrong signature
    /// for an organisation with one such key does. That hides who is in the table only as far: the
    /// time is another for an organisation with several keys, with none or with one of another size,
    /// and while keys are fetched, be it for the first time or again after a mismatch.
    #[must_use]
    pub fn by_client_id(mut self) -> Self {
        self.by_client = ByClient(true);
        self
    }
}

impl SecretOnly for SpacePublicKey {}

impl Scheme for SpacePublicKey {
    type Method = RsaPkcs1Sha512;

    const NAME: &'static str = "space-public-key";

    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW)
    }

    /// One key as a JWK (RFC 7517): `{"kty":"RSA","n":..,"e":..}`. For a set of them take
    /// [`Jwks`] and `SpacePublicKeyVerify::with_keys`.
    fn key(&self, secret: &Secret) -> Result<RsaPublicKey, ConfigError> {
        RsaPublicKey::from_jwk(secret.expose())
    }

    fn decoy(&self) -> Option<RsaPublicKey> {
        RsaPublicKey::decoy()
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let signature = SIGNATURE.read(head)?;
        // As long as a modulus of 2048 to 8192 bits: nothing else is worth asking for keys.
        if !(256..=1024).contains(&signature.bytes().len()) {
            return Err(Reason::Malformed(NAME));
        }
        self.by_client.name(headers::evidence(head, signature)?, body)
    }
}
