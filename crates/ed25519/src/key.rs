//! The two halves of a key pair.

use std::fmt::{self, Debug, Formatter};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign_core::ConfigError;
use ed25519_dalek::ed25519::signature::MultipartSigner;
use ed25519_dalek::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// A public key: 32 bytes, the one encoding of a point that is not of small order.
#[derive(Clone)]
pub struct Ed25519PublicKey(pub(crate) VerifyingKey);

impl Ed25519PublicKey {
    /// From the 32 bytes.
    ///
    /// # Errors
    ///
    /// When they are no point, another encoding of one, or one of small order: by such a key everybody could
    /// sign.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ConfigError> {
        let bad = || ConfigError::new(NO_PUBLIC_KEY);
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| bad())?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| bad())?;
        if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
            return Err(bad());
        }
        Ok(Self(key))
    }

    /// From 64 hexadecimal digits of either case.
    ///
    /// # Errors
    ///
    /// For anything else, and as for [`from_bytes`](Self::from_bytes).
    pub fn from_hex(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::from_bytes(&hex(text.as_ref(), NO_PUBLIC_KEY)?)
    }

    /// From base64: standard alphabet, with padding.
    ///
    /// # Errors
    ///
    /// For anything else, and as for [`from_bytes`](Self::from_bytes).
    pub fn from_base64(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::from_bytes(&base64(text.as_ref(), NO_PUBLIC_KEY)?)
    }

    /// A key that nobody is known to have the other half of: the first point that a small number encodes. For
    /// [`Scheme::decoy`](countersign_core::Scheme::decoy).
    #[must_use]
    pub fn decoy() -> Option<Self> {
        (2..=u8::MAX).find_map(|number| {
            let mut bytes = [0; 32];
            bytes[0] = number;
            Self::from_bytes(&bytes).ok()
        })
    }

    /// The 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// As 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        base16ct::lower::encode_string(self.0.as_bytes())
    }

    /// In base64: standard alphabet, with padding.
    #[must_use]
    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.0.as_bytes())
    }
}

const NO_PUBLIC_KEY: &str = "that is no Ed25519 public key, or one by which everybody could sign: give the key as the \
     provider shows it";

impl Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519PublicKey(..)")
    }
}

/// A private key, to sign with as a provider does: for tests, demos and the command line. Wiped when dropped.
pub struct Ed25519SigningKey(SigningKey);

impl Ed25519SigningKey {
    /// From the 32 bytes that RFC 8032 calls the private key.
    ///
    /// # Errors
    ///
    /// When there are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ConfigError> {
        let bytes = bytes.try_into().map_err(|_| ConfigError::new(NO_SIGNING_KEY))?;
        Ok(Self(SigningKey::from_bytes(bytes)))
    }

    /// From 64 hexadecimal digits of either case.
    ///
    /// # Errors
    ///
    /// For anything else.
    pub fn from_hex(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::from_bytes(&hex(text.as_ref(), NO_SIGNING_KEY)?)
    }

    /// From base64: standard alphabet, with padding.
    ///
    /// # Errors
    ///
    /// For anything else.
    pub fn from_base64(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::from_bytes(&base64(text.as_ref(), NO_SIGNING_KEY)?)
    }

    /// The other half.
    #[must_use]
    pub fn public_key(&self) -> Ed25519PublicKey {
        Ed25519PublicKey(self.0.verifying_key())
    }

    /// The signature of a text that comes in pieces.
    ///
    /// # Errors
    ///
    /// Never, as Ed25519 is defined: it is the signing library that may fail.
    pub fn sign(&self, pieces: &[&[u8]]) -> Result<[u8; 64], ConfigError> {
        self.0
            .try_multipart_sign(pieces)
            .map(|signature| signature.to_bytes())
            .map_err(|_| ConfigError::new("the key does not sign"))
    }
}

const NO_SIGNING_KEY: &str = "that is no Ed25519 private key: give the 32 bytes of one";

impl Debug for Ed25519SigningKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519SigningKey(..)")
    }
}

fn hex(text: &[u8], bad: &str) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    base16ct::mixed::decode_vec(text).map(Zeroizing::new).map_err(|_| ConfigError::new(bad))
}

fn base64(text: &[u8], bad: &str) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    BASE64_STANDARD.decode(text).map(Zeroizing::new).map_err(|_| ConfigError::new(bad))
}
