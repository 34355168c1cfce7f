//! Where Twilio puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, Reason, Scheme,
    Secret, Sign, SignatureHeader, Timestamp, Urls, insert_header, scheme_at_urls,
    scheme_under_urls,
};
use http::Request;
use http::header::HeaderName;

use crate::candidate::{Candidate, candidates};
use crate::settings::{SETTINGS, algorithm};

const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
static SHA1: SignatureHeader = header(Algorithm::HmacSha1);
static SHA256: SignatureHeader = header(Algorithm::HmacSha256);

const fn header(algorithm: Algorithm) -> SignatureHeader {
    SignatureHeader::new("X-Twilio-Signature", SIGNATURE, "", algorithm, Encoding::Base64)
}

/// The rules of Twilio: `base64(HMAC(auth token, URL and sorted fields))` in `X-Twilio-Signature`.
///
/// Twilio signs no time.
#[derive(Clone, Debug)]
pub struct Twilio {
    urls: Urls,
    sha256_only: bool,
}

impl Twilio {
    scheme_under_urls!(Self::of);

    scheme_at_urls! {
        /// For the URL that is configured at Twilio, character by character and with its query, or for several, each
        /// of which is tried.
        ///
        /// What Twilio itself adds to a query, the fields of a GET or the digest of a body that is no form, is part
        /// of the URL that it signs and another each time. So it is taken from the request, where its query begins
        /// with the one that is configured; of a posted form nothing is.
        Self::of
    }

    /// Takes HMAC-SHA256 alone, for who has a shared key in place of the auth token.
    ///
    /// By default HMAC-SHA1 is taken too: both are sound, and it is what Twilio signs with where nobody chose.
    #[must_use]
    pub fn sha256_only(mut self) -> Self {
        self.sha256_only = true;
        self
    }

    fn of(urls: Urls) -> Result<Self, ConfigError> {
        Ok(Self { urls, sha256_only: false })
    }

    /// The header, read as the request says that it is signed, if that was configured.
    fn header(&self, head: &Head<'_>) -> Result<&'static SignatureHeader, Reason> {
        let named = algorithm(head)?;
        let is = |name: &[u8]| named.is_some_and(|named| named.eq_ignore_ascii_case(name));
        match self.sha256_only {
            _ if is(b"HMAC_SHA256") => Ok(&SHA256),
            true if named.is_none() => Ok(&SHA256),
            false if named.is_none() || is(b"HMAC_SHA1") => Ok(&SHA1),
            _ => Err(Reason::Unexpected("the request is signed in a way that is not taken")),
        }
    }
}

impl Scheme for Twilio {
    type Method = Hmac;

    const NAME: &'static str = "twilio";

    const SIGNED_GETS: bool = true;

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let evidence = Evidence::new(self.header(head)?.read(head)?);
        let Some(candidates) = candidates(&self.urls, head, body)? else {
            return Ok(Inspect::NeedBody);
        };
        let evidence = candidates
            .into_iter()
            .fold(evidence, |evidence, candidate| evidence.message(candidate.into()));
        Ok(evidence.into())
    }
}

impl Sign for Twilio {
    /// Signs for the first URL: with HMAC-SHA1, unless it is [not taken](Self::sha256_only). A body that is no
    /// form needs its digest in the URL already. Twilio signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let (parts, body) = request.into_parts();
        let candidates =
            candidates(&self.urls, &Head::new(&parts), Some(&body)).map_err(|reason| {
                ConfigError::new(format!("Twilio sends no such request: {reason}"))
            })?;
        let text = candidates.iter().flatten().next().map(Candidate::text).unwrap_or_default();
        let header = if self.sha256_only { &SHA256 } else { &SHA1 };
        let tag = self.key(secret)?.sign(header.algorithm(), &[&text])?;
        let mut request = Request::from_parts(parts, body);
        header.write(&mut request, &tag)?;
        if self.sha256_only {
            insert_header(&mut request, &SETTINGS, "key=webhooks_sharedkey,algorithm=HMAC_SHA256")?;
        }
        Ok(request)
    }
}
