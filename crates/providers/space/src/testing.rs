//! An RSA key pair to sign with, as Space does with its own. **For tests**, demos and the command
//! line: nobody but Space should be able to sign for Space.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA512};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use countersign_core::{ConfigError, Secret, Sign, Timestamp};
use http::Request;
use pem::Pem;
use serde_json::json;

use crate::headers::TIMESTAMP;
use crate::public_key::{SIGNATURE, SpacePublicKey};

const LABEL: &str = "PRIVATE KEY";

/// An RSA key pair of 2048 to 8192 bits.
#[derive(Debug)]
pub struct TestKey(KeyPair);

impl TestKey {
    /// A fresh one of 2048 bits.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, ConfigError> {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| ConfigError::new("no RSA key could be made"))?;
        Ok(Self(pair))
    }

    /// The one in a PEM file with a `PRIVATE KEY` (PKCS #8, RFC 5958), as `openssl genpkey
    /// -algorithm RSA` writes it.
    ///
    /// # Errors
    ///
    /// When it is anything else.
    pub fn from_pem(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let bad =
            "that is no RSA private key: give a PEM as `openssl genpkey -algorithm RSA` writes";
        let pem = pem::parse(text).ok().filter(|pem| pem.tag() == LABEL);
        let pem = pem.ok_or_else(|| ConfigError::new(bad))?;
        let pair = KeyPair::from_pkcs8(pem.contents()).map_err(|_| ConfigError::new(bad))?;
        Ok(Self(pair))
    }

    /// The private key as such a PEM: the secret that [`Sign`] takes.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn pem(&self) -> Result<Secret, ConfigError> {
        let der = self.0.as_der().map_err(|_| ConfigError::new("the key cannot be written"))?;
        Secret::new(pem::encode(&Pem::new(LABEL, der.as_ref())))
    }

    /// The public key as a JWK.
    #[must_use]
    pub fn jwk(&self) -> String {
        let public = self.0.public_key();
        let number = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS512",
            "n": number(public.modulus().big_endian_without_leading_zero()),
            "e": number(public.exponent().big_endian_without_leading_zero()),
        })
        .to_string()
    }

    /// The public key as a JWK set with nothing else in it.
    #[must_use]
    pub fn jwks(&self) -> String {
        format!("{{\"keys\":[{}]}}", self.jwk())
    }
}

impl Sign for SpacePublicKey {
    /// Signs time and body with a private key: see [`TestKey::from_pem`].
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let TestKey(pair) = TestKey::from_pem(secret.expose())?;
        let millis = TIMESTAMP.write(&mut request, now)?;
        let text = [millis.as_bytes(), b":", request.body()].concat();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA512, &SystemRandom::new(), &text, &mut signature)
            .map_err(|_| ConfigError::new("the key does not sign"))?;
        SIGNATURE.write(&mut request, &signature)?;
        Ok(request)
    }
}
