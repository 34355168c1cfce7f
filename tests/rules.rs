//! Rules that were found by trying: each test fails with the naive code.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{
    Clock, ManualClock, Reason, Secret, Sign, SparkVerify, Timestamp, VerifyError, VerifyLayer,
};
use countersign_tests::acme::Acme;
use countersign_tests::script::{Script, Step};
use countersign_tests::server::{Server, exchange, read_to_end};
use countersign_tests::spy::Spy;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tower::{Layer, ServiceBuilder, ServiceExt};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
/// Less than the five seconds that a body is read on for, with something to spare for a machine that is busy.
const AT_ONCE: Duration = Duration::from_millis(4500);
const BODY: &str = r#"{"id":"W"}"#;

fn signed(body: &str) -> Request<Bytes> {
    let request =
        Request::post("/spark").body(Bytes::copy_from_slice(body.as_bytes())).expect("a request");
    let secret = Secret::new("secret").expect("a secret");
    Spark::default().sign(&secret, NOW, request).expect("a signature")
}

/// Incident: a head that is sent in time, and a body that ends when the window is long over.
#[tokio::test]
async fn slow_body_outlives_the_window() {
    for (seconds, status) in [(300, StatusCode::OK), (301, StatusCode::UNAUTHORIZED)] {
        let clock = ManualClock::at(NOW);
        let layer = VerifyLayer::<Acme>::new("acme_secret").clock(clock.clone());
        let request = Request::post("/").body(Bytes::from("late")).expect("a request");
        let secret = Secret::new("acme_secret").expect("a secret");
        let request = Acme.sign(&secret, NOW, request).expect("a signature").map(|body| {
            let wait = Box::new(move || clock.advance(Duration::from_secs(seconds)));
            Script::new([Step::Data(body), Step::Pause, Step::Run(wait)])
        });

        let Ok(response) = layer.layer(Spy::default()).oneshot(request).await;
        assert_eq!(response.status(), status, "after {seconds} s");
        let error = response.extensions().get().map(VerifyError::reason);
        assert_eq!(error, (status != StatusCode::OK).then_some(Reason::Stale));
    }
}

/// A clock that is read in two ways, of which the one that is sooner at hand is two seconds late.
#[derive(Debug)]
struct Late;

impl Clock for Late {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn recent(&self) -> Timestamp {
        NOW.minus(Duration::from_secs(2))
    }
}

/// However late it is: nothing stale is accepted by it, and nothing refused that is not ahead of the right time.
#[test]
fn a_late_clock_decides_nothing() {
    let secret = Secret::new("acme_secret").expect("a secret");
    let layer = VerifyLayer::<Acme>::new("acme_secret").clock(Late).max_future(Duration::ZERO);
    for (age, reason) in [(0, None), (300, None), (301, Some(Reason::Stale))] {
        let time = NOW.minus(Duration::from_secs(age));
        let request = Request::post("/").body(Bytes::from("late")).expect("a request");
        let request = Acme.sign(&secret, time, request).expect("a signature");
        let refused = layer.verify(request).err().map(|error| error.reason());
        assert_eq!(refused, reason, "{age} s old");
    }
}

/// Incident: unfinished forged bodies hold the permits of a limit inside.
#[tokio::test]
async fn strangers_hold_permits() {
    let service = ServiceBuilder::new()
        .layer(SparkVerify::new("secret"))
        .concurrency_limit(1)
        .service(Spy::default());

    let mut unfinished = Vec::new();
    for _ in 0..10 {
        let request = signed(BODY).map(|_| Script::new([Step::Stall]));
        let mut call = Box::pin(service.clone().oneshot(request));
        assert!(timeout(Duration::from_millis(5), &mut call).await.is_err(), "it is unfinished");
        unfinished.push(call);
    }
    let genuine = signed(BODY).map(|body| Script::new([Step::Data(body)]));
    let answer = timeout(Duration::from_secs(5), service.oneshot(genuine)).await;
    let Ok(response) = answer.expect("strangers hold the only permit");
    assert_eq!(response.status(), StatusCode::OK);
}

/// A Tower service may be called only on the instance that was made ready: `Spy` insists on it.
#[tokio::test]
async fn poll_ready_on_one_clone_call_on_another() {
    let mut service = SparkVerify::new("secret").layer(Spy::default());
    for _ in 0..3 {
        let request = signed(BODY).map(Full::new);
        let Ok(ready) = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service).await;
        let Ok(response) = tower::Service::call(ready, request).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
}

/// Incident: memory by promise. The allocator of these tests counts; see `main.rs`.
#[tokio::test]
async fn huge_content_length_reserves_nothing() {
    const PROMISED: u64 = 64 << 30;
    let layer = SparkVerify::new("secret").body_limit(usize::MAX);
    let service = layer.layer(Spy::default());
    let mut held = Vec::new();
    for _ in 0..64 {
        let pieces =
            [Step::Data(Bytes::from("some")), Step::Data(Bytes::from("more")), Step::Stall];
        let request = signed(BODY).map(|_| Script::new(pieces).declare(PROMISED));
        let mut call = Box::pin(service.clone().oneshot(request));
        assert!(timeout(Duration::from_millis(5), &mut call).await.is_err(), "it is unfinished");
        held.push(call);
    }
    // More than the tests beside this one take, and less than one promise.
    assert!(crate::ALLOCATED.peak_usage_as_gb() < 8.0, "a promise was believed");
}

/// A client that writes all of a large unsigned request before it reads still gets its 401, and
/// not a reset: what was refused by its head is read on while the answer is on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_first_still_reads_the_401() {
    let layer = SparkVerify::new("secret").body_limit(8 << 20);
    let app = Router::new().route("/spark", post(async || "handled").route_layer(layer));
    let server = Server::start(app).await.expect("a server");

    const MIB: usize = 1 << 20;
    let head = "POST /spark HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    for length in [MIB, 6 * MIB] {
        let declared =
            [format!("{head}Content-Length: {length}\r\n\r\n").as_bytes(), &vec![b'x'; length]]
                .concat();
        let mut chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
        for _ in 0..length / 1024 {
            chunked.extend_from_slice(b"400\r\n");
            chunked.extend_from_slice(&[b'x'; 1024]);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        for request in [declared, chunked] {
            let answer = exchange(server.address, &request).await.expect("an answer, not a reset");
            assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
        }
    }
}

/// The decision does not wait for the body, and a client that asks first is not sent on.
#[tokio::test]
async fn an_unsigned_request_is_refused_before_its_body_is_there() {
    let app = Router::new()
        .route("/spark", post(async || "handled").route_layer(SparkVerify::new("secret")));
    let server = Server::start(app).await.expect("a server");

    for expect in ["", "Expect: 100-continue\r\n"] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        let head = format!(
            "POST /spark HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{expect}Content-Length: 5\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("it is written");
        let mut answer = [0; 25];
        let read = tokio::io::AsyncReadExt::read_exact(&mut stream, &mut answer);
        timeout(AT_ONCE, read).await.expect("at once").expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 401 Unauthorized");
        if !expect.is_empty() {
            // Nobody waits for a body that nobody asked for.
            let end = timeout(AT_ONCE, read_to_end(&mut stream)).await;
            let rest = end.expect("the connection is closed").expect("cleanly");
            assert!(!rest.contains("100 Continue"), "{rest}");
        }
    }
}

/// A stale head is refused at once; its body is not waited for.
#[tokio::test]
async fn a_stale_request_is_refused_before_its_body_is_there() {
    let request = Request::post("/").body(Bytes::from("late")).expect("a request");
    let secret = Secret::new("acme_secret").expect("a secret");
    let stale = Acme.sign(&secret, NOW, request).expect("a signature");
    let layer = VerifyLayer::<Acme>::new("acme_secret")
        .clock(ManualClock::at(NOW.plus(Duration::from_secs(301))));
    let call = layer.layer(Spy::default()).oneshot(stale.map(|_| Script::new([Step::Stall])));
    let Ok(response) = timeout(Duration::from_secs(3), call).await.expect("at once");
    assert_eq!(response.extensions().get().map(VerifyError::reason), Some(Reason::Stale));
}

/// The connection is used on after a refusal: nothing of the refused body is taken for a request.
#[tokio::test]
async fn a_refused_body_is_not_the_next_request() {
    let app = Router::new()
        .route("/spark", post(async || "handled").route_layer(SparkVerify::new("secret")));
    let server = Server::start(app).await.expect("a server");

    let smuggled = "POST /spark HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".repeat(2000);
    let genuine = signed(BODY);
    let signature = genuine.headers()["x-spark-signature"].to_str().expect("hex");
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let refused = format!(
        "POST /spark HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{smuggled}",
        smuggled.len()
    );
    stream.write_all(refused.as_bytes()).await.expect("it is written");
    // The refused one is drained in the background: give it the time.
    sleep(Duration::from_millis(200)).await;
    let second = format!(
        "POST /spark HTTP/1.1\r\nHost: a\r\nX-Spark-Signature: {signature}\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    stream.write_all(second.as_bytes()).await.expect("the connection is still open");
    let answers = read_to_end(&mut stream).await.expect("two answers");
    let statuses: Vec<_> = answers.lines().filter(|line| line.starts_with("HTTP/1.1")).collect();
    assert_eq!(statuses, ["HTTP/1.1 401 Unauthorized", "HTTP/1.1 200 OK"]);
    assert!(answers.ends_with("handled"));
}

/// Configuring a clone neither panics nor changes the first.
#[tokio::test]
async fn configuring_a_cloned_layer() {
    let first = SparkVerify::new("secret");
    let second = first.clone().body_limit(3).reject_with(|error| {
        let mut response = error.response();
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    });
    let send = async |layer: &SparkVerify| {
        let request = signed(BODY).map(Full::new);
        let Ok(response) = layer.layer(Spy::default()).oneshot(request).await;
        response.status()
    };
    assert_eq!(send(&first).await, StatusCode::OK);
    assert_eq!(send(&second).await, StatusCode::IM_A_TEAPOT);
    assert_eq!(send(&first).await, StatusCode::OK);
}

/// Incident: a layer that spins. A body that is always ready must leave others their turn.
#[tokio::test]
async fn always_ready_empty_frames_do_not_keep_the_thread() {
    let request = signed(BODY).map(|_| Script::new([Step::Spin]));
    let call = SparkVerify::new("secret").layer(Spy::default()).oneshot(request);
    assert!(timeout(Duration::from_millis(50), call).await.is_err());
}

/// The same for a body that was refused by its head and is read on: others get their turn, and after
/// five seconds it ends. A runtime without tokio's timers is as good.
#[test]
fn reading_on_leaves_others_their_turn_and_ends() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for last in [Step::Spin, Step::Stall] {
        runtime.block_on(async {
            let reading = Arc::new(());
            let steps = [Step::Held(Arc::clone(&reading)), last];
            let request = Request::post("/").body(Script::new(steps)).expect("a request");
            let started = Instant::now();
            let call = SparkVerify::new("secret").layer(Spy::default()).oneshot(request);
            let Ok(response) = call.await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            while Arc::strong_count(&reading) > 1 {
                assert!(started.elapsed() < Duration::from_secs(20), "it is read on for ever");
                std::thread::sleep(Duration::from_millis(1));
                tokio::task::yield_now().await;
            }
            assert!(started.elapsed() >= Duration::from_secs(5), "it was not read on");
        });
    }
}

/// A request that goes away in the middle leaves nothing behind.
#[tokio::test]
async fn dropping_an_unfinished_request_drops_the_inner_service() {
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let inner = tower::service_fn(move |_: Request<Full<Bytes>>| {
        let _held = &held;
        std::future::ready(Ok::<_, std::convert::Infallible>(http::Response::new(
            Full::<Bytes>::default(),
        )))
    });
    let request = signed(BODY).map(|_| Script::new([Step::Stall]));
    let mut call = Box::pin(SparkVerify::new("secret").layer(inner).oneshot(request));
    assert!(timeout(Duration::from_millis(5), &mut call).await.is_err());
    assert_eq!(Arc::strong_count(&alive), 2, "the unfinished call holds a clone of the service");
    drop(call);
    assert_eq!(Arc::strong_count(&alive), 1);
}
