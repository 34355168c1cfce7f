//! A genuine request of a provider, and what becomes of it when a bit is changed.

use std::fmt::{self, Display, Formatter};

use axum::body::Body as AxumBody;
use bytes::Bytes;
use countersign::Timestamp;
use countersign_cli::registry::{
    Accepted, Credentials, Genuine, Provider, Sample, Strength, Verifier,
};
use countersign_tests::flips::flips;
use countersign_tests::script::Script;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use tower::ServiceExt;

use super::same::{Body, is_field_value, is_token, same_hex};
use crate::incidents::Subject;

const BASE: &str = "https://hooks.example.com";
/// With an escape: HubSpot signs what it stands for.
const PATH: &str = "/a/hook?from=%40vendor";

/// How a request is signed. It is a header, and no part of what is signed.
const SETTINGS: HeaderName = HeaderName::from_static("x-twilio-webhooks-signature-settings");

/// A provider, and the requests that it sends.
pub(super) struct Proof {
    pub(super) name: &'static str,
    subject: Subject,
    sample: &'static Sample,
    body: Body,
    /// What comes behind the path, for this body.
    added: fn(&[u8]) -> String,
    signed: Signed,
}

/// How much of the target of a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// Nothing: if there is a URL, it is one that is configured.
    Url,
    /// From the `?`, behind a URL that is configured.
    Query,
    /// All of it, behind a base that is configured.
    Target,
}

/// Where a bit is changed.
#[derive(Clone, Debug)]
enum Part {
    Body,
    Value(HeaderName),
    Name(HeaderName),
    Method,
    Target,
}

/// What has to become of a changed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Refused,
    /// It is spelled otherwise, and the same.
    Same,
    /// Nothing of what was changed is signed.
    Weak,
    /// What was changed says how to check, and is not signed: if it passes, it is the same.
    Either,
}

/// How many changed requests were checked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Checked {
    pub(super) refused: usize,
    pub(super) same: usize,
    pub(super) weak: usize,
    /// Beside them: what is neither signed nor a signature, and names of headers in another case.
    either: usize,
    names: usize,
    /// What no HTTP library can hand over.
    no_http: usize,
}

impl Proof {
    /// Of a provider as its entry shows it.
    pub(super) fn new(provider: &'static dyn Provider) -> Self {
        Self::of(provider, provider.credentials().expect("credentials"))
    }

    pub(super) fn of(provider: &'static dyn Provider, credentials: Credentials) -> Self {
        let settings = credentials.settings.clone().sent_to(&format!("{BASE}{PATH}"));
        let subject = Subject { provider, credentials, settings };
        let (facts, sample) = (provider.facts(), provider.sample());
        let is_form = |(name, value): &(&str, &str)| {
            CONTENT_TYPE == *name && value.contains("form-urlencoded")
        };
        let mut proof = Self {
            name: facts.name,
            subject,
            sample,
            body: Body::Raw,
            added: |_| String::new(),
            signed: Signed::Url,
        };
        proof.body = match facts.strength {
            Strength::SignedBody => Body::Raw,
            Strength::CanonicalForm if sample.headers.iter().any(is_form) => {
                Body::Form { hex: facts.encoding.contains("hex") }
            }
            Strength::CanonicalForm => Body::Json,
            Strength::TokenOnly if proof.written(&proof.shortest()).is_empty() => Body::TokenInside,
            Strength::TokenOnly => Body::TokenBeside,
        };
        proof
    }

    pub(super) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// With another setting, as `NAME=VALUE`.
    pub(super) fn set(mut self, assignment: &str) -> Self {
        let members = self.subject.provider.members();
        self.subject.settings.parse(&members, assignment).expect("a setting");
        self
    }

    /// With requests of another kind, whose query goes on with what is made of their body.
    pub(super) fn sends(
        self,
        sample: &'static Sample,
        body: Body,
        added: fn(&[u8]) -> String,
    ) -> Self {
        Self { sample, body, added, ..self }
    }

    pub(super) fn signing(self, signed: Signed) -> Self {
        Self { signed, ..self }
    }

    /// Of a provider for which a base is configured, and not the URL.
    pub(super) fn under_base(mut self) -> Self {
        self.subject.settings = self.subject.settings.sent_to(BASE);
        self.signing(Signed::Target)
    }

    /// With a window of hours, where there is one: a machine may stop in between.
    pub(super) fn for_hours(self) -> Self {
        if self.subject.provider.facts().time.is_some() {
            self.set("max_age_secs=36000")
        } else {
            self
        }
    }

    /// A genuine request with a body of that length, or with the shortest one; `None` where there is none of
    /// that length.
    pub(super) fn request(&self, now: Timestamp, length: Option<usize>) -> Option<Request<Bytes>> {
        // What is signed may be in the body, escaped, so its length follows from what is in it.
        let mut filler = String::new();
        for round in 0..200_usize {
            let signed = self.sign(now, self.unsigned(&filler));
            let is = signed.body().len();
            let Some(length) = length else { return Some(signed) };
            if is == length {
                return Some(signed);
            }
            let wanted = (filler.len() + length).checked_sub(is)?;
            let text = "The quick brown fox jumps over the lazy dog ".replace(' ', "_").repeat(12);
            filler = text[round..].chars().take(wanted).collect();
        }
        None
    }

    fn shortest(&self) -> Request<Bytes> {
        self.request(super::NOW, None).expect("a request")
    }

    fn unsigned(&self, filler: &str) -> Request<Bytes> {
        let document =
            format!(r#"{{"n": [1E2, -0, {{"é": "\u00E9"}}],{}"text": "{filler}"}}"#, '\t');
        let body = match (self.body, self.sample.body) {
            (_, b"") => String::new(),
            (Body::Form { .. }, _) => format!("blank=&q=%2b+%C3%A9%7E&text={filler}"),
            (_, [b'[', ..]) => format!("[{document}]"),
            _ => document,
        };
        let path = format!("{PATH}{}", (self.added)(body.as_bytes()));
        let mut request = Request::builder().method(self.sample.method.clone()).uri(path);
        for &(name, value) in self.sample.headers {
            request = request.header(name, value);
        }
        request.body(body.into()).expect("a request")
    }

    fn sign(&self, now: Timestamp, request: Request<Bytes>) -> Request<Bytes> {
        self.subject.signed_by(&self.subject.credentials.signing, now, request)
    }

    /// The headers that the provider wrote when it signed.
    fn written(&self, signed: &Request<Bytes>) -> Vec<HeaderName> {
        let unsigned = self.unsigned("");
        signed
            .headers()
            .keys()
            .filter(|name| unsigned.headers().get(*name) != signed.headers().get(*name))
            .cloned()
            .collect()
    }

    /// Everything that is signed, or that the signature is in.
    fn parts(&self, request: &Request<Bytes>) -> Vec<Part> {
        let written = self.written(request);
        let values = written.iter().cloned().map(Part::Value);
        let names = written.iter().cloned().map(Part::Name);
        let signed = self.subject.provider.facts().signed;
        let method = signed.contains("method").then_some(Part::Method);
        let target = (self.signed != Signed::Url).then_some(Part::Target);
        [Part::Body].into_iter().chain(values).chain(names).chain(method).chain(target).collect()
    }

    /// Changes each bit of it. Whatever fails says where.
    pub(super) fn offline(&self, now: Timestamp, request: &Request<Bytes>) -> Checked {
        let verifier = self.verifier();
        let genuine = self.genuine(&*verifier, now, request.clone()).expect("it is genuine");
        let mut checked = Checked::default();
        for part in self.parts(request) {
            for (what, changed) in self.changed(&part, request) {
                let Some(changed) = changed else {
                    checked.no_http += 1;
                    continue;
                };
                let expected = self.expected(&part, request, &changed);
                let body = changed.body().clone();
                let verdict = self.genuine(&*verifier, now, changed);
                self.judge(expected, verdict, &genuine, &body, &what);
                checked.count(&part, expected);
            }
        }
        checked.refused += self.urls(now, request);
        checked
    }

    /// A verifier for which another URL is configured refuses what is genuine; how many there were of them.
    fn urls(&self, now: Timestamp, request: &Request<Bytes>) -> usize {
        let settings = &self.subject.settings;
        let has_urls = self.subject.provider.members().iter().any(|member| member.name == "urls");
        if !has_urls && self.signed != Signed::Target {
            return 0;
        }
        let [url] = settings.urls()[..] else { panic!("{}: one URL", self.name) };
        let texts = flips(url.as_bytes()).filter_map(|flip| String::from_utf8(flip.text).ok());
        let mut refused = 0;
        for url in texts {
            let other = settings.clone().sent_to(&url);
            // Where that is no URL, nobody can configure it.
            let Ok(verifier) = self.subject.provider.verifier(&other) else { continue };
            let verdict = verifier.verify(request.clone(), now);
            assert!(verdict.is_err(), "{}: it was signed for another URL than {url}", self.name);
            refused += 1;
        }
        assert!(refused > url.len(), "{}: {refused} of {url}", self.name);
        refused
    }

    /// Changes some of its bits, and sends it to the layer in chunks.
    pub(super) async fn layer(&self, request: &Request<Bytes>) -> Checked {
        let verifier = self.verifier();
        let mut checked = Checked::default();
        assert_eq!(self.send(&*verifier, request.clone()).await, StatusCode::OK, "{}", self.name);
        for part in self.parts(request) {
            let step = if matches!(part, Part::Body) { 61 } else { 7 };
            for (what, changed) in self.changed(&part, request).step_by(step) {
                let Some(changed) = changed else { continue };
                let expected = self.expected(&part, request, &changed);
                let status = self.send(&*verifier, changed).await;
                match expected {
                    Expected::Refused => assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}"),
                    Expected::Same | Expected::Weak => assert_eq!(status, StatusCode::OK, "{what}"),
                    Expected::Either => {}
                }
                checked.count(&part, expected);
            }
        }
        checked
    }

    async fn send(&self, verifier: &dyn Verifier, request: Request<Bytes>) -> StatusCode {
        let request = request.map(|body| AxumBody::new(Script::chunked(&body, 7)));
        let Ok(response) = verifier.mount().oneshot(request).await;
        response.status()
    }

    fn verifier(&self) -> Box<dyn Verifier> {
        self.subject.provider.verifier(&self.subject.settings).expect("a verifier")
    }

    /// What was proven; the status of a refusal.
    fn genuine(
        &self,
        verifier: &dyn Verifier,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Genuine, StatusCode> {
        match verifier.verify(request, now) {
            Ok(Accepted::Genuine(genuine)) => Ok(genuine),
            Ok(Accepted::Answer(answer)) => panic!("{}: a handshake: {answer:?}", self.name),
            Err(error) => Err(error.status()),
        }
    }

    /// The same request with each bit of that part changed; `None` where HTTP has no such request.
    fn changed<'a>(
        &'a self,
        part: &'a Part,
        request: &'a Request<Bytes>,
    ) -> impl Iterator<Item = (String, Option<Request<Bytes>>)> + 'a {
        let text = match part {
            Part::Body => request.body().to_vec(),
            Part::Value(name) => request.headers()[name].as_bytes().to_vec(),
            Part::Name(name) => name.as_str().into(),
            Part::Method => request.method().as_str().into(),
            Part::Target => target(request.uri()).into(),
        };
        let from = match (part, self.signed) {
            (Part::Target, Signed::Query) => text.iter().position(|&byte| byte == b'?'),
            _ => None,
        };
        let flips = flips(&text).filter(|flip| flip.at >= from.unwrap_or(0)).collect::<Vec<_>>();
        flips.into_iter().map(move |flip| {
            let what = format!("{}: {part:?}, byte {}, bit {}", self.name, flip.at, flip.bit);
            (what, part.replace(request, flip.text))
        })
    }

    fn expected(
        &self,
        part: &Part,
        request: &Request<Bytes>,
        changed: &Request<Bytes>,
    ) -> Expected {
        let hex = self.subject.provider.facts().encoding.contains("hex");
        let same = match part {
            Part::Value(name) | Part::Name(name) if *name == SETTINGS => return Expected::Either,
            Part::Body if self.body.is_same(request, changed) && self.body.is_unsigned() => {
                return Expected::Weak;
            }
            Part::Body => self.body.is_same(request, changed),
            Part::Value(name) => {
                let values = [request, changed].map(|request| request.headers()[name].as_bytes());
                hex && same_hex(values[0], values[1])
            }
            Part::Name(name) => changed.headers().contains_key(name),
            Part::Method => request.method() == changed.method(),
            Part::Target => target(request.uri()) == target(changed.uri()),
        };
        if same { Expected::Same } else { Expected::Refused }
    }

    fn judge(
        &self,
        expected: Expected,
        verdict: Result<Genuine, StatusCode>,
        genuine: &Genuine,
        came: &Bytes,
        what: &str,
    ) {
        let seen = match verdict {
            Err(status) => {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
                return assert!(
                    matches!(expected, Expected::Refused | Expected::Either),
                    "{what}: it is {expected:?}, and was refused"
                );
            }
            Ok(seen) => seen,
        };
        assert_ne!(expected, Expected::Refused, "{what}: it was let through");
        let body = if expected == Expected::Weak { came } else { &genuine.body };
        assert_eq!(&seen.body, body, "{what}: another body was let through");
        let rest = |it: &Genuine| (it.key, it.covered, it.timestamp, it.id.clone());
        assert_eq!(rest(&seen), rest(genuine), "{what}: something else was proven");
    }
}

impl Part {
    fn replace(&self, request: &Request<Bytes>, text: Vec<u8>) -> Option<Request<Bytes>> {
        let mut changed = request.clone();
        match self {
            Self::Body => *changed.body_mut() = text.into(),
            Self::Value(name) => {
                let value = HeaderValue::from_bytes(&text).ok();
                assert_eq!(value.is_some(), is_field_value(&text), "{name}: {text:?}");
                changed.headers_mut().insert(name, value?);
            }
            Self::Name(name) => {
                let value = changed.headers_mut().remove(name)?;
                let other = HeaderName::from_bytes(&text).ok();
                assert_eq!(other.is_some(), is_token(&text), "{name}: {text:?}");
                changed.headers_mut().insert(other?, value);
            }
            Self::Method => {
                let method = Method::from_bytes(&text).ok();
                assert_eq!(method.is_some(), is_token(&text), "{text:?}");
                *changed.method_mut() = method?;
            }
            Self::Target => *changed.uri_mut() = Uri::try_from(text).ok()?,
        }
        Some(changed)
    }
}

fn target(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", |target| target.as_str())
}

impl Checked {
    pub(super) fn sum(&self) -> usize {
        self.refused + self.same + self.weak
    }

    fn count(&mut self, part: &Part, expected: Expected) {
        let count = match expected {
            Expected::Refused => &mut self.refused,
            Expected::Same if matches!(part, Part::Name(_)) => &mut self.names,
            Expected::Same => &mut self.same,
            Expected::Weak => &mut self.weak,
            Expected::Either => &mut self.either,
        };
        *count += 1;
    }
}

impl Display for Checked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { refused, same, weak, either, names, no_http } = self;
        write!(
            f,
            "{refused} refused, {same} the same, {weak} not signed; beside them {either} of what only \
             says how, {names} of a name's case, {no_http} no HTTP"
        )
    }
}
