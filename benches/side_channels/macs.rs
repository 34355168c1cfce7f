//! MACs: how much of one is right, and which key made it.

use bytes::Bytes;
use countersign::{
    Algorithm, Evidence, GitHubVerify, Hmac, HmacKey, Method, Signature, SparkVerify, VerifyLayer,
};
use http::{HeaderName, HeaderValue, Request};

use crate::timed::{Kind, Timed};

pub(crate) const TEXT: &[u8] = br#"{"resource":"messages","event":"created"}"#;
const SECRET: &[u8] = b"a secret that nobody guesses";

pub(crate) fn all() -> Vec<Timed> {
    vec![
        nothing(),
        finish("HMAC-SHA1", Algorithm::HmacSha1),
        finish("HMAC-SHA256", Algorithm::HmacSha256),
        finish("HMAC-SHA512", Algorithm::HmacSha512),
        right_or_not(),
        layer(
            "SparkVerify",
            SparkVerify::new(SECRET),
            "x-spark-signature",
            "",
            Algorithm::HmacSha1,
        ),
        layer(
            "GitHubVerify",
            GitHubVerify::new(SECRET),
            "x-hub-signature-256",
            "sha256=",
            Algorithm::HmacSha256,
        ),
        keys(),
        keys_of_a_whole(),
    ]
}

/// Both kinds are the same: what the instrument shows of no difference.
fn nothing() -> Timed {
    let key = HmacKey::new(SECRET);
    let wrong = wrong(&key, Algorithm::HmacSha256, 0);
    Timed::of(
        "the same twice",
        |_| Fed::new(std::slice::from_ref(&key), Algorithm::HmacSha256, &wrong),
        |fed| fed.finish(std::slice::from_ref(&key)),
    )
}

/// `Method::finish`, as the layer calls it for a body that came in several pieces.
fn finish(name: &str, algorithm: Algorithm) -> Timed {
    let key = HmacKey::new(SECRET);
    let keys = std::slice::from_ref(&key);
    let [first, last] =
        [0, algorithm.size().expect("a size") - 1].map(|at| wrong(&key, algorithm, at));
    Timed::of(
        format!("{name}, first byte wrong or last byte wrong"),
        |kind| Fed::new(keys, algorithm, pick(kind, &first, &last)),
        |fed| fed.finish(keys),
    )
}

/// A tag of which nothing is right, and one of which all but a bit is.
fn right_or_not() -> Timed {
    let key = HmacKey::new(SECRET);
    let keys = std::slice::from_ref(&key);
    let algorithm = Algorithm::HmacSha256;
    let last = wrong(&key, algorithm, 31);
    let all =
        key.sign(algorithm, &[TEXT]).expect("a tag").iter().map(|byte| !byte).collect::<Vec<_>>();
    Timed::of(
        "HMAC-SHA256, every byte wrong or last byte wrong",
        |kind| Fed::new(keys, algorithm, pick(kind, &all, &last)),
        |fed| fed.finish(keys),
    )
}

/// The whole check of a request that is in memory.
fn layer<S: countersign::Scheme>(
    name: &str,
    layer: VerifyLayer<S>,
    header: &'static str,
    prefix: &str,
    algorithm: Algorithm,
) -> Timed {
    let key = HmacKey::new(SECRET);
    let header = HeaderName::from_static(header);
    let [first, last] = [0, algorithm.size().expect("a size") - 1].map(|at| {
        let digits =
            wrong(&key, algorithm, at).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("{prefix}{digits}")
    });
    Timed::of(
        format!("{name}, first byte wrong or last byte wrong"),
        |kind| {
            let value = HeaderValue::from_str(pick(kind, &first, &last)).expect("a value");
            let request = Request::post("/hook").header(&header, value);
            request.body(Bytes::from_static(TEXT)).expect("a request")
        },
        |request| layer.verify(request).is_ok(),
    )
}

/// Both are right.
fn keys() -> Timed {
    let keys: Vec<_> = (0..8).map(|number: u8| HmacKey::new(&[number; 32])).collect();
    let algorithm = Algorithm::HmacSha256;
    let [first, last] =
        [&keys[0], &keys[7]].map(|key| key.sign(algorithm, &[TEXT]).expect("a tag"));
    Timed::of(
        "HMAC-SHA256, the first of eight keys or the last",
        |kind| Fed::new(&keys, algorithm, pick(kind, &first, &last)),
        |fed| fed.finish(&keys),
    )
}

/// The same for a text that is there as a whole, as a body in one piece is.
fn keys_of_a_whole() -> Timed {
    let keys: Vec<_> = (0..8).map(|number: u8| HmacKey::new(&[number; 32])).collect();
    let algorithm = Algorithm::HmacSha256;
    let [first, last] =
        [&keys[0], &keys[7]].map(|key| key.sign(algorithm, &[TEXT]).expect("a tag"));
    Timed::of(
        "HMAC-SHA256 of a whole text, the first of eight keys or the last",
        |kind| evidence(algorithm, pick(kind, &first, &last)),
        |evidence| Hmac::verify(&keys, evidence.claim(), &[TEXT]).is_some(),
    )
}

fn evidence(algorithm: Algorithm, tag: &[u8]) -> Evidence {
    Evidence::new(Signature::from_bytes(algorithm, tag, "tag").expect("a tag"))
}

/// A check that has seen the text.
pub(crate) struct Fed {
    state: <Hmac as Method>::State,
    evidence: Evidence,
}

impl Fed {
    pub(crate) fn new(keys: &[HmacKey], algorithm: Algorithm, tag: &[u8]) -> Self {
        let evidence = evidence(algorithm, tag);
        let mut state = Hmac::start(keys, evidence.claim());
        Hmac::update(&mut state, TEXT);
        Self { state, evidence }
    }

    fn finish(self, keys: &[HmacKey]) -> bool {
        Hmac::finish(self.state, keys, self.evidence.claim()).is_some()
    }
}

/// The tag with one bit changed.
pub(crate) fn wrong(key: &HmacKey, algorithm: Algorithm, at: usize) -> Vec<u8> {
    let mut tag = key.sign(algorithm, &[TEXT]).expect("a tag");
    tag[at] ^= 1;
    tag
}

pub(crate) fn pick<'a, T: ?Sized>(kind: Kind, one: &'a T, other: &'a T) -> &'a T {
    match kind {
        Kind::One => one,
        Kind::Other => other,
    }
}
