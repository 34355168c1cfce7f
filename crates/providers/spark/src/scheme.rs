//! Where Spark puts its signature.

use bytes::Bytes;
use countersign_core::{
    Algorithm, Attested, ConfigError, Encoding, Evidence, Head, Hmac, HmacKey, Inspect, Reason,
    Scheme, Secret, SecretOnly, Sign, Signature, SignatureHeader, Timestamp,
};
use http::Request;
use http::header::HeaderName;

const SPARK: &str = "X-Spark-Signature";
const WEBEX: &str = "X-Webex-Signature";
const SPARK_HEADER: HeaderName = HeaderName::from_static("x-spark-signature");
const WEBEX_HEADER: HeaderName = HeaderName::from_static("x-webex-signature");

static SIGNATURE: SignatureHeader =
    SignatureHeader::new(SPARK, SPARK_HEADER, "", Algorithm::HmacSha1, Encoding::Hex);

/// The rules of Spark: `hex(HMAC-SHA1(secret, raw body))` in `X-Spark-Signature`.
#[derive(Clone, Debug, Default)]
pub struct Spark {
    webex_signature: bool,
}

impl Spark {
    /// Whether `X-Webex-Signature` is read too. Off by default: its format,
    /// `SHA-256=<hex>, SHA-512=<hex>` over the raw body, is **not confirmed** by a primary source.
    ///
    /// Where it is there with a known hash, every known hash in it has to match and
    /// `X-Spark-Signature` no longer counts; unknown ones are passed over.
    #[must_use]
    pub fn webex_signature(mut self, read: bool) -> Self {
        self.webex_signature = read;
        self
    }
}

impl SecretOnly for Spark {}

impl Scheme for Spark {
    type Method = Hmac;

    const NAME: &'static str = "spark";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        // Once at most, whether or not it counts.
        let spark = head.single(&SPARK_HEADER, SPARK)?;
        if self.webex_signature
            && let Some(list) = head.single(&WEBEX_HEADER, WEBEX)?
        {
            let signatures = webex_signatures(list)?;
            if !signatures.is_empty() {
                // The same whichever header was left in, so that a replay cannot hide.
                return Ok(Evidence::all(signatures).fingerprint(Algorithm::HmacSha1).into());
            }
        }
        Ok(Evidence::new(SIGNATURE.parse(spark.ok_or(Reason::Missing(SPARK))?)?).into())
    }

    fn attest(&self, verified: &[u8], _: &HmacKey) -> Result<Attested, Reason> {
        if verified.is_empty() {
            return Err(Reason::EmptyBody);
        }
        Ok(Attested::default())
    }
}

/// The entries with a known hash. Each hash may occur once: of two, one would not be looked at by
/// everybody.
fn webex_signatures(list: &[u8]) -> Result<Vec<Signature>, Reason> {
    let mut signatures: Vec<Signature> = Vec::new();
    for entry in list.split(|&byte| byte == b',') {
        let mut halves = entry.splitn(2, |&byte| byte == b'=').map(<[u8]>::trim_ascii);
        let name = halves.next().unwrap_or_default();
        let Some(algorithm) = webex_algorithm(name) else { continue };
        let digits = halves.next().ok_or(Reason::Malformed(WEBEX))?;
        if signatures.iter().any(|earlier| earlier.algorithm() == algorithm) {
            return Err(Reason::Repeated(WEBEX));
        }
        signatures.push(Signature::from_hex(algorithm, digits, WEBEX)?);
    }
    Ok(signatures)
}

/// The hash of that name in any case, with or without hyphens.
fn webex_algorithm(name: &[u8]) -> Option<Algorithm> {
    let is = |known: &[u8]| {
        let letters = name.iter().filter(|&&byte| byte != b'-').map(u8::to_ascii_lowercase);
        letters.eq(known.iter().copied())
    };
    if is(b"sha256") {
        Some(Algorithm::HmacSha256)
    } else if is(b"sha512") {
        Some(Algorithm::HmacSha512)
    } else {
        None
    }
}

impl Sign for Spark {
    /// Signs the body in `X-Spark-Signature`. Spark signs no time, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let mut request = SIGNATURE.sign_body(&self.key(secret)?, request)?;
        request.headers_mut().remove(WEBEX_HEADER);
        Ok(request)
    }
}
