//! Where Twilio puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, Canonical, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, IntoUrls,
    Message, Reason, Scheme, Secret, Sign, Signature, SignatureHeader, Timestamp, Urls,
    insert_header,
};
use countersign_form::expect_form;
use http::header::HeaderName;
use http::{Method, Request};

use crate::canonical::{InUrl, Posted};

const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
static SHA1: SignatureHeader = header(Algorithm::HmacSha1);
static SHA256: SignatureHeader = header(Algorithm::HmacSha256);

const fn header(algorithm: Algorithm) -> SignatureHeader {
    SignatureHeader::new("X-Twilio-Signature", SIGNATURE, "", algorithm, Encoding::Base64)
}

const SETTINGS_NAME: &str = "X-Twilio-Webhooks-Signature-Settings";
const SETTINGS: HeaderName = HeaderName::from_static("x-twilio-webhooks-signature-settings");

/// In the query: the digest of a body that is no form.
const DIGEST: &str = "bodySHA256";

/// The rules of Twilio: `base64(HMAC(auth token, URL and sorted fields))` in `X-Twilio-Signature`.
///
/// Twilio signs no time.
#[derive(Clone, Debug)]
pub struct Twilio {
    urls: Urls,
    sha256_only: bool,
}

impl Twilio {
    /// For the URL that is made of this base, such as `https://example.com`, and of the path and query of each
    /// request, as the server got them. Several bases are tried each.
    ///
    /// A proxy must not have changed path or query. Under axum's `Router::nest` they are those from before,
    /// with the feature `axum` of this crate.
    ///
    /// # Panics
    ///
    /// At start-up, if there is none, there are more than [`Evidence::MAX_MESSAGES`], or one of them is no
    /// `http` or `https` URL, ends with `/` or has a query. [`try_under`](Self::try_under) returns the error
    /// instead.
    #[must_use]
    #[expect(clippy::panic, reason = "start-up is the time to stop; `try_under` does not")]
    pub fn under(bases: impl IntoUrls) -> Self {
        Self::try_under(bases).unwrap_or_else(|error| panic!("countersign: {error}"))
    }

    /// Like [`under`](Self::under), for bases that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// As [`under`](Self::under) panics.
    pub fn try_under(bases: impl IntoUrls) -> Result<Self, ConfigError> {
        Urls::under(bases).map(Self::of)
    }

    /// For the URL that is configured at Twilio, character by character and with its query, or for several, each
    /// of which is tried.
    ///
    /// It is meant for forms that are posted. What Twilio itself adds to a query, the fields of a GET and the
    /// digest of a body that is no form, is part of the URL that it signs and another each time: such requests
    /// are refused here, and taken by [`under`](Self::under).
    ///
    /// # Panics
    ///
    /// At start-up, if there is none, there are more than [`Evidence::MAX_MESSAGES`], or one of them is no
    /// `http` or `https` URL. [`try_at`](Self::try_at) returns the error instead.
    #[must_use]
    #[expect(clippy::panic, reason = "start-up is the time to stop; `try_at` does not")]
    pub fn at(urls: impl IntoUrls) -> Self {
        Self::try_at(urls).unwrap_or_else(|error| panic!("countersign: {error}"))
    }

    /// Like [`at`](Self::at), for URLs that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at) panics.
    pub fn try_at(urls: impl IntoUrls) -> Result<Self, ConfigError> {
        Urls::exact(urls).map(Self::of)
    }

    /// Takes HMAC-SHA256 alone, for who has a shared key in place of the auth token.
    ///
    /// By default HMAC-SHA1 is taken too: both are sound, and it is what Twilio signs with where nobody chose.
    #[must_use]
    pub fn sha256_only(mut self) -> Self {
        self.sha256_only = true;
        self
    }

    fn of(urls: Urls) -> Self {
        Self { urls, sha256_only: false }
    }

    /// The digest of the body in a URL that may be signed.
    fn digest(&self, head: &Head<'_>) -> Result<Option<Signature>, Reason> {
        self.urls.candidates(head)?.find_map(|url| digest(url).transpose()).transpose()
    }

    /// The header, read as the request says that it is signed, if that was configured.
    fn header(&self, head: &Head<'_>) -> Result<&'static SignatureHeader, Reason> {
        match (algorithm(head)?, self.sha256_only) {
            (Some(b"HMAC_SHA256"), _) | (None, true) => Ok(&SHA256),
            (Some(b"HMAC_SHA1") | None, false) => Ok(&SHA1),
            _ => Err(Reason::Unexpected("the request is signed in a way that is not taken")),
        }
    }
}

/// What the settings header names, among `name=value` pairs that are parted by commas.
fn algorithm<'a>(head: &Head<'a>) -> Result<Option<&'a [u8]>, Reason> {
    let Some(text) = head.single(&SETTINGS, SETTINGS_NAME)? else { return Ok(None) };
    let mut named = None;
    for pair in text.split(|&byte| byte == b',') {
        let pair = pair.trim_ascii();
        if !pair.contains(&b'=') {
            return Err(Reason::Malformed(SETTINGS_NAME));
        }
        let Some(algorithm) = pair.strip_prefix(b"algorithm=") else { continue };
        if named.replace(algorithm).is_some() {
            return Err(Reason::Repeated(SETTINGS_NAME));
        }
    }
    Ok(named)
}

impl Scheme for Twilio {
    type Method = Hmac;

    const NAME: &'static str = "twilio";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let mut evidence = Evidence::new(self.header(head)?.read(head)?);
        if let Some(bound) = self.digest(head)? {
            // One digest is compared, so a URL with another one cannot be the one that is meant.
            for url in self.urls.candidates(head)? {
                if digest(url)?.is_some_and(|other| other.bytes() == bound.bytes()) {
                    evidence = evidence.message(behind(url, Message::bodiless()));
                }
            }
            return Ok(evidence.binds_body(bound).into());
        }
        if *head.method() == Method::GET {
            for url in self.urls.candidates(head)? {
                let fields = InUrl::read(query(url))?;
                evidence = evidence.message(behind(url, Message::canonical(fields)));
            }
            return Ok(evidence.into());
        }
        expect_form(head)?;
        let Some(body) = body else { return Ok(Inspect::NeedBody) };
        // Read once, whatever the number of URLs.
        let fields = Posted::read(body)?;
        for url in self.urls.candidates(head)? {
            evidence = evidence.message(behind(url, Message::canonical(fields.clone())));
        }
        Ok(evidence.into())
    }
}

fn behind(url: [&str; 2], message: Message) -> Message {
    url.iter().fold(message, |message, piece| message.prefix(piece.as_bytes()))
}

/// The query of a URL; a base has none.
fn query([base, rest]: [&str; 2]) -> &str {
    let url = if rest.is_empty() { base } else { rest };
    let (url, _fragment) = url.split_once('#').unwrap_or((url, ""));
    url.split_once('?').map_or("", |(_, query)| query)
}

/// The digest of the body in the query. Twilio writes the name as it stands here, so no other spelling is one.
fn digest(url: [&str; 2]) -> Result<Option<Signature>, Reason> {
    let mut found = query(url)
        .split('&')
        .filter_map(|field| field.split_once('=').filter(|(name, _)| *name == DIGEST));
    let Some((_, hex)) = found.next() else { return Ok(None) };
    if found.next().is_some() {
        return Err(Reason::Repeated(DIGEST));
    }
    Signature::from_hex(Algorithm::Sha256, hex.as_bytes(), DIGEST).map(Some)
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
        let refuse =
            |reason: Reason| ConfigError::new(format!("Twilio sends no such request: {reason}"));
        let (parts, body) = request.into_parts();
        let head = Head::new(&parts);
        let url = self.urls.candidates(&head).map_err(refuse)?.next().unwrap_or_default();
        let mut text = url.concat().into_bytes();
        if *head.method() != Method::GET && digest(url).map_err(refuse)?.is_none() {
            expect_form(&head).map_err(refuse)?;
            let fields = Posted::read(&body).map_err(refuse)?;
            fields.feed(&mut |piece| text.extend_from_slice(piece));
        }
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
