//! Secrets and public keys, told apart by their prefix.

use std::fmt::{self, Debug, Formatter};
use std::ops::RangeInclusive;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use countersign_core::{Algorithm, ConfigError, HmacKey};
use countersign_ed25519::{Ed25519PublicKey, Ed25519SigningKey};
use zeroize::Zeroizing;

const SECRET: &[u8] = b"whsec_";
const PUBLIC_KEY: &[u8] = b"whpk_";
const PRIVATE_KEY: &[u8] = b"whsk_";

/// What signatures are checked with: a secret for `v1`, or a public key for `v1a`. A decoy is both.
#[derive(Clone)]
pub struct WebhookKey {
    pub(crate) secret: Option<HmacKey>,
    pub(crate) public_key: Option<Ed25519PublicKey>,
}

impl WebhookKey {
    /// A secret `whsec_..` or a public key `whpk_..`, as its prefix says.
    ///
    /// # Errors
    ///
    /// When it has neither prefix, or not such a key behind it: base64 of so many bytes, or of a public key.
    pub fn parse(text: &[u8], lengths: RangeInclusive<usize>) -> Result<Self, ConfigError> {
        if text.starts_with(SECRET) {
            return Self::parse_secret(text, lengths);
        }
        if let Some(text) = text.strip_prefix(PUBLIC_KEY) {
            let public_key = Some(Ed25519PublicKey::from_bytes(&base64(text)?)?);
            return Ok(Self { secret: None, public_key });
        }
        Err(ConfigError::new(if text.starts_with(PRIVATE_KEY) {
            "that is the private key, which is the sender's alone: give the public one, whpk_.."
        } else {
            "give the secret as the provider shows it, with whsec_ before it, or a public key with \
             whpk_: the prefix says what it is"
        }))
    }

    /// A secret `whsec_..` of so many bytes: for a sender that has no public keys.
    ///
    /// # Errors
    ///
    /// When it is anything else.
    pub fn parse_secret(text: &[u8], lengths: RangeInclusive<usize>) -> Result<Self, ConfigError> {
        Ok(Self { secret: Some(secret(text, lengths)?), public_key: None })
    }

    /// Both, so that a check with it costs what it does with either.
    pub(crate) fn decoy() -> Self {
        let secret = Some(HmacKey::new(b"nobody's, and believed by nobody"));
        Self { secret, public_key: Ed25519PublicKey::decoy() }
    }
}

impl Debug for WebhookKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookKey(..)")
    }
}

/// What a sender signs with: `whsec_..` or `whsk_..`.
pub(crate) enum SigningKey {
    Secret(Box<HmacKey>),
    Pair(Box<Ed25519SigningKey>),
}

impl SigningKey {
    pub(crate) fn parse(text: &[u8], lengths: RangeInclusive<usize>) -> Result<Self, ConfigError> {
        if text.starts_with(SECRET) {
            return secret(text, lengths).map(Box::new).map(Self::Secret);
        }
        let text = text.strip_prefix(PRIVATE_KEY).ok_or_else(|| {
            ConfigError::new("to sign, give a secret whsec_.. or a private key whsk_..")
        })?;
        let bytes = base64(text)?;
        // Some show the private key with the public one behind it.
        let (private, public) = bytes.split_at_checked(32).unwrap_or((&bytes, &[]));
        let pair = Ed25519SigningKey::from_bytes(private)?;
        if !public.is_empty() && pair.public_key().to_bytes() != public {
            return Err(ConfigError::new(
                "behind the private key is another public one than its own",
            ));
        }
        Ok(Self::Pair(Box::new(pair)))
    }

    /// The version of the signature, and its bytes.
    pub(crate) fn sign(&self, pieces: &[&[u8]]) -> Result<(&'static str, Vec<u8>), ConfigError> {
        Ok(match self {
            Self::Secret(key) => ("v1", key.sign(Algorithm::HmacSha256, pieces)?),
            Self::Pair(key) => ("v1a", key.sign(pieces)?.to_vec()),
        })
    }
}

fn secret(text: &[u8], lengths: RangeInclusive<usize>) -> Result<HmacKey, ConfigError> {
    let text = text
        .strip_prefix(SECRET)
        .ok_or_else(|| ConfigError::new("give the secret as it is shown, with whsec_ before it"))?;
    let secret = base64(text)?;
    if !lengths.contains(&secret.len()) {
        let (least, most) = lengths.into_inner();
        return Err(ConfigError::new(format!(
            "the secret has less than {least} or more than {most} bytes: give it whole, as it is shown"
        )));
    }
    Ok(HmacKey::new(&secret))
}

/// Some show a secret without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn base64(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    BASE64.decode(text).map(Zeroizing::new).map_err(|_| {
        ConfigError::new("what is behind the prefix is no base64: give it as the provider shows it")
    })
}
