//! Headers that hold a signature or a time: described once, read strictly and written alike.

use std::fmt::{self, Debug, Formatter};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{HeaderName, HeaderValue};

use crate::error::{ConfigError, Reason};
use crate::evidence::{Algorithm, Signature};
use crate::head::Head;
use crate::method::HmacKey;
use crate::secret::Secret;
use crate::time::{TimeUnit, Timestamp};

/// A header with one signature in it: a prefix, if there is one, and the signature as text.
#[derive(Clone)]
pub struct SignatureHeader {
    name: &'static str,
    header: HeaderName,
    prefix: &'static str,
    algorithm: Algorithm,
    encoding: Encoding,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits: of either case when read, of the lower one when written.
    Hex,
    /// Base64 in its one canonical form: standard alphabet, with padding.
    Base64,
}

impl SignatureHeader {
    /// The header with this name: as it is shown to people, and as it is looked up.
    #[must_use]
    pub const fn new(
        name: &'static str,
        header: HeaderName,
        prefix: &'static str,
        algorithm: Algorithm,
        encoding: Encoding,
    ) -> Self {
        Self { name, header, prefix, algorithm, encoding }
    }

    /// The signature, which has to be there once.
    ///
    /// # Errors
    ///
    /// [`Reason::Missing`], [`Reason::Repeated`], or [`Reason::Malformed`] where prefix, length or
    /// encoding are not those described.
    pub fn read(&self, head: &Head<'_>) -> Result<Signature, Reason> {
        self.read_optional(head)?.ok_or(Reason::Missing(self.name))
    }

    /// The same, for a header that may be absent.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read), but for a header that is missing.
    pub fn read_optional(&self, head: &Head<'_>) -> Result<Option<Signature>, Reason> {
        head.single(&self.header, self.name)?.map(|text| self.parse(text)).transpose()
    }

    /// The signature in such a value of this header.
    ///
    /// # Errors
    ///
    /// [`Reason::Malformed`] where prefix, length or encoding are not those described.
    pub fn parse(&self, text: &[u8]) -> Result<Signature, Reason> {
        let text = text.strip_prefix(self.prefix.as_bytes()).ok_or(Reason::Malformed(self.name))?;
        match self.encoding {
            Encoding::Hex => Signature::from_hex(self.algorithm, text, self.name),
            Encoding::Base64 => Signature::from_base64(self.algorithm, text, self.name),
        }
    }

    /// Puts a signature into the request, in place of any that it has.
    ///
    /// # Errors
    ///
    /// When the request has too many headers already.
    pub fn write(&self, request: &mut Request<Bytes>, signature: &[u8]) -> Result<(), ConfigError> {
        let text = match self.encoding {
            Encoding::Hex => base16ct::lower::encode_string(signature),
            Encoding::Base64 => BASE64_STANDARD.encode(signature),
        };
        insert_header(request, &self.header, &format!("{}{text}", self.prefix))
    }

    /// Signs the raw body and puts the signature into the request, in place of any that it has.
    ///
    /// # Errors
    ///
    /// When the algorithm is no HMAC, or the request has too many headers already.
    pub fn sign_body(
        &self,
        key: &HmacKey,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let tag = key.sign(self.algorithm, &[request.body()])?;
        self.write(&mut request, &tag)?;
        Ok(request)
    }

    /// How its signature is made.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Debug for SignatureHeader {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignatureHeader").field(&self.name).finish()
    }
}

/// A header with a signed time in it: digits and nothing else.
///
/// A looser reading would be dangerous where the time stands beside the body without saying where it
/// ends: the beginning of a body could pass for a part of it.
#[derive(Clone)]
pub struct TimeHeader {
    name: &'static str,
    header: HeaderName,
    unit: TimeUnit,
}

impl TimeHeader {
    /// The header with this name: as it is shown to people, and as it is looked up.
    #[must_use]
    pub const fn new(name: &'static str, header: HeaderName, unit: TimeUnit) -> Self {
        Self { name, header, unit }
    }

    /// The time, which has to be there once, and its digits as they were signed.
    ///
    /// # Errors
    ///
    /// [`Reason::Missing`], [`Reason::Repeated`], or [`Reason::Malformed`] for anything but
    /// [digits](Timestamp::parse).
    pub fn read<'a>(&self, head: &Head<'a>) -> Result<(Timestamp, &'a [u8]), Reason> {
        let digits = head.required(&self.header, self.name)?;
        let timestamp = Timestamp::parse(digits, self.unit).ok_or(Reason::Malformed(self.name))?;
        Ok((timestamp, digits))
    }

    /// Puts the time into the request, in place of any that it has, and returns its digits.
    ///
    /// # Errors
    ///
    /// When the request has too many headers already.
    pub fn write(
        &self,
        request: &mut Request<Bytes>,
        time: Timestamp,
    ) -> Result<String, ConfigError> {
        let digits = time.to_digits(self.unit);
        insert_header(request, &self.header, &digits)?;
        Ok(digits)
    }
}

impl Debug for TimeHeader {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TimeHeader").field(&self.name).finish()
    }
}

/// A header with a token in it, and no signature: see [`TokenOnly`](crate::TokenOnly).
#[derive(Clone)]
pub struct TokenHeader {
    name: &'static str,
    header: HeaderName,
}

impl TokenHeader {
    /// The header with this name: as it is shown to people, and as it is looked up.
    #[must_use]
    pub const fn new(name: &'static str, header: HeaderName) -> Self {
        Self { name, header }
    }

    /// The token, which has to be there once, without the white space around it.
    ///
    /// # Errors
    ///
    /// [`Reason::Missing`], [`Reason::Repeated`], or [`Reason::Malformed`] for an empty one.
    pub fn read(&self, head: &Head<'_>) -> Result<Signature, Reason> {
        let token = head.required(&self.header, self.name)?;
        if token.is_empty() {
            return Err(Reason::Malformed(self.name));
        }
        Signature::from_bytes(Algorithm::Token, token, self.name)
    }

    /// Puts a token into the request, in place of any that it has.
    ///
    /// # Errors
    ///
    /// When HTTP does not allow it in a header, or the request has too many headers already.
    pub fn write(&self, request: &mut Request<Bytes>, token: &Secret) -> Result<(), ConfigError> {
        let text = std::str::from_utf8(token.expose())
            .map_err(|_| ConfigError::new("the token is not UTF-8"))?;
        insert_header(request, &self.header, text)
    }

    /// The name, as it is shown to people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl Debug for TokenHeader {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenHeader").field(&self.name).finish()
    }
}

/// Puts a header into a request that is being signed, in place of any that it has.
///
/// # Errors
///
/// When HTTP does not allow such a value, or the request has too many headers already.
pub fn insert_header(
    request: &mut Request<Bytes>,
    header: &HeaderName,
    text: &str,
) -> Result<(), ConfigError> {
    let value = HeaderValue::from_str(text)
        .map_err(|_| ConfigError::new(format!("HTTP does not allow this value of `{header}`")))?;
    request
        .headers_mut()
        .try_insert(header, value)
        .map_err(|_| ConfigError::new("the request has too many headers"))?;
    Ok(())
}
