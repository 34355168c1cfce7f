//! The verification key as SendGrid shows it.

use std::fmt::{self, Debug, Formatter};
use std::sync::LazyLock;

use aws_lc_rs::digest::Digest;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign_core::ConfigError;

/// A key on P-256 that signatures are checked with.
#[derive(Clone)]
pub struct EcdsaPublicKey(ParsedPublicKey);

impl EcdsaPublicKey {
    /// From base64 of a `SubjectPublicKeyInfo` (RFC 5480), or from the same as PEM.
    pub(crate) fn read(text: &[u8]) -> Result<Self, ConfigError> {
        let der = match text.trim_ascii_start().starts_with(b"-----BEGIN") {
            true => pem::parse(text)
                .ok()
                .filter(|pem| pem.tag() == "PUBLIC KEY")
                .map(|pem| pem.into_contents()),
            // It may be wrapped, as in a PEM.
            false => {
                let digits = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
                BASE64_STANDARD.decode(digits.collect::<Vec<u8>>()).ok()
            }
        };
        // aws-lc takes a bare point too, and bytes behind a key: what is no key as SendGrid shows it.
        let is_the_same = |key: &ParsedPublicKey, der: &[u8]| {
            AsDer::as_der(key).is_ok_and(|written| written.as_ref() == der)
        };
        der.and_then(|der| {
            let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &der).ok()?;
            is_the_same(&key, &der).then_some(Self(key))
        })
        .ok_or_else(|| {
            ConfigError::new(
                "that is no verification key: give the one that SendGrid shows beside the Event \
                     Webhook, base64 that begins with MFkwEwYH, or the same as PEM",
            )
        })
    }

    /// A key that nobody is believed by: its other half is gone with this call.
    pub(crate) fn decoy() -> Option<Self> {
        static DECOY: LazyLock<Option<EcdsaPublicKey>> = LazyLock::new(|| {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).ok()?;
            let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, pair.public_key()).ok()?;
            Some(EcdsaPublicKey(key))
        });
        DECOY.clone()
    }

    pub(crate) fn is_signed(&self, digest: &Digest, signature: &[u8]) -> bool {
        self.0.verify_digest_sig(digest, signature).is_ok()
    }
}

impl Debug for EcdsaPublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("EcdsaPublicKey(..)")
    }
}
