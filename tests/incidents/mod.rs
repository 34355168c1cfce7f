//! Accidents of other libraries and services, each of which must be impossible here: a test for each class,
//! and where it can happen to any provider, for every provider of the registry.

mod answers;
mod bodies;
mod keys;
mod signatures;
mod times;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use countersign::{Secret, Timestamp, VerifyError};
use countersign_cli::registry::{Accepted, Credentials, PROVIDERS, Provider, Settings};
use http::header::{HeaderName, HeaderValue};
use http::{Request, Response};
use tower::ServiceExt;

/// Where the classes are shut that are not tried here with every provider: class, file, test.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("verification that is opt-in", "ui/main.rs", "misuse_does_not_compile"),
    ("string compare", "incidents/signatures.rs", "length_bounded_compare"),
    ("a slow body outlives the window", "rules.rs", "slow_body_outlives_the_window"),
    ("replay during rotation", "replay/keys.rs", "replay_during_rotation"),
    ("strangers hold permits", "rules.rs", "strangers_hold_permits"),
    ("memory by promise", "rules.rs", "huge_content_length_reserves_nothing"),
    ("replay key from header text", "replay/keys.rs", "replay_key_from_header_text"),
    ("dedupe on an unsigned header", "providers/github.rs", "what_is_not_signed_is_said_to_be"),
    ("timestamp text looseness", "incidents/times.rs", "timestamp_text_looseness"),
    ("duplicate JSON names", "meya/mod.rs", "a_name_that_is_there_twice_is_refused"),
    ("duplicate form names", "conformance.rs", "flow_action"),
    ("URL named by the request is fetched", "space/install.rs", "hosts"),
    ("secret of another tenant", "tenants.rs", "nobody_signs_for_another_tenant_of_any_provider"),
    ("body digest not bound", "hooks.rs", "body_digest_not_bound"),
    (
        "poll_ready on one clone, call on another",
        "rules.rs",
        "poll_ready_on_one_clone_call_on_another",
    ),
    ("replay by disconnecting", "replay/endings.rs", "replay_by_disconnecting"),
];

#[test]
fn what_is_said_to_be_shut_elsewhere_is() {
    for (class, file, test) in ELSEWHERE {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(source.contains(&format!("fn {test}")), "{class}: {file} has no {test}");
    }
}

/// Where requests are sent to, and where they say that they were.
const URL: &str = "https://hooks.example.com/hook";

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A provider with credentials of its own, and a genuine request.
pub(crate) struct Subject {
    pub(crate) provider: &'static dyn Provider,
    pub(crate) credentials: Credentials,
    pub(crate) settings: Settings,
}

impl Subject {
    pub(crate) fn new(provider: &'static dyn Provider) -> Self {
        let credentials = provider.credentials().expect("credentials");
        let settings = credentials.settings.clone().sent_to(URL);
        Self { provider, credentials, settings }
    }

    fn all() -> impl Iterator<Item = Self> {
        PROVIDERS.iter().map(|provider| Self::new(*provider))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.provider.facts().name
    }

    /// As the sample, without signature.
    fn unsigned(&self) -> Request<Bytes> {
        let sample = self.provider.sample();
        let mut request = Request::builder()
            .method(sample.method.clone())
            .uri("/hook")
            .header("host", "hooks.example.com");
        for &(name, value) in sample.headers {
            request = request.header(name, value);
        }
        request.body(Bytes::from_static(sample.body)).expect("a request")
    }

    fn genuine(&self) -> Request<Bytes> {
        self.genuine_at(NOW)
    }

    fn genuine_at(&self, time: Timestamp) -> Request<Bytes> {
        self.signed_by(&self.credentials.signing, time, self.unsigned())
    }

    pub(crate) fn signed_by(
        &self,
        secret: &Secret,
        time: Timestamp,
        request: Request<Bytes>,
    ) -> Request<Bytes> {
        self.provider.sign(&self.settings, secret, time, request).expect("a signature")
    }

    /// The headers that the signer wrote, with what they hold.
    fn signed_headers(&self) -> BTreeMap<String, HeaderValue> {
        let (unsigned, signed) = (self.unsigned(), self.genuine());
        let headers = signed.headers().iter();
        headers
            .filter(|(name, value)| unsigned.headers().get(*name) != Some(value))
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect()
    }

    fn verify(&self, request: Request<Bytes>) -> Result<Accepted, VerifyError> {
        self.verify_at(request, NOW)
    }

    fn verify_at(&self, request: Request<Bytes>, now: Timestamp) -> Result<Accepted, VerifyError> {
        self.provider.verifier(&self.settings).expect("a verifier").verify(request, now)
    }

    #[track_caller]
    fn refuses(&self, request: Request<Bytes>, what: &str) {
        let verdict = self.verify(request);
        assert!(verdict.is_err(), "{}: {what} was let through: {verdict:?}", self.name());
    }

    /// What the layer answers on a route of axum, by the clock of the machine.
    async fn send(&self, request: Request<Body>) -> Response<Body> {
        let verifier = self.provider.verifier(&self.settings).expect("a verifier");
        let app = Router::new().route("/hook", verifier.mount());
        let Ok(response) = tokio::time::timeout(Duration::from_secs(20), app.oneshot(request))
            .await
            .expect("no hang");
        response
    }
}

/// The same request with another value of a header.
fn with_header(mut request: Request<Bytes>, name: &str, value: &[u8]) -> Request<Bytes> {
    let name = HeaderName::try_from(name).expect("a name");
    let value = HeaderValue::from_bytes(value).expect("a value");
    request.headers_mut().insert(name, value);
    request
}
