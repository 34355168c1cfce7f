//! What a request claims, before any of it is believed.

use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use smallvec::SmallVec;

use crate::error::Reason;
use crate::id::Id;
use crate::time::Timestamp;

/// How a signature is made.
///
/// A scheme names the algorithm of each signature; a request can only claim one that its scheme
/// was configured to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-1, 20 bytes.
    HmacSha1,
    /// HMAC with SHA-256, 32 bytes.
    HmacSha256,
    /// HMAC with SHA-384, 48 bytes.
    HmacSha384,
    /// HMAC with SHA-512, 64 bytes.
    HmacSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-512, as long as the key's modulus.
    RsaPkcs1Sha512,
    /// Ed25519 (RFC 8032), 64 bytes.
    Ed25519,
    /// ECDSA over P-256 with SHA-256, in DER: 8 to 72 bytes.
    EcdsaP256Sha256,
    /// No signature at all: a token that equals the secret. It protects no byte of the request.
    Token,
    /// SHA-256 without a key, for digests of the body that are themselves signed.
    Sha256,
    /// SHA-512 without a key, for digests of the body that are themselves signed.
    Sha512,
}

impl Algorithm {
    /// The length of a signature in bytes; `None` where it is not fixed.
    #[must_use]
    pub fn size(self) -> Option<usize> {
        match self {
            Self::HmacSha1 => Some(20),
            Self::HmacSha256 | Self::Sha256 => Some(32),
            Self::HmacSha384 => Some(48),
            Self::HmacSha512 | Self::Sha512 | Self::Ed25519 => Some(64),
            Self::RsaPkcs1Sha512 | Self::EcdsaP256Sha256 | Self::Token => None,
        }
    }
}

/// A signature as claimed: decoded, and of the length that its algorithm has.
#[derive(Clone, Debug)]
pub struct Signature {
    algorithm: Algorithm,
    /// Room for the common ones, so that the others do not make all of them larger.
    bytes: SmallVec<[u8; 32]>,
}

impl Signature {
    /// From the bytes themselves.
    ///
    /// # Errors
    ///
    /// [`Reason::Malformed`] under the given name, if the length is not that of the algorithm.
    pub fn from_bytes(
        algorithm: Algorithm,
        bytes: &[u8],
        name: &'static str,
    ) -> Result<Self, Reason> {
        if algorithm.size().is_some_and(|size| size != bytes.len()) {
            return Err(Reason::Malformed(name));
        }
        Ok(Self { algorithm, bytes: SmallVec::from_slice(bytes) })
    }

    /// From hexadecimal digits of either case, two a byte.
    ///
    /// # Errors
    ///
    /// [`Reason::Malformed`] under the given name, if there are not exactly as many of them as the
    /// algorithm has, or other characters among them.
    pub fn from_hex(algorithm: Algorithm, text: &[u8], name: &'static str) -> Result<Self, Reason> {
        let mut buffer = [0; LONGEST];
        // It passes over `0x`; then too few digits are left for so many bytes.
        let bytes = buffer.get_mut(..text.len() / 2).ok_or(Reason::Malformed(name))?;
        if !text.len().is_multiple_of(2) || const_hex::decode_to_slice(text, bytes).is_err() {
            return Err(Reason::Malformed(name));
        }
        Self::from_bytes(algorithm, bytes, name)
    }

    /// From base64 in its one canonical form: standard alphabet, padding present, spare bits zero.
    ///
    /// # Errors
    ///
    /// [`Reason::Malformed`] under the given name, if the text is anything else or the length is
    /// not that of the algorithm.
    pub fn from_base64(
        algorithm: Algorithm,
        text: &[u8],
        name: &'static str,
    ) -> Result<Self, Reason> {
        // A large buffer takes as long to be cleared as a short signature to be read.
        if text.len() <= base64_length(LONGEST) {
            Self::from_base64_within::<{ LONGEST + 2 }>(algorithm, text, name)
        } else {
            Self::from_base64_within::<{ LONGEST_RSA + 2 }>(algorithm, text, name)
        }
    }

    /// The decoder asks for two bytes more than there may be.
    fn from_base64_within<const ROOM: usize>(
        algorithm: Algorithm,
        text: &[u8],
        name: &'static str,
    ) -> Result<Self, Reason> {
        let mut buffer = [0; ROOM];
        let bytes = BASE64_STANDARD
            .decode_slice(text, &mut buffer)
            .ok()
            .and_then(|length| buffer.get(..length))
            .ok_or(Reason::Malformed(name))?;
        Self::from_bytes(algorithm, bytes, name)
    }

    /// How it is said to be made.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The signature itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// No digest or MAC is longer.
const LONGEST: usize = 64;

/// An RSA signature of 8192 bits.
const LONGEST_RSA: usize = 1024;

const fn base64_length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Whether one of several signatures suffices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// One of them has to hold: a provider that lists one for each key during a rotation.
    Any,
    /// All of them have to hold, under the same key: a provider that signs with several hashes.
    All,
}

/// The signatures that a request claims: what a [`Method`](crate::Method) checks.
#[derive(Clone, Debug)]
pub struct Claim {
    pub(crate) signatures: SmallVec<[Signature; 1]>,
    pub(crate) need: Need,
    pub(crate) fingerprint: Option<Algorithm>,
}

impl Claim {
    /// The claimed signatures.
    #[must_use]
    #[inline]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The same with the signatures of one algorithm only: for a method that is made of several. Where there are
    /// no others, it is not copied.
    #[must_use]
    pub fn only(&self, algorithm: Algorithm) -> Cow<'_, Self> {
        let is_wanted = |claimed: &&Signature| claimed.algorithm == algorithm;
        if self.signatures.iter().all(|claimed| is_wanted(&claimed)) {
            return Cow::Borrowed(self);
        }
        let signatures = self.signatures.iter().filter(is_wanted).cloned().collect();
        Cow::Owned(Self { signatures, need: self.need, fingerprint: self.fingerprint })
    }

    /// Whether one or all of them have to hold.
    #[must_use]
    pub fn need(&self) -> Need {
        self.need
    }

    /// The algorithm of the tags that tell one request from another.
    ///
    /// It does not depend on what the request claims, where a scheme takes several: or a captured
    /// request could be sent again with another one of its signatures and look new.
    #[must_use]
    #[inline]
    pub fn fingerprint(&self) -> Option<Algorithm> {
        self.fingerprint.or_else(|| self.signatures.first().map(Signature::algorithm))
    }
}

/// One candidate for the signed text: `prefix ‖ content ‖ suffix`.
#[derive(Debug)]
pub struct Message {
    /// What comes before the content, and what comes after it. Room for an id of 31 letters and a time.
    beside: SmallVec<[u8; 48]>,
    /// Where the one ends and the other begins.
    split: usize,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Body,
    Nothing,
    Digest(Box<Signature>),
    Canonical(Box<dyn Canonical>),
}

impl Message {
    /// The raw body, hashed as it arrives.
    #[must_use]
    #[inline]
    pub fn body() -> Self {
        Self::of(Content::Body)
    }

    /// No byte of the body; what is signed is in [`prefix`](Self::prefix).
    #[must_use]
    #[inline]
    pub fn bodiless() -> Self {
        Self::of(Content::Nothing)
    }

    /// No byte of the body, but its digest, which stands in [`prefix`](Self::prefix) or
    /// [`suffix`](Self::suffix): where this text is the signed one, the body has to be the one whose digest
    /// it is.
    #[must_use]
    #[inline]
    pub fn digest(digest: Signature) -> Self {
        Self::of(Content::Digest(Box::new(digest)))
    }

    /// A form that was made of the parsed body.
    #[must_use]
    #[inline]
    pub fn canonical(canonical: impl Canonical) -> Self {
        Self::of(Content::Canonical(Box::new(canonical)))
    }

    /// Adds to what comes before the content.
    #[must_use]
    #[inline]
    pub fn prefix(mut self, bytes: &[u8]) -> Self {
        self.beside.insert_from_slice(self.split, bytes);
        self.split += bytes.len();
        self
    }

    /// Adds to what comes after the content.
    #[must_use]
    #[inline]
    pub fn suffix(mut self, bytes: &[u8]) -> Self {
        self.beside.extend_from_slice(bytes);
        self
    }

    /// What comes before the content, and what comes after it.
    #[inline]
    pub(crate) fn beside(&self) -> (&[u8], &[u8]) {
        self.beside.split_at_checked(self.split).unwrap_or_default()
    }

    #[inline]
    fn of(content: Content) -> Self {
        Self { beside: SmallVec::new(), split: 0, content }
    }
}

impl Debug for Content {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Body => "Body",
            Self::Nothing => "Nothing",
            Self::Digest(_) => "Digest",
            Self::Canonical(_) => "Canonical",
        })
    }
}

/// A canonical form of a parsed body: it can be fed to a hash piece by piece, and, once it turned
/// out to be the one that is signed, made into the bytes that the handler may see.
pub trait Canonical: Send + Sync + 'static {
    /// Hands the signed text to `sink`, in as many pieces as is convenient.
    fn feed(&self, sink: &mut dyn FnMut(&[u8]));

    /// The bytes for the handler: nothing in them may come from outside the signed text.
    ///
    /// By default the signed text itself.
    fn reveal(&self) -> Bytes {
        let mut text = Vec::new();
        self.feed(&mut |piece| text.extend_from_slice(piece));
        text.into()
    }
}

/// Hardly ever more than one.
pub(crate) type Messages = SmallVec<[Message; 1]>;

/// What a request claims: signatures, candidates for the signed text, a time, an id.
///
/// [`Evidence::new`] is a signature over the raw body; the other methods say what is different.
#[derive(Debug)]
pub struct Evidence {
    pub(crate) claim: Claim,
    pub(crate) messages: Messages,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) id: Option<Id>,
    pub(crate) key_id: Option<Box<str>>,
}

impl Evidence {
    /// How many signatures are looked at; a request with more is refused.
    pub const MAX_SIGNATURES: usize = 32;

    /// How many candidates for the signed text are tried; a request with more is refused.
    pub const MAX_MESSAGES: usize = 8;

    /// One signature.
    #[must_use]
    #[inline]
    pub fn new(signature: Signature) -> Self {
        let mut signatures = SmallVec::new();
        signatures.push(signature);
        Self::of(signatures, Need::Any)
    }

    /// Several signatures, one of which has to hold.
    #[must_use]
    #[inline]
    pub fn any(signatures: impl IntoIterator<Item = Signature>) -> Self {
        Self::of(limited(signatures), Need::Any)
    }

    /// Several signatures, all of which have to hold under the same key.
    #[must_use]
    #[inline]
    pub fn all(signatures: impl IntoIterator<Item = Signature>) -> Self {
        Self::of(limited(signatures), Need::All)
    }

    /// Adds a candidate for the signed text. Without any, it is the raw body.
    ///
    /// All of them are tried, also when an earlier one matched.
    #[must_use]
    #[inline]
    pub fn message(self, message: Message) -> Self {
        // Here and for the id, what may allocate is not done to `self`: then that need not be copied to be changed.
        let mut messages = self.messages;
        messages.push(message);
        Self { messages, ..self }
    }

    /// The time that is part of the signed text; the window is checked against it.
    #[must_use]
    #[inline]
    pub fn timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// The id of the request that is part of the signed text.
    #[must_use]
    #[inline]
    pub fn id(self, id: &str) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The name of the key, where the scheme has names for keys: see
    /// [`KeyHint::key_id`](crate::KeyHint::key_id).
    #[must_use]
    #[inline]
    pub fn key_id(mut self, key_id: &str) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    /// See [`Claim::fingerprint`]: for a scheme that takes several algorithms.
    #[must_use]
    #[inline]
    pub fn fingerprint(mut self, algorithm: Algorithm) -> Self {
        self.claim.fingerprint = Some(algorithm);
        self
    }

    /// What a [`Method`](crate::Method) is asked to check.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    #[inline]
    fn of(signatures: SmallVec<[Signature; 1]>, need: Need) -> Self {
        Self {
            claim: Claim { signatures, need, fingerprint: None },
            messages: SmallVec::new(),
            timestamp: None,
            id: None,
            key_id: None,
        }
    }
}

/// One more than are looked at is enough to know that there are too many.
#[inline]
fn limited(signatures: impl IntoIterator<Item = Signature>) -> SmallVec<[Signature; 1]> {
    let mut limited = SmallVec::new();
    for signature in signatures.into_iter().take(Evidence::MAX_SIGNATURES + 1) {
        limited.push(signature);
    }
    limited
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA1: Algorithm = Algorithm::HmacSha1;

    #[test]
    fn hex_has_one_length_and_either_case() {
        let hex = b"00112233445566778899aAbBcCdDeEfF00112233";
        let signature = Signature::from_hex(SHA1, hex, "sig").expect("40 digits");
        assert_eq!(signature.bytes().len(), 20);
        for bad in [&hex[..39], &hex[..38], b"", &[b'0'; 41], &[b'0'; 42], &[b'0'; 1000]] {
            let error = Signature::from_hex(SHA1, bad, "sig").expect_err("another length");
            assert_eq!(error, Reason::Malformed("sig"));
        }
        assert!(
            Signature::from_hex(SHA1, b"0x112233445566778899aabbccddeeff00112233", "").is_err()
        );
    }

    #[test]
    fn what_is_added_in_any_order_stands_before_and_after() {
        let message = Message::body().suffix(b"3").prefix(b"1").suffix(b"4").prefix(b"2");
        assert_eq!(message.beside(), (&b"12"[..], &b"34"[..]));
        assert_eq!(Message::bodiless().beside(), Default::default());
    }

    #[test]
    fn base64_has_one_spelling() {
        let good = b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert!(Signature::from_base64(SHA1, good, "sig").is_ok());
        for bad in [
            &b"AAAAAAAAAAAAAAAAAAAAAAAAAAA"[..],
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAB=",
            b"_AAAAAAAAAAAAAAAAAAAAAAAAAA=",
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            b"",
            &[b'A'; 4000],
        ] {
            assert!(Signature::from_base64(SHA1, bad, "sig").is_err(), "{bad:?}");
        }
    }
}
