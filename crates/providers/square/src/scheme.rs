//! Where Square puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, Message,
    Reason, Scheme, Secret, Sign, SignatureHeader, Timestamp, Urls, scheme_at_urls,
};
use http::Request;
use http::header::HeaderName;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "x-square-hmacsha256-signature",
    HeaderName::from_static("x-square-hmacsha256-signature"),
    "",
    Algorithm::HmacSha256,
    Encoding::Base64,
);

/// The rules of Square: `base64(HMAC-SHA256(signature key, notification URL ‖ raw body))` in
/// `x-square-hmacsha256-signature`.
///
/// Square signs no time.
#[derive(Clone, Debug)]
pub struct Square {
    urls: Urls,
}

impl Square {
    scheme_at_urls! {
        /// For the notification URL of the subscription, character by character and with its query, or for several,
        /// each of which is tried. `https://example.com` and `https://example.com/` are two.
        Self::of
    }

    fn of(urls: Urls) -> Result<Self, ConfigError> {
        Ok(Self { urls })
    }
}

impl Scheme for Square {
    type Method = Hmac;

    const NAME: &'static str = "square";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let evidence = Evidence::new(SIGNATURE.read(head)?);
        let evidence = self.urls.candidates(head)?.fold(evidence, |evidence, url| {
            evidence.message(Message::body().prefix(url.concat().as_bytes()))
        });
        Ok(evidence.into())
    }

    /// Where one of several URLs begins with another, the rest of it could be taken for the beginning of the body:
    /// but that is a bracket.
    fn attest(&self, verified: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        if self.urls.count() == 1 || verified.starts_with(b"{") {
            return Ok(Attested::default());
        }
        Err(Reason::Unexpected("the body is no JSON object"))
    }
}

impl Sign for Square {
    /// Signs for the first URL. Square signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let (parts, body) = request.into_parts();
        let url = self.urls.candidates(&Head::new(&parts)).ok().and_then(|mut urls| urls.next());
        let url = url.unwrap_or_default().concat();
        let tag = self.key(secret)?.sign(SIGNATURE.algorithm(), &[url.as_bytes(), &body])?;
        let mut request = Request::from_parts(parts, body);
        SIGNATURE.write(&mut request, &tag)?;
        Ok(request)
    }
}
