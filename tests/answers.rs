//! The table of answers: each row a status, an empty body, and a line in the log.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use countersign::spark::{Event, Spark};
use countersign::{
    ConfigError, Reason, Secret, Sign, SignedJson, SparkVerify, Timestamp, Verified, VerifyError,
};
use countersign_tests::conformance::read;
use countersign_tests::logs::Logs;
use countersign_tests::script::{Script, Step};
use countersign_tests::server::{Server, read_to_end};
use countersign_tests::spy::Spy;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{Full, Limited};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tower::{Layer, ServiceExt};
use tower_http::timeout::RequestBodyDeadlineLayer;

const SECRET: &str = "a-very-secret-secret";
const EVENT: &str = r#"{"id":"W","resource":"rooms","event":"created","data":{"id":"R"}}"#;

fn signed(body: &str) -> Request<Bytes> {
    let request =
        Request::post("/spark").body(Bytes::copy_from_slice(body.as_bytes())).expect("a request");
    let secret = Secret::new(SECRET).expect("a secret");
    Spark::default().sign(&secret, Timestamp::from_secs(0), request).expect("a signature")
}

fn app() -> Router {
    let handler = post(async |Verified(event): Verified<Event>| event.id);
    Router::new().route("/spark", handler.route_layer(SparkVerify::new(SECRET)))
}

async fn send(app: Router, request: Request<Bytes>) -> (StatusCode, Bytes) {
    let Ok(response) = app.oneshot(request.map(Body::from)).await;
    read(response).await
}

#[tokio::test]
async fn a_genuine_event_is_handled_and_a_forged_one_is_not() {
    assert_eq!(send(app(), signed(EVENT)).await, (StatusCode::OK, "W".into()));
    let forged = signed(EVENT).map(|_| Bytes::from(EVENT.replace("rooms", "memos")));
    assert_eq!(send(app(), forged).await, (StatusCode::UNAUTHORIZED, "".into()));
}

#[tokio::test]
async fn genuine_but_not_this_payload_is_422_and_a_warning_without_values() {
    let (logs, _guard) = Logs::start();
    for body in [r#"{"id":"W"}"#, "[]", "not json", "\u{7f}", r#"{"id":{"private":"text"}}"#] {
        assert_eq!(send(app(), signed(body)).await, (StatusCode::UNPROCESSABLE_ENTITY, "".into()));
    }
    let text = logs.text();
    assert_eq!(text.matches("WARN countersign").count(), 5, "{text}");
    assert!(text.contains("missing field `resource`"), "{text}");
    assert!(!text.contains("private") && !text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn without_the_layer_it_is_500_and_the_log_says_what_to_add() {
    let (logs, _guard) = Logs::start();
    let bare = Router::new().route("/spark", post(async |Verified(_): Verified<Event>| "handled"));
    let answer = send(bare, signed(EVENT)).await;
    assert_eq!(answer, (StatusCode::INTERNAL_SERVER_ERROR, "".into()));
    let text = logs.text();
    for part in ["ERROR countersign", "Event", "spark", ".route_layer("] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[tokio::test]
async fn a_type_of_the_users_own_is_read_from_the_proof() {
    #[derive(serde::Deserialize)]
    struct Mine {
        id: String,
    }
    let handler = post(async |Verified(mine): Verified<SignedJson<Spark, Mine>>| mine.id.clone());
    let app = Router::new().route("/spark", handler.route_layer(SparkVerify::new(SECRET)));
    assert_eq!(send(app, signed(EVENT)).await, (StatusCode::OK, "W".into()));
}

/// The reason is in the log and in the extensions; the secret and the body are in neither.
#[tokio::test]
async fn a_refusal_is_logged_with_its_reason_and_nothing_else() {
    let (logs, _guard) = Logs::start();
    let mut request = signed(EVENT);
    let signature = request.headers()["x-spark-signature"].clone();
    *request.body_mut() = Bytes::from("private words");
    let service = SparkVerify::new(SECRET).layer(Spy::default());
    let Ok(response) = service.oneshot(request.map(Full::new)).await;

    let error: &VerifyError = response.extensions().get().expect("the error for outer layers");
    assert_eq!((error.scheme(), error.reason()), ("spark", Reason::Mismatch));
    let text = logs.text();
    assert!(text.contains("DEBUG countersign: refused scheme=\"spark\""), "{text}");
    assert!(text.contains("code=\"mismatch\"") && text.contains("status=401"), "{text}");
    for secret in [SECRET, "private words", signature.to_str().expect("hex")] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn reject_with_replaces_the_answer() {
    let layer = SparkVerify::new(SECRET).reject_with(|error| {
        let mut response = error.response().map(|_| "<p>Please open this from the app.</p>");
        response.headers_mut().insert("content-type", HeaderValue::from_static("text/html"));
        response
    });
    let request = Request::post("/").body(Full::<Bytes>::default()).expect("a request");
    let Ok(response) = layer.layer(Spy::default()).oneshot(request).await;
    assert_eq!(response.headers()["content-type"], "text/html");
    assert!(response.extensions().get::<VerifyError>().is_some());
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body, "<p>Please open this from the app.</p>");
}

#[tokio::test]
async fn an_outer_limit_is_413_as_well() {
    let request = signed(EVENT).map(|body| Limited::new(Script::chunked(&body, 8), 20));
    let Ok(response) = SparkVerify::new(SECRET).layer(Spy::default()).oneshot(request).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

/// The deadline runs from the head on, however often a byte comes: the drip is cut off by 408.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outer_deadline_is_408() {
    let app = app().layer(RequestBodyDeadlineLayer::new(Duration::from_millis(300)));
    let server = Server::start(app).await.expect("a server");
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let signature = signed(EVENT).headers()["x-spark-signature"].clone();
    let head = format!(
        "POST /spark HTTP/1.1\r\nHost: a\r\nX-Spark-Signature: {}\r\nContent-Length: 60000\r\n\r\n",
        signature.to_str().expect("hex")
    );
    stream.write_all(head.as_bytes()).await.expect("it is written");
    let (mut reader, mut writer) = stream.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = [0; 28];
    let read = tokio::io::AsyncReadExt::read_exact(&mut reader, &mut answer);
    tokio::time::timeout(Duration::from_secs(5), read).await.expect("in time").expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 408 Request Timeout");
    drip.abort();
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let request = signed(EVENT).map(|body| Script::new([Step::Data(body), Step::Fail]));
    let Ok(response) = SparkVerify::new(SECRET).layer(Spy::default()).oneshot(request).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

/// Over a real connection: chunked, with trailers and extensions, in one piece and byte by byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunked_over_tcp() {
    let server = Server::start(app()).await.expect("a server");
    let signature = signed(EVENT).headers()["x-spark-signature"].clone();
    let head = format!(
        "POST /spark HTTP/1.1\r\nHost: a\r\nX-Spark-Signature: {}\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\nTrailer: X-Spark-Signature\r\n\r\n",
        signature.to_str().expect("hex")
    );
    let (first, rest) = EVENT.split_at(10);
    let body = format!(
        "{:x};extension=1\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\nX-Spark-Signature: 00\r\n\r\n",
        first.len(),
        rest.len()
    );
    for size in [body.len(), 1] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        stream.write_all(head.as_bytes()).await.expect("it is written");
        for piece in body.as_bytes().chunks(size) {
            stream.write_all(piece).await.expect("it is written");
        }
        let answer = read_to_end(&mut stream).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\nW"), "{answer}");
    }
}

#[test]
#[should_panic(expected = "countersign: spark: the secret is empty")]
fn an_empty_secret_stops_the_start() {
    let _ = SparkVerify::new("");
}

#[test]
fn an_empty_secret_is_an_error_that_says_what_to_do() {
    let error: ConfigError = SparkVerify::try_new(["good", ""]).expect_err("it is empty");
    assert!(error.to_string().contains("give the secret that the provider uses"), "{error}");
}

/// Incident: secrets in logs.
#[test]
fn debug_shows_no_secret() {
    let layer = SparkVerify::new(SECRET);
    let secret = Secret::new(SECRET).expect("a secret");
    let service = layer.clone().layer(());
    let outcome = layer.verify(signed("private words"));
    let text = format!("{layer:?} {secret:?} {service:?} {outcome:?}");
    assert!(!text.contains(SECRET) && !text.contains("private words"), "{text}");
    let bytes = format!("{:?}", SECRET.as_bytes());
    assert!(!text.contains(bytes.trim_matches(['[', ']'])), "{text}");
}

/// Everything that a server holds can be shared between threads.
#[test]
fn all_of_it_is_send_and_sync() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>(_: &T) {}
    shared::<SparkVerify>();
    shared::<countersign::Verify<Spark, Spy>>();
    shared::<countersign::Proof<Spark>>();
    shared::<Response<countersign::ResponseBody<Full<Bytes>>>>();
    sent(&SparkVerify::new(SECRET).layer(Spy::default()).oneshot(signed(EVENT).map(Full::new)));
}

/// Over HTTP/2, where a refused body needs no draining: many streams on one connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http2() {
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let server = Server::start(app()).await.expect("a server");
    let stream = TcpStream::connect(server.address).await.expect("a connection");
    let handshake =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (client, connection) = handshake.await.expect("HTTP/2");
    tokio::spawn(connection);

    let send = async |request: Request<Bytes>| {
        let (mut parts, body) = request.into_parts();
        parts.uri = format!("http://{}/spark", server.address).parse().expect("a URI");
        let request = Request::from_parts(parts, Full::new(body));
        let response = client.clone().send_request(request).await.expect("an answer");
        response.status()
    };
    let mut unsigned = signed(EVENT).map(|_| Bytes::from(vec![b'x'; 1 << 20]));
    unsigned.headers_mut().clear();
    let forged = signed(EVENT).map(|_| Bytes::from(EVENT.replace("rooms", "memos")));
    for _ in 0..20 {
        let all = tokio::join!(send(signed(EVENT)), send(unsigned.clone()), send(forged.clone()));
        let refused = StatusCode::UNAUTHORIZED;
        assert_eq!(all, (StatusCode::OK, refused, refused));
    }
}
