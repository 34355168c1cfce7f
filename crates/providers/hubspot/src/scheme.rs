//! Where HubSpot puts its signature.

use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Defaults, Encoding, Evidence, Head, Hmac, HmacKey, Inspect,
    Message, Reason, Scheme, Secret, Sign, SignatureHeader, TimeHeader, TimeUnit, Timestamp, Urls,
    scheme_at_urls, scheme_under_urls,
};
use http::Request;
use http::header::HeaderName;

use crate::uri::decoded;

static SIGNATURE: SignatureHeader = SignatureHeader::new(
    "X-HubSpot-Signature-V3",
    HeaderName::from_static("x-hubspot-signature-v3"),
    "",
    Algorithm::HmacSha256,
    Encoding::Base64,
);

const TIME_NAME: &str = "X-HubSpot-Request-Timestamp";
static TIME: TimeHeader = TimeHeader::new(
    TIME_NAME,
    HeaderName::from_static("x-hubspot-request-timestamp"),
    TimeUnit::Milliseconds,
);

/// Milliseconds from 2001 to 2286. With another number of digits, some at the end of the body could be taken
/// for the first of the time.
const TIME_DIGITS: usize = 13;

const WINDOW: Duration = Duration::from_secs(300);

/// The rules of HubSpot, version 3: `base64(HMAC-SHA256(client secret, method ‖ URI ‖ body ‖ milliseconds))` in
/// `X-HubSpot-Signature-V3`, the time in `X-HubSpot-Request-Timestamp`.
#[derive(Clone, Debug)]
pub struct HubSpot {
    urls: Urls,
}

impl HubSpot {
    scheme_under_urls!(Self::of);

    scheme_at_urls! {
        /// For the URI that is configured at HubSpot, character by character and with its query, or for several, each
        /// of which is tried: for webhooks, which are posted to one. What HubSpot adds to a query is signed, so take
        /// [`under`](Self::under) for a GET. At most four, since each is read in two ways.
        Self::of
    }

    /// Each is read in two ways, and so many are tried in all.
    fn of(urls: Urls) -> Result<Self, ConfigError> {
        const MOST: usize = Evidence::MAX_MESSAGES / 2;
        if urls.count() > MOST {
            return Err(ConfigError::new(format!(
                "there are {} URLs, and at most {MOST} are tried, each as it came and with its escapes decoded",
                urls.count()
            )));
        }
        Ok(Self { urls })
    }
}

impl Scheme for HubSpot {
    type Method = Hmac;

    const NAME: &'static str = "hubspot";

    const SIGNED_GETS: bool = true;

    /// 300 s both ways: the vendor says so of the past and nothing of the future.
    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW)
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let signature = SIGNATURE.read(head)?;
        let (time, digits) = TIME.read(head)?;
        if digits.len() != TIME_DIGITS {
            return Err(Reason::Malformed(TIME_NAME));
        }
        let mut evidence = Evidence::new(signature).timestamp(time);
        for url in self.urls.candidates(head)? {
            let [_, rest] = url;
            // So it is known where a URI ends: `attest` wants one of these first in a body.
            if rest.contains(['[', '{']) {
                return Err(Reason::Unexpected("the URI has a bracket, as only a body has"));
            }
            let signed = |[base, rest]: [&str; 2]| {
                Message::body()
                    .prefix(head.method().as_str().as_bytes())
                    .prefix(base.as_bytes())
                    .prefix(rest.as_bytes())
                    .suffix(digits)
            };
            // As the vendor describes it, and as it came, which is what its packages are given by many.
            let described = url.map(decoded);
            evidence = evidence.message(signed(described.each_ref().map(|part| &**part)));
            if described != url {
                evidence = evidence.message(signed(url));
            }
        }
        Ok(evidence.into())
    }

    fn attest(&self, verified: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        match verified {
            [] | [b'[' | b'{', ..] => Ok(Attested::default()),
            _ => Err(Reason::Unexpected("the body is neither empty nor JSON")),
        }
    }
}

impl Sign for HubSpot {
    /// Signs method, the first URI, body and time.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let millis = TIME.write(&mut request, now)?;
        let (parts, body) = request.into_parts();
        let url = self.urls.candidates(&Head::new(&parts)).ok().and_then(|mut urls| urls.next());
        let [base, rest] = url
            .ok_or(ConfigError::new("the request has no path to come behind the base"))?
            .map(decoded);
        let pieces = [parts.method.as_str(), &base, &rest].map(str::as_bytes);
        let [method, base, rest] = pieces;
        let text = [method, base, rest, &body, millis.as_bytes()];
        let tag = self.key(secret)?.sign(SIGNATURE.algorithm(), &text)?;
        let mut request = Request::from_parts(parts, body);
        SIGNATURE.write(&mut request, &tag)?;
        Ok(request)
    }
}
