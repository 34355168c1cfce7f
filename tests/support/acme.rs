//! A provider that does not exist, with everything that a scheme can do and Spark does not: a
//! signed time and id, canonical forms, a digest of the body, handshakes, an unsigned challenge.

use bytes::Bytes;
use countersign::{
    Algorithm, Attested, Canonical, ConfigError, Covered, Defaults, Evidence, Head, Hmac, HmacKey,
    Inspect, Message, Payload, PayloadBytes, PayloadError, Reason, Scheme, Secret, SecretOnly,
    Sign, Signature, Timestamp, Token, TokenKey,
};
use http::header::HeaderName;
use http::{HeaderValue, Request, Response};
use std::time::Duration;

pub const TIME: HeaderName = HeaderName::from_static("acme-time");
pub const SIGNATURE: HeaderName = HeaderName::from_static("acme-signature");
pub const DIGEST: HeaderName = HeaderName::from_static("acme-digest");
const SHA256: Algorithm = Algorithm::HmacSha256;

/// Signs `<unix seconds>.<body>`, hex in `acme-signature`, and 300 s are allowed for it.
///
/// A GET with `?challenge=..` is answered with the challenge. A body that begins with `ping:` is a
/// handshake and answered with what follows; one that begins with `id:` has its id there.
#[derive(Clone, Debug, Default)]
pub struct Acme;

impl SecretOnly for Acme {}

impl Scheme for Acme {
    type Method = Hmac;

    const NAME: &'static str = "acme";

    fn defaults(&self) -> Defaults {
        Defaults::default().window(Duration::from_secs(300), Duration::from_secs(300))
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        let hex = secret.expose().strip_prefix(b"acme_");
        hex.map(HmacKey::new).ok_or_else(|| ConfigError::new("the secret begins with `acme_`"))
    }

    const CHALLENGES: bool = true;

    fn challenge(
        &self,
        head: &Head<'_>,
        keys: &[HmacKey],
    ) -> Result<Option<Response<Bytes>>, Reason> {
        assert!(!keys.is_empty());
        let Some(query) = head.uri().query() else { return Ok(None) };
        let text = query.strip_prefix("challenge=").ok_or(Reason::Malformed("challenge"))?;
        Ok(Some(Response::new(Bytes::copy_from_slice(text.as_bytes()))))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let digits = head.required(&SIGNATURE, "acme-signature")?;
        let time = head.required(&TIME, "acme-time")?;
        let secs = std::str::from_utf8(time).ok().and_then(|digits| digits.parse().ok());
        let secs = secs.ok_or(Reason::Malformed("acme-time"))?;
        Ok(Evidence::new(Signature::from_hex(SHA256, digits, "acme-signature")?)
            .message(Message::body().prefix(time).prefix(b"."))
            .timestamp(Timestamp::from_secs(secs))
            .into())
    }

    fn attest(&self, verified: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        if let Some(answer) = verified.strip_prefix(b"ping:") {
            return Ok(Attested::default().answer(Response::new(Bytes::copy_from_slice(answer))));
        }
        match verified.strip_prefix(b"id:").map(std::str::from_utf8) {
            Some(id) => Ok(Attested::default().id(id.map_err(|_| Reason::Malformed("id"))?)),
            None => Ok(Attested::default()),
        }
    }
}

impl Sign for Acme {
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let time = now.as_secs().to_string();
        let signature =
            self.key(secret)?.sign_hex(SHA256, &[time.as_bytes(), b".", request.body()])?;
        request.headers_mut().insert(TIME, header(&time)?);
        request.headers_mut().insert(SIGNATURE, header(&signature)?);
        Ok(request)
    }
}

/// The text of the verified body.
#[derive(Debug, PartialEq)]
pub struct AcmeText(pub String);

impl Payload for AcmeText {
    type Scheme = Acme;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        String::from_utf8(bytes.to_vec()).map(Self).map_err(|_| PayloadError::new("not UTF-8"))
    }
}

/// Signs the sorted lines of the body, without the line that holds the signature; an older
/// reading, which is tried too, leaves blank values out. The time is a line of the body as well.
#[derive(Clone, Debug, Default)]
pub struct AcmeLines;

impl SecretOnly for AcmeLines {}

impl Scheme for AcmeLines {
    type Method = Hmac;

    const NAME: &'static str = "acme-lines";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, _: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let Some(body) = body else { return Ok(Inspect::NeedBody) };
        let text = std::str::from_utf8(body).map_err(|_| Reason::NotCanonical("not UTF-8"))?;
        let signature = text.lines().find_map(|line| line.strip_prefix("signature="));
        let digits = signature.ok_or(Reason::Missing("signature"))?;
        let all = Lines::of(text, |_| true);
        let filled = Lines::of(text, |line| !line.ends_with('='));
        Ok(Evidence::new(Signature::from_hex(SHA256, digits.as_bytes(), "signature")?)
            .message(Message::canonical(all))
            .message(Message::canonical(filled))
            .into())
    }

    fn timestamp(&self, verified: &[u8]) -> Result<Option<Timestamp>, Reason> {
        let text = String::from_utf8_lossy(verified);
        let time = text.lines().find_map(|line| line.strip_prefix("time=")).map(str::parse);
        time.transpose().map_err(|_| Reason::Malformed("time")).map(|t| t.map(Timestamp::from_secs))
    }
}

impl AcmeLines {
    /// The body with its signature as the last line.
    pub fn signed(secret: &[u8], text: &str, keep: impl Fn(&str) -> bool) -> String {
        let canonical = Lines::of(text, keep).0;
        let signature = HmacKey::new(secret).sign_hex(SHA256, &[canonical.as_bytes()]);
        format!("{text}\nsignature={}", signature.unwrap_or_default())
    }
}

/// Sorted lines; the handler gets them joined by commas, so that it shows what was revealed.
struct Lines(String);

impl Lines {
    fn of(text: &str, keep: impl Fn(&str) -> bool) -> Self {
        let mut lines: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with("signature=") && keep(line))
            .map(|line| format!("{line}\n"))
            .collect();
        lines.sort();
        Self(lines.concat())
    }
}

impl Canonical for Lines {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) {
        for line in self.0.split_inclusive('\n') {
            sink(line.as_bytes());
        }
    }
}

/// Signs the URL and the SHA-256 of the body, hex in `acme-digest`.
#[derive(Clone, Debug, Default)]
pub struct AcmeDigest;

impl SecretOnly for AcmeDigest {}

impl Scheme for AcmeDigest {
    type Method = Hmac;

    const NAME: &'static str = "acme-digest";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let digits = head.required(&SIGNATURE, "acme-signature")?;
        let digest = head.required(&DIGEST, "acme-digest")?;
        let bound = Signature::from_hex(Algorithm::Sha256, digest, "acme-digest")?;
        Ok(Evidence::new(Signature::from_hex(SHA256, digits, "acme-signature")?)
            .message(Message::digest(bound).prefix(head.uri().path().as_bytes()).suffix(digest))
            .id("constant")
            .into())
    }
}

/// Signs the raw body, but wants to see it before it says so: as a scheme does whose key is named in
/// the body.
#[derive(Clone, Debug, Default)]
pub struct AcmeLate;

impl SecretOnly for AcmeLate {}

impl Scheme for AcmeLate {
    type Method = Hmac;

    const NAME: &'static str = "acme-late";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        if body.is_none() {
            return Ok(Inspect::NeedBody);
        }
        let digits = head.required(&SIGNATURE, "acme-signature")?;
        Ok(Evidence::new(Signature::from_hex(SHA256, digits, "acme-signature")?).into())
    }
}

impl Sign for AcmeLate {
    fn sign(
        &self,
        secret: &Secret,
        _: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let signature = self.key(secret)?.sign_hex(SHA256, &[request.body()])?;
        request.headers_mut().insert(SIGNATURE, header(&signature)?);
        Ok(request)
    }
}

/// A token in `acme-signature`, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct AcmeToken;

impl SecretOnly for AcmeToken {}

impl Scheme for AcmeToken {
    type Method = Token;

    const NAME: &'static str = "acme-token";

    fn key(&self, secret: &Secret) -> Result<TokenKey, ConfigError> {
        Ok(TokenKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let token = head.required(&SIGNATURE, "acme-signature")?;
        Ok(Evidence::new(Signature::from_bytes(Algorithm::Token, token, "acme-signature")?)
            .message(Message::bodiless())
            .into())
    }

    fn attest(&self, verified: &[u8], _: &TokenKey) -> Result<Attested, Reason> {
        assert!(!verified.is_empty(), "{:?}", Covered::Nothing);
        Ok(Attested::default())
    }
}

fn header(text: &str) -> Result<HeaderValue, ConfigError> {
    HeaderValue::from_str(text).map_err(|_| ConfigError::new("no header"))
}
