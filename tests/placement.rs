//! The layer works wherever a Tower layer can stand.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::handler::Handler;
use axum::routing::{get, post};
use bytes::Bytes;
use countersign::spark::{Event, Spark};
use countersign::{Proof, Secret, Sign, SparkVerify, Timestamp, Verified};
use countersign_tests::conformance::read;
use countersign_tests::server::exchange;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;

const EVENT: &str = r#"{"id":"W","resource":"rooms","event":"created","data":{"id":"R"}}"#;

fn layer() -> SparkVerify {
    SparkVerify::new("secret")
}

async fn on_event(Verified(event): Verified<Event>) -> String {
    event.id
}

fn request(method: Method, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).body(Bytes::from(EVENT));
    let secret = Secret::new("secret").expect("a secret");
    let request = request.expect("a request");
    Spark::default()
        .sign(&secret, Timestamp::from_secs(0), request)
        .expect("a signature")
        .map(Body::from)
}

/// The answers to a signed and an unsigned POST to the path, to a GET, and to another path.
async fn statuses(app: Router, path: &str) -> [StatusCode; 4] {
    let send = async |request: Request<Body>| {
        let Ok(response) = app.clone().oneshot(request).await;
        response.status()
    };
    let mut unsigned = request(Method::POST, path);
    unsigned.headers_mut().clear();
    let mut get = request(Method::GET, path);
    get.headers_mut().clear();
    let mut elsewhere = request(Method::POST, "/elsewhere");
    elsewhere.headers_mut().clear();
    [
        send(request(Method::POST, path)).await,
        send(unsigned).await,
        send(get).await,
        send(elsewhere).await,
    ]
}

const OK: StatusCode = StatusCode::OK;
const REFUSED: StatusCode = StatusCode::UNAUTHORIZED;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const NOT_ALLOWED: StatusCode = StatusCode::METHOD_NOT_ALLOWED;

/// The form that the documentation gives first: 404 and 405 stay what they are.
#[tokio::test]
async fn on_a_method_router_by_route_layer() {
    let app = Router::new().route("/spark", post(on_event).route_layer(layer()));
    assert_eq!(statuses(app, "/spark").await, [OK, REFUSED, NOT_ALLOWED, NOT_FOUND]);
}

#[tokio::test]
async fn on_a_method_router_by_layer() {
    let app = Router::new().route("/spark", post(on_event).layer(layer()));
    assert_eq!(statuses(app, "/spark").await, [OK, REFUSED, REFUSED, NOT_FOUND]);
}

#[tokio::test]
async fn on_a_router() {
    let app = Router::new().route("/spark", post(on_event)).layer(layer());
    assert_eq!(statuses(app, "/spark").await, [OK, REFUSED, REFUSED, REFUSED]);
    let app = Router::new().route("/spark", post(on_event)).route_layer(layer());
    assert_eq!(statuses(app, "/spark").await, [OK, REFUSED, REFUSED, NOT_FOUND]);
}

#[tokio::test]
async fn on_a_nested_router_with_state() {
    #[derive(Clone)]
    struct Greeting(&'static str);
    async fn greet(State(greeting): State<Greeting>, Verified(event): Verified<Event>) -> String {
        format!("{} {}", greeting.0, event.id)
    }
    let nested = Router::new().route("/spark", post(greet)).route_layer(layer());
    let app = Router::new()
        .nest("/hooks", nested)
        .route("/open", get(async || "open"))
        .with_state(Greeting("hello"));

    let Ok(response) = app.clone().oneshot(request(Method::POST, "/hooks/spark")).await;
    assert_eq!(read(response).await, (OK, "hello W".into()));
    let expected = [OK, REFUSED, REFUSED, NOT_FOUND];
    assert_eq!(statuses(app.clone(), "/hooks/spark").await, expected);
    let Ok(response) = app.oneshot(Request::get("/open").body(Body::empty()).expect("it")).await;
    assert_eq!(read(response).await, (OK, "open".into()));
}

#[tokio::test]
async fn on_a_handler() {
    let app = Router::new().route("/spark", post(on_event.layer(layer())));
    assert_eq!(statuses(app, "/spark").await, [OK, REFUSED, NOT_ALLOWED, NOT_FOUND]);
}

/// Beside trace, time-out and limit layers, outside and inside.
#[tokio::test]
async fn in_a_service_builder() {
    let time_out = || TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, MINUTE);
    const MINUTE: Duration = Duration::from_secs(60);
    let outside = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyLimitLayer::new(100_000))
        .layer(time_out())
        .layer(RequestBodyDeadlineLayer::new(MINUTE))
        .layer(GlobalConcurrencyLimitLayer::new(8))
        .layer(layer());
    let inside = ServiceBuilder::new()
        .layer(layer())
        .layer(TraceLayer::new_for_http())
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyLimitLayer::new(100_000))
        .layer(time_out())
        .layer(RequestBodyDeadlineLayer::new(MINUTE))
        .layer(GlobalConcurrencyLimitLayer::new(1));
    let expected = [OK, REFUSED, NOT_ALLOWED, NOT_FOUND];
    let app = Router::new().route("/spark", post(on_event).route_layer(outside));
    assert_eq!(statuses(app, "/spark").await, expected);
    let app = Router::new().route("/spark", post(on_event).route_layer(inside));
    assert_eq!(statuses(app, "/spark").await, expected);
}

/// Two providers side by side: the one's signature opens nothing at the other.
#[tokio::test]
async fn two_layers_on_one_router() {
    let app = Router::new()
        .route("/one", post(on_event).route_layer(layer()))
        .route("/two", post(on_event).route_layer(SparkVerify::new("another")));
    let Ok(one) = app.clone().oneshot(request(Method::POST, "/one")).await;
    let Ok(two) = app.oneshot(request(Method::POST, "/two")).await;
    assert_eq!((one.status(), two.status()), (OK, REFUSED));
}

/// Plain hyper and tower, without axum: the proof is in the extensions.
#[tokio::test]
async fn on_plain_hyper() {
    async fn handle(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
        let proof: Option<&Proof<Spark>> = request.extensions().get();
        let event = proof.and_then(|proof| proof.payload::<Event>().ok());
        Ok(Response::new(Full::from(event.map(|event| event.id).unwrap_or_default())))
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = ServiceBuilder::new().layer(layer()).service(service_fn(handle));
            let service = TowerToHyperService::new(service);
            let io = TokioIo::new(stream);
            tokio::spawn(async move {
                auto::Builder::new(TokioExecutor::new()).serve_connection(io, service).await
            });
        }
    });

    let signed = request(Method::POST, "/");
    let signature = signed.headers()["x-spark-signature"].to_str().expect("hex");
    for (signature, status, body) in
        [(signature, "200 OK", "W"), (&"0".repeat(40), "401 Unauthorized", "")]
    {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Spark-Signature: {signature}\r\n\
             Content-Length: {}\r\n\r\n{EVENT}",
            EVENT.len()
        );
        let answer = exchange(address, request.as_bytes()).await.expect("an answer");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
    }
    server.abort();
}

/// The body types of axum and of hyper are taken as they are.
#[test]
fn takes_the_bodies_of_axum_and_hyper() {
    fn takes<B>()
    where
        countersign::Verify<Spark, axum::routing::Route>: tower::Service<Request<B>>,
    {
    }
    takes::<Body>();
    takes::<Incoming>();
    takes::<Full<Bytes>>();
    let _ = layer().layer(());
}
