//! Tenants by path, host and header: each has keys of its own, and nobody signs for another.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use countersign::KeySet;
use countersign::flow::{FlowAction, FlowWebhook};
use countersign::spark::Spark;
use countersign::speakap::Speakap;
use countersign::{
    HeaderTenant, HostTenant, KeyOf, KeyTable, Locate, Meya, PathTenant, Proof, Reason, Scheme,
    Secret, Sign, SpacePublicKey, SpaceSigningKey, SpaceToken, Timestamp, VerifyError, VerifyLayer,
};
use countersign_tests::space::key;
use countersign_tests::spy::Spy;
use http::header::{HeaderName, HeaderValue};
use http::{Request, StatusCode};
use http_body_util::channel::Channel;
use tokio::time::timeout;
use tower::{Layer, ServiceExt};

/// Says whose request it was.
async fn handle<S: Scheme>(axum::Extension(proof): axum::Extension<Proof<S>>) -> String {
    proof.tenant().unwrap_or("nobody").to_owned()
}

fn app<S: Scheme>(scheme: S, table: &KeyTable<KeyOf<S>>) -> Router {
    let layer = VerifyLayer::with_keys(scheme, table.clone()).tenant(PathTenant::new("tenant"));
    Router::new().route("/hooks/{tenant}/in", post(handle::<S>).route_layer(layer))
}

async fn send(app: &Router, uri: &str, request: Request<Bytes>) -> (StatusCode, String) {
    let (mut parts, body) = request.into_parts();
    parts.uri = uri.parse().unwrap();
    let request = Request::from_parts(parts, Body::from(body));
    let Ok(answer) = app.clone().oneshot(request).await;
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Two tenants of a provider: what each of them signs with, and what is verified with.
struct Pair {
    signing: [Secret; 2],
    verifying: [Secret; 2],
}

impl Pair {
    fn shared() -> Self {
        let secrets =
            || ["the secret of a", "the secret of b"].map(|text| Secret::new(text).unwrap());
        Self { signing: secrets(), verifying: secrets() }
    }
}

async fn nobody_signs_for_another<S: Sign>(
    scheme: fn() -> S,
    pair: Pair,
    content_type: &'static str,
    body: &'static str,
) {
    let table = KeyTable::by_tenant();
    for (name, secret) in ["a", "b"].into_iter().zip(&pair.verifying) {
        table.insert(name, KeySet::new([scheme().key(secret).unwrap()])).unwrap();
    }
    let app = app(scheme(), &table);
    let signed = |index: usize| {
        let request = Request::post("/").header("content-type", content_type);
        let request = request.body(Bytes::from_static(body.as_bytes())).unwrap();
        let now = Timestamp::from(SystemTime::now());
        scheme().sign(&pair.signing[index], now, request).unwrap()
    };
    let refused = (StatusCode::UNAUTHORIZED, String::new());
    for (index, name) in ["a", "b"].into_iter().enumerate() {
        let (own, other) = (signed(index), signed(1 - index));
        let uri = format!("/hooks/{name}/in");
        assert_eq!(
            send(&app, &uri, own.clone()).await,
            (StatusCode::OK, name.to_owned()),
            "{}",
            S::NAME
        );
        assert_eq!(send(&app, &uri, other).await, refused, "{}", S::NAME);
        assert_eq!(send(&app, "/hooks/c/in", own).await, refused, "{}", S::NAME);
    }
    table.remove("a");
    assert_eq!(send(&app, "/hooks/a/in", signed(0)).await, refused);
}

#[tokio::test]
async fn nobody_signs_for_another_tenant_of_any_provider() {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    nobody_signs_for_another(Spark::default, Pair::shared(), JSON, "{}").await;
    nobody_signs_for_another(FlowAction::default, Pair::shared(), FORM, "user_id=24&ids=1").await;
    nobody_signs_for_another(FlowWebhook::default, Pair::shared(), JSON, "{}").await;
    nobody_signs_for_another(Speakap::default, Pair::shared(), FORM, "role=user&userEID=1").await;
    nobody_signs_for_another(SpaceSigningKey::default, Pair::shared(), JSON, "{}").await;
    nobody_signs_for_another(SpaceToken::default, Pair::shared(), JSON, "{}").await;
    let meya = || Meya::at("https://hooks.example.com/meya");
    nobody_signs_for_another(meya, Pair::shared(), JSON, "{}").await;
    let rsa = Pair {
        signing: [0, 1].map(|index| key(index).pem().unwrap()),
        verifying: [0, 1].map(|index| Secret::new(key(index).jwk()).unwrap()),
    };
    nobody_signs_for_another(SpacePublicKey::default, rsa, JSON, "{}").await;
}

#[tokio::test]
async fn a_path_parameter_is_decoded_and_needs_a_route() {
    let table = KeyTable::by_tenant();
    table.insert("a b", KeySet::new([Spark::default().key(&secret()).unwrap()])).unwrap();
    let app = app(Spark::default(), &table);
    assert_eq!(send(&app, "/hooks/a%20b/in", spark()).await, (StatusCode::OK, "a b".to_owned()));
    for uri in ["/hooks/a%2520b/in", "/hooks/a+b/in", "/hooks/A%20B/in", "/hooks/a%ff/in"] {
        assert_eq!(send(&app, uri, spark()).await.0, StatusCode::UNAUTHORIZED, "{uri}");
    }
    let layer = VerifyLayer::with_keys(Spark::default(), table).tenant(PathTenant::new("tenant"));
    let outside = Router::new().route("/hooks/{tenant}/in", post(handle::<Spark>)).layer(layer);
    // `Router::layer` runs after routing, so the parameters are there.
    assert_eq!(send(&outside, "/hooks/a%20b/in", spark()).await.0, StatusCode::OK);
}

/// Nested routers may have a parameter of one name each.
#[tokio::test]
async fn a_parameter_that_is_there_twice_is_none() {
    let table = KeyTable::by_tenant();
    for name in ["a", "b"] {
        table.insert(name, KeySet::new([Spark::default().key(&secret()).unwrap()])).unwrap();
    }
    let layer = VerifyLayer::with_keys(Spark::default(), table).tenant(PathTenant::new("tenant"));
    let inner = Router::new().route("/{tenant}/in", post(handle::<Spark>).route_layer(layer));
    let app = Router::new().nest("/{tenant}", inner);
    assert_eq!(send(&app, "/a/b/in", spark()).await.0, StatusCode::UNAUTHORIZED);
}

fn secret() -> Secret {
    Secret::new("secret").unwrap()
}

fn spark() -> Request<Bytes> {
    let request = Request::post("/").body(Bytes::from_static(b"{}")).unwrap();
    Spark::default().sign(&secret(), Timestamp::from_secs(0), request).unwrap()
}

fn located(locate: &impl Locate, request: http::request::Builder) -> Option<String> {
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    locate.locate(&mut parts).map(String::from)
}

#[test]
fn hosts() {
    let host = |value: &'static str| located(&HostTenant, Request::post("/").header("host", value));
    assert_eq!(host("A.example.com").as_deref(), Some("a.example.com"));
    assert_eq!(host("a.example.com:8443").as_deref(), Some("a.example.com"));
    assert_eq!(host("[::1]:80").as_deref(), Some("[::1]"));
    for bad in ["", ":80", "a b", "a/b", "user@", "evil@a.example.com", "a.example.com:evil"] {
        assert_eq!(host(bad), None, "{bad:?}");
    }
    // That of HTTP/2 is in the URI.
    let uri = Request::post("https://B.example.com/").header("host", "a.example.com");
    assert_eq!(located(&HostTenant, uri).as_deref(), Some("b.example.com"));
    let twice = Request::post("/").header("host", "a").header("host", "a");
    assert_eq!(located(&HostTenant, twice), None);
    assert_eq!(located(&HostTenant, Request::post("/")), None);
}

#[test]
fn headers() {
    let locate = HeaderTenant::new(HeaderName::from_static("x-tenant"));
    let with = |value: HeaderValue| Request::post("/").header("x-tenant", value);
    assert_eq!(located(&locate, with(HeaderValue::from_static("a"))).as_deref(), Some("a"));
    for bad in [&b""[..], b"\xff", b"caf\xc3\xa9"] {
        assert_eq!(located(&locate, with(HeaderValue::from_bytes(bad).unwrap())), None);
    }
    let twice = with(HeaderValue::from_static("a")).header("x-tenant", "a");
    assert_eq!(located(&locate, twice), None);
    assert_eq!(located(&locate, Request::post("/")), None);
    let closure = |parts: &mut http::request::Parts| Some(parts.method.as_str().into());
    assert_eq!(located(&closure, Request::post("/")).as_deref(), Some("POST"));
}

/// Without a name, or under one that nobody has, the body is read and hashed all the same: the
/// answer comes when that of a wrong signature would.
#[tokio::test]
async fn an_unknown_tenant_is_refused_when_a_wrong_signature_is() {
    let table = KeyTable::by_tenant();
    table.insert("a", KeySet::new([Spark::default().key(&secret()).unwrap()])).unwrap();
    let header = HeaderName::from_static("x-tenant");
    let layer = VerifyLayer::with_keys(Spark::default(), table).tenant(HeaderTenant::new(header));
    for (tenant, reason) in
        [(Some("a"), Reason::Mismatch), (Some("b"), Reason::UnknownKey), (None, Reason::UnknownKey)]
    {
        let (mut sender, body) = Channel::<Bytes>::new(1);
        let mut request = spark().map(|_| body);
        if let Some(tenant) = tenant {
            request.headers_mut().insert("x-tenant", HeaderValue::from_static(tenant));
        }
        let mut answer = layer.layer(Spy::default()).oneshot(request);
        assert!(timeout(Duration::from_millis(50), &mut answer).await.is_err(), "{tenant:?}");
        sender.send_data(Bytes::from_static(b"{\"forged\":1}")).await.unwrap();
        drop(sender);
        let Ok(answer) = answer.await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(answer.extensions().get().map(VerifyError::reason), Some(reason));
    }
}

/// A decoy verifies nothing, whoever knows it.
#[tokio::test]
async fn a_decoy_is_believed_by_nobody() {
    let decoy = Secret::new("nobody's, and believed by nobody").unwrap();
    let forged = Request::post("/").body(Bytes::from_static(b"{}")).unwrap();
    let forged = Spark::default().sign(&decoy, Timestamp::from_secs(0), forged).unwrap();
    let layer = VerifyLayer::with_keys(Spark::default(), KeyTable::by_tenant());
    assert_eq!(layer.verify(forged).unwrap_err().reason(), Reason::UnknownKey);
    assert!(SpacePublicKey::default().decoy().is_some());
}
