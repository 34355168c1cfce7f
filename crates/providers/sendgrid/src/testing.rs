//! A key pair to sign with, as SendGrid does with its own. **For tests**, demos and the command line: nobody but
//! SendGrid should be able to sign for SendGrid.

use std::fmt::{self, Debug, Formatter};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign_core::{ConfigError, Secret, Sign, Timestamp};
use http::Request;

use crate::scheme::{SIGNATURE, SendGrid, TIME};

/// A key pair on P-256.
pub struct TestKey(EcdsaKeyPair);

impl TestKey {
    /// A fresh one.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, ConfigError> {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
            .map(Self)
            .map_err(|_| ConfigError::new("no key could be made"))
    }

    /// From base64 of a PKCS #8 private key (RFC 5958): what stands between the lines of a PEM.
    ///
    /// # Errors
    ///
    /// When it is anything else.
    pub fn read(text: &[u8]) -> Result<Self, ConfigError> {
        BASE64_STANDARD
            .decode(text.trim_ascii())
            .ok()
            .and_then(|der| EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der).ok())
            .map(Self)
            .ok_or_else(|| {
                ConfigError::new("that is no private key on P-256: give base64 of PKCS #8")
            })
    }

    /// The private key, as [`read`](Self::read) takes it: the secret that [`Sign`] takes.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn private(&self) -> Result<Secret, ConfigError> {
        let der = self.0.to_pkcs8v1().map_err(|_| cannot_be_written())?;
        Secret::new(BASE64_STANDARD.encode(der.as_ref()))
    }

    /// The public key as SendGrid shows it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn public(&self) -> Result<String, ConfigError> {
        let der = self.0.public_key().as_der().map_err(|_| cannot_be_written())?;
        Ok(BASE64_STANDARD.encode(der.as_ref()))
    }
}

fn cannot_be_written() -> ConfigError {
    ConfigError::new("the key cannot be written")
}

impl Debug for TestKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("TestKey(..)")
    }
}

impl Sign for SendGrid {
    /// Signs time and body with a private key: see [`TestKey::read`].
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let TestKey(pair) = TestKey::read(secret.expose())?;
        let digits = TIME.write(&mut request, now)?;
        let text = [digits.as_bytes(), request.body()].concat();
        let signature = pair
            .sign(&SystemRandom::new(), &text)
            .map_err(|_| ConfigError::new("the key does not sign"))?;
        SIGNATURE.write(&mut request, signature.as_ref())?;
        Ok(request)
    }
}
