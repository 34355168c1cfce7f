//! The suite that every provider has to pass.
//!
//! A provider describes itself as a [`Subject`]; [`Subject::run`] then sends it, through its layer, what
//! strangers send: nothing, twice, malformed, by another key, stale, altered at each byte, in every
//! chunking, too large, broken off.

use std::time::Duration;

use bytes::Bytes;
use countersign::{
    ConfigError, Covered, ManualClock, Outcome, Reason, Secret, Sign, Timestamp, VerifyError,
    VerifyLayer,
};
use http::header::{HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use tower::{Layer, ServiceExt};

use crate::flips::{Flip, flips};
use crate::script::{Script, Step};
use crate::spy::Spy;

/// What the suite has to know of a provider.
pub struct Subject<S: Sign> {
    /// Makes the scheme.
    pub scheme: fn() -> S,
    /// Makes the layer for some secrets: `VerifyLayer::try_with`, where who signs and who verifies
    /// have the same secret, and keys need no names.
    pub layer: MakeLayer<S>,
    /// Two secrets of the vendor's shape, to sign with.
    pub secrets: [&'static str; 2],
    /// A request as the provider sends it, still without signature.
    pub unsigned: fn() -> Request<Bytes>,
    /// What it cannot do without: absent or there twice, it is refused.
    pub required: Vec<Place>,
    /// Where the signature is, and values that are not signatures.
    pub malformed: (Place, Vec<&'static str>),
    /// Whether a time is signed, so that there is a window.
    pub timed: bool,
    /// How much of the body the signature covers.
    pub covered: Covered,
}

/// How a layer is made for secrets, the newest first.
pub type MakeLayer<S> = fn(S, Vec<&'static str>) -> Result<VerifyLayer<S>, ConfigError>;

/// Where a request has something.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a header.
    Header(HeaderName),
    /// In a field of the form that is the body.
    Field(&'static str),
    /// In a member at the top of the JSON object that is the body; its value is JSON text.
    Member(&'static str),
}

impl Place {
    fn remove(&self, request: &mut Request<Bytes>) -> String {
        match self {
            Self::Header(name) => {
                let value = request.headers_mut().remove(name).expect("the header");
                value.to_str().expect("a text").into()
            }
            Self::Field(name) => {
                let body = String::from_utf8(request.body().to_vec()).expect("a form");
                let prefix = format!("{name}=");
                let mut fields: Vec<_> = body.split('&').collect();
                let at = fields.iter().position(|f| f.starts_with(&prefix)).expect("the field");
                let value = fields.remove(at)[prefix.len()..].to_owned();
                *request.body_mut() = fields.join("&").into();
                value
            }
            Self::Member(name) => {
                let mut members: Map<String, Value> =
                    serde_json::from_slice(request.body()).expect("a JSON object");
                let value = members.remove(*name).expect("the member");
                *request.body_mut() = Value::Object(members).to_string().into();
                value.to_string()
            }
        }
    }

    fn append(&self, request: &mut Request<Bytes>, value: &str) {
        match self {
            Self::Header(name) => {
                let value = HeaderValue::from_str(value).expect("a header");
                request.headers_mut().append(name, value);
            }
            Self::Field(name) => {
                let field = format!("&{name}={value}");
                *request.body_mut() = [request.body(), field.as_bytes()].concat().into();
            }
            Self::Member(name) => {
                let object = request.body().strip_suffix(b"}").expect("a JSON object");
                let member = format!(",\"{name}\":{value}}}");
                *request.body_mut() = [object, member.as_bytes()].concat().into();
            }
        }
    }
}

/// What is no signature where one is `sha256=` and hexadecimal digits.
pub const NO_SHA256_WITH_PREFIX: [&str; 7] = [
    "",
    "sha256=",
    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    "sha1=757107ea0eb2509fc211221cce984b8a37570b6d",
    "SHA256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1",
    "sha256= 757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
];

/// What is no signature where one is 32 bytes in base64.
pub const NO_SHA256_IN_BASE64: [&str; 8] = [
    "",
    "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4b",
    "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4bN",
    "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4b==",
    "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4b_=",
    "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4bN=",
    "sha256=XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4bM=",
    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
];

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const LIMIT: usize = 4096;

/// What came of a request: the status, what the layer said, and the body that was handled.
struct Sent {
    status: StatusCode,
    error: Option<VerifyError>,
    handled: Option<Bytes>,
}

impl<S: Sign> Subject<S> {
    /// Runs the whole suite.
    pub async fn run(&self) {
        self.empty_secrets_are_errors();
        self.genuine_is_handled().await;
        self.missing_or_repeated().await;
        self.malformed_signatures().await;
        self.keys_and_rotation().await;
        self.stale_and_future().await;
        self.each_bit_of_the_body().await;
        self.truncated_and_extended().await;
        self.every_chunking().await;
        self.trailers_and_empty_frames().await;
        self.broken_off().await;
        self.too_large().await;
    }

    fn empty_secrets_are_errors(&self) {
        let attempt = |secrets| (self.layer)((self.scheme)(), secrets).err();
        for secrets in [vec![], vec![""], vec![self.secrets[0], ""]] {
            let error: ConfigError = attempt(secrets).expect("no verifier without a secret");
            assert!(error.to_string().starts_with(S::NAME), "{error}");
        }
    }

    async fn genuine_is_handled(&self) {
        let sent = self.send(self.layer(), whole(self.signed())).await;
        assert_eq!(sent.status, StatusCode::OK);
        assert_eq!(sent.handled, Some(self.revealed()));
        let Ok(Outcome::Genuine(proof)) = self.verify(self.signed()) else {
            panic!("offline it is genuine as well")
        };
        assert_eq!(proof.covered(), self.covered);
    }

    async fn missing_or_repeated(&self) {
        for place in &self.required {
            let mut request = self.signed();
            let value = place.remove(&mut request);
            self.refused(request, |reason| matches!(reason, Reason::Missing(_))).await;

            for again in [value.as_str(), "0"] {
                let mut request = self.signed();
                place.append(&mut request, again);
                self.refused(request, |reason| matches!(reason, Reason::Repeated(_))).await;
            }
        }
    }

    async fn malformed_signatures(&self) {
        let (place, values) = &self.malformed;
        for value in values {
            let mut request = self.signed();
            place.remove(&mut request);
            place.append(&mut request, value);
            self.refused(request, |reason| matches!(reason, Reason::Malformed(_))).await;
        }
    }

    async fn keys_and_rotation(&self) {
        let [new, old] = self.secrets;
        let forged = self.sign_with(old, (self.unsigned)());
        self.refused(forged, |reason| reason == Reason::Mismatch).await;

        let rotated = self.with_secrets(vec![new, old]);
        for (index, secret) in self.secrets.into_iter().enumerate() {
            let request = self.sign_with(secret, (self.unsigned)());
            let Ok(Outcome::Genuine(proof)) = rotated.verify(request) else {
                panic!("key {index} was refused")
            };
            assert_eq!(proof.key(), index);
        }
    }

    async fn stale_and_future(&self) {
        let step = Duration::from_millis(1);
        let defaults = (self.scheme)().defaults();
        let Some(max_age) = defaults.max_age.filter(|_| self.timed) else {
            assert_eq!(self.timed, defaults.max_age.is_some(), "a default window needs a time");
            let windowed = self.layer().max_age(Duration::from_secs(1_000_000_000));
            let sent = self.send(windowed, whole(self.signed())).await;
            return assert_eq!(sent.reason(), Some(Reason::NoTimestamp));
        };
        let signed = self.signed();
        for (now, reason) in [
            (NOW.plus(max_age), None),
            (NOW.plus(max_age + step), Some(Reason::Stale)),
            (NOW.minus(defaults.max_future), None),
            (NOW.minus(defaults.max_future + step), Some(Reason::FromTheFuture)),
        ] {
            let layer = self.layer().clock(ManualClock::at(now));
            let sent = self.send(layer, whole(signed.clone())).await;
            assert_eq!(sent.reason(), reason, "at {now}");
        }
    }

    /// Whatever is changed, it is refused, or the handler gets what was signed. Where nothing is
    /// signed, it is told so.
    async fn each_bit_of_the_body(&self) {
        let signed = self.signed();
        let mut let_through = 0;
        for Flip { at, text, .. } in flips(signed.body()) {
            let altered = signed.clone().map(|_| Bytes::from(text));
            let_through += usize::from(self.let_through(altered, at));
        }
        match self.covered {
            Covered::Body => assert_eq!(let_through, 0),
            Covered::Nothing => assert!(let_through > 0, "more is covered than is said"),
            _ => {}
        }
    }

    async fn truncated_and_extended(&self) {
        let signed = self.signed();
        for length in 0..signed.body().len() {
            let truncated = signed.clone().map(|body| body.slice(..length));
            self.let_through(truncated, length);
        }
        for suffix in ["\n", "\r\n", " ", "\0", "}", "&", "&a=1"] {
            let longer = signed.clone().map(|body| [&body, suffix.as_bytes()].concat().into());
            self.let_through(longer, signed.body().len());
        }
    }

    async fn every_chunking(&self) {
        let signed = self.signed();
        for size in 1..=signed.body().len() {
            let request = signed.clone().map(|body| Script::chunked(&body, size));
            let sent = self.send(self.layer(), request).await;
            assert_eq!(sent.handled, Some(self.revealed()), "in chunks of {size}");

            let mut forged = signed.clone();
            alter(&mut forged);
            // Where nothing is covered and the token stands elsewhere, the body may be anything.
            let may_pass = self.covered == Covered::Nothing;
            let passes = may_pass && self.let_through(forged.clone(), forged.body().len());
            let expected = if passes { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            let request = forged.map(|body| Script::chunked(&body, size));
            let sent = self.send(self.layer(), request).await;
            assert_eq!(sent.status, expected, "in chunks of {size}");
        }
    }

    async fn trailers_and_empty_frames(&self) {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-trailer", HeaderValue::from_static("unsigned"));
        let request = self.signed().map(|body| {
            let (first, rest) = body.split_at(body.len() / 2);
            Script::new([
                Step::Data(Bytes::new()),
                Step::Data(Bytes::copy_from_slice(first)),
                Step::Data(Bytes::new()),
                Step::Pause,
                Step::Data(Bytes::copy_from_slice(rest)),
                Step::Data(Bytes::new()),
                Step::Trailers(trailers),
            ])
        });
        let sent = self.send(self.layer(), request).await;
        assert_eq!(sent.handled, Some(self.revealed()));
    }

    async fn broken_off(&self) {
        for whole in [false, true] {
            let request = self.signed().map(|body| {
                let end = if whole { body.len() } else { body.len() / 2 };
                Script::new([Step::Data(body.slice(..end)), Step::Fail])
            });
            let sent = self.send(self.layer(), request).await;
            assert_eq!(sent.status, StatusCode::BAD_REQUEST);
            assert_eq!(sent.reason(), Some(Reason::BodyUnreadable));
        }
    }

    async fn too_large(&self) {
        let length = self.signed().body().len();
        let sent = self.send(self.layer().body_limit(length), whole(self.signed())).await;
        assert_eq!(sent.status, StatusCode::OK, "the limit is inclusive");

        let small = self.layer().body_limit(length - 1);
        let declared = self.signed().map(|_| Script::new([Step::Stall]).declare(length as u64));
        let streamed = self.signed().map(|body| Script::chunked(&body, 7));
        for request in [declared, streamed] {
            let sent = self.send(small.clone(), request).await;
            assert_eq!(sent.status, StatusCode::PAYLOAD_TOO_LARGE);
            assert_eq!(sent.reason(), Some(Reason::BodyTooLarge));
        }
        let error = small.verify(self.signed()).expect_err("offline it is too large as well");
        assert_eq!(error.reason(), Reason::BodyTooLarge);
    }

    async fn refused(&self, request: Request<Bytes>, expected: impl Fn(Reason) -> bool) {
        let offline = self.verify(request.clone()).expect_err("offline it is refused as well");
        let sent = self.send(self.layer(), whole(request)).await;
        let reason = sent.reason().expect("it is refused");
        assert!(expected(reason), "{}: {reason}", S::NAME);
        assert_eq!(reason, offline.reason());
        assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
        assert_eq!(sent.handled, None);
    }

    /// Whether a request with an altered body is let through, and with what is right then.
    fn let_through(&self, altered: Request<Bytes>, at: usize) -> bool {
        let came = altered.body().clone();
        let Ok(Outcome::Genuine(proof)) = self.verify(altered) else { return false };
        assert_eq!(proof.covered(), self.covered, "changed at {at}");
        let right = match proof.covered() {
            Covered::Body => panic!("changed at {at}, and it got through"),
            Covered::Nothing => came,
            _ => self.revealed(),
        };
        assert_eq!(proof.body(), &right, "changed at {at}, and another body got through");
        true
    }

    async fn send(&self, layer: VerifyLayer<S>, request: Request<Script>) -> Sent {
        let spy = Spy::default();
        let Ok(response) = layer.layer(spy.clone()).oneshot(request).await;
        let (parts, body) = response.into_parts();
        let Ok(body) = body.collect().await;
        let handled = spy.last().await.map(|(_, body)| body);
        if handled.is_none() {
            assert!(body.to_bytes().is_empty(), "a refusal says nothing");
            let challenge = parts.headers.get(WWW_AUTHENTICATE).map(HeaderValue::as_bytes);
            let unauthorized = parts.status == StatusCode::UNAUTHORIZED;
            assert_eq!(challenge, unauthorized.then_some(b"Signature".as_slice()));
        }
        Sent { status: parts.status, error: parts.extensions.get().copied(), handled }
    }

    fn verify(&self, request: Request<Bytes>) -> Result<Outcome<S>, VerifyError> {
        self.layer().verify(request)
    }

    fn layer(&self) -> VerifyLayer<S> {
        self.with_secrets(vec![self.secrets[0]])
    }

    fn with_secrets(&self, secrets: Vec<&'static str>) -> VerifyLayer<S> {
        let layer = (self.layer)((self.scheme)(), secrets).expect("a layer");
        layer.body_limit(LIMIT).clock(ManualClock::at(NOW))
    }

    fn signed(&self) -> Request<Bytes> {
        self.sign_with(self.secrets[0], (self.unsigned)())
    }

    fn sign_with(&self, secret: &str, request: Request<Bytes>) -> Request<Bytes> {
        let secret = Secret::new(secret).expect("a secret");
        (self.scheme)().sign(&secret, NOW, request).expect("a signature")
    }

    /// What the handler gets of the genuine request.
    fn revealed(&self) -> Bytes {
        match self.verify(self.signed()) {
            Ok(Outcome::Genuine(proof)) => proof.body().clone(),
            other => panic!("{}: not genuine: {other:?}", S::NAME),
        }
    }
}

impl Sent {
    fn reason(&self) -> Option<Reason> {
        self.error.map(|error| error.reason())
    }
}

fn whole(request: Request<Bytes>) -> Request<Script> {
    request.map(|body| Script::new([Step::Data(body)]))
}

/// Changes the last byte into another. JSON is none any more then.
fn alter(request: &mut Request<Bytes>) {
    let mut body = request.body().to_vec();
    if let Some(last) = body.last_mut() {
        *last = if *last == b'x' { b'y' } else { b'x' };
    }
    *request.body_mut() = body.into();
}

/// An answer's status and body, for tests that have an answer in hand.
pub async fn read<B>(response: Response<B>) -> (StatusCode, Bytes)
where
    B: http_body::Body<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body");
    (parts.status, body.to_bytes())
}
