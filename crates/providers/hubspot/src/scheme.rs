//! Where HubSpot puts its signature.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Defaults, Encoding, Evidence, Head, Hmac, HmacKey, Inspect,
    IntoUrls, Message, Reason, Scheme, Secret, Sign, SignatureHeader, TimeHeader, TimeUnit,
    Timestamp, Urls,
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
    /// For the URI that is made of this base, such as `https://example.com`, and of the path and query of each
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
        Ok(Self { urls: Urls::under(bases)? })
    }

    /// For the URI that is configured at HubSpot, character by character and with its query, or for several, each
    /// of which is tried: for webhooks, which are posted to one. What HubSpot adds to a query is signed, so take
    /// [`under`](Self::under) for a GET.
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

    /// Like [`at`](Self::at), for URIs that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at) panics.
    pub fn try_at(urls: impl IntoUrls) -> Result<Self, ConfigError> {
        Ok(Self { urls: Urls::exact(urls)? })
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
        let urls: Vec<_> = self.urls.candidates(head)?.collect();
        // So it is known where a URI ends: `attest` wants one of these first in a body.
        if urls.iter().any(|[_, rest]| rest.contains(['[', '{'])) {
            return Err(Reason::Unexpected("the URI has a bracket, as only a body has"));
        }
        // As the vendor describes it, and then as it came, which is what its packages are given by many.
        let described = urls.iter().map(|url| url.map(decoded));
        let as_it_came = urls.iter().map(|url| url.map(Cow::Borrowed));
        let as_it_came = as_it_came.filter(|url| !described.clone().any(|other| other == *url));
        let candidates = described.clone().chain(as_it_came).take(Evidence::MAX_MESSAGES);
        let evidence = Evidence::new(signature).timestamp(time);
        let evidence = candidates.fold(evidence, |evidence, [base, rest]| {
            let message = Message::body()
                .prefix(head.method().as_str().as_bytes())
                .prefix(base.as_bytes())
                .prefix(rest.as_bytes())
                .suffix(digits);
            evidence.message(message)
        });
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
