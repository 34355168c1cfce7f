//! Where Meya puts its signature.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Canonical, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect,
    JsonObject, Message, Reason, Scheme, Secret, Sign, SignatureHeader, Timestamp, Urls, read_json,
    scheme_at_urls, scheme_under_urls,
};
use countersign_python_json::{Document, Error};
use http::Request;
use http::header::HeaderName;
use serde::Deserialize;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-Meya-Signature",
    HeaderName::from_static("x-meya-signature"),
    "",
    Algorithm::HmacSha1,
    Encoding::Base64,
);

/// The rules of Meya: `base64(HMAC-SHA1(API key, URL and canonical body))` in `X-Meya-Signature`.
///
/// The vendor has no window; `.max_age(..)` checks the `timestamp` of the body, which events of version 1
/// have. A receiver has to answer within 3 s, and nothing is sent again.
#[derive(Clone, Debug)]
pub struct Meya {
    urls: Urls,
}

impl Meya {
    scheme_at_urls! {
        /// For the URL that is configured at Meya, character by character and with its query, or for several,
        /// each of which is tried. `https://bot.example.com` and `https://bot.example.com/` are two.
        Self::of
    }

    scheme_under_urls!(Self::of);

    fn of(urls: Urls) -> Result<Self, ConfigError> {
        Ok(Self { urls })
    }
}

impl Scheme for Meya {
    type Method = Hmac;

    const NAME: &'static str = "meya";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let signature = SIGNATURE.read(head)?;
        let Some(body) = body else { return Ok(Inspect::NeedBody) };
        // Read once, whatever the number of URLs.
        let body = Body::read(body.clone()).map_err(not_canonical)?;
        let evidence =
            self.urls.candidates(head)?.fold(Evidence::new(signature), |evidence, url| {
                let [base, rest] = url.map(str::as_bytes);
                evidence.message(Message::canonical(body.clone()).prefix(base).prefix(rest))
            });
        Ok(evidence.into())
    }

    /// The `timestamp` at the top of the body: seconds as a number. It is found however deep the rest is.
    fn timestamp(&self, verified: &[u8]) -> Result<Option<Timestamp>, Reason> {
        #[derive(Deserialize)]
        struct Timed {
            timestamp: Option<f64>,
        }
        const TIMESTAMP: Reason = Reason::Malformed("timestamp");
        let JsonObject(timed): JsonObject<Timed> = read_json(verified).map_err(|_| TIMESTAMP)?;
        Ok(timed.timestamp.map(from_seconds))
    }
}

/// To the nanosecond; what no `i64` of seconds holds is as far as one goes.
fn from_seconds(seconds: f64) -> Timestamp {
    let whole = seconds.floor();
    let rest = Duration::try_from_secs_f64(seconds - whole).unwrap_or_default();
    Timestamp::from_secs(whole as i64).plus(rest)
}

fn not_canonical(error: Error) -> Reason {
    Reason::NotCanonical(error.kind().text())
}

/// The body, read, for all URLs.
#[derive(Clone)]
struct Body(Arc<Document<Bytes>>);

impl Body {
    fn read(body: Bytes) -> Result<Self, Error> {
        Document::parse(body).map(|document| Self(Arc::new(document)))
    }
}

impl Canonical for Body {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) {
        self.0.write(sink);
    }

    fn reveal(&self) -> Bytes {
        self.0.to_vec().into()
    }
}

impl Sign for Meya {
    /// Signs for the first URL, and leaves the body as it is: a time in it is the caller's to write, so `now`
    /// is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let (parts, body) = request.into_parts();
        let form = Document::parse(&body)
            .map_err(|error| ConfigError::new(format!("no body to be signed: {error}")))?
            .to_vec();
        let url = self.urls.candidates(&Head::new(&parts)).ok().and_then(|mut urls| urls.next());
        let [base, rest] = url
            .ok_or(ConfigError::new("the request has no path to come behind the base"))?
            .map(str::as_bytes);
        let tag = self.key(secret)?.sign(SIGNATURE.algorithm(), &[base, rest, &form])?;
        let mut request = Request::from_parts(parts, body);
        SIGNATURE.write(&mut request, &tag)?;
        Ok(request)
    }
}
