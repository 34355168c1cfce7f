//! What becomes of a claim, for each way in which handling can end: the table of the two modes.

use std::time::Duration;

use countersign::{Duplicates, ReplayMode, SparkVerify, VerifyError};
use countersign_tests::conformance::read;
use countersign_tests::logs::Logs;
use countersign_tests::redis::Redis;
use countersign_tests::server::Server;
use http::StatusCode;
use http::header::RETRY_AFTER;
use http_body_util::Full;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tower::limit::ConcurrencyLimit;
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;

use super::probe::Probe;
use super::redis::connected;
use super::{
    Act, HANDLED, Handler, IN_FLIGHT, REPLAYED, Replay, SECRET, UNAVAILABLE, memory, modes, send,
    sent, signed, spark,
};

const BODY: &str = "an event";

/// What a retry gets after handling broke off: refused for good, or handled, soon.
async fn broken_off(layer: &SparkVerify, handler: &Handler, mode: ReplayMode) {
    let (expected, times) = match mode {
        ReplayMode::AtMostOnce => (IN_FLIGHT, 30),
        _ => (HANDLED, 6000),
    };
    let mut answer = IN_FLIGHT;
    for _ in 0..times {
        settled().await;
        answer = send(layer, handler, signed(BODY)).await;
        if answer != IN_FLIGHT {
            break;
        }
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(answer, expected, "{mode:?}");
}

/// In memory, over a network, and in a real Redis.
struct Stores(Redis);

impl Stores {
    fn start() -> Self {
        Self(Redis::volatile())
    }

    /// Empty ones.
    async fn empty(&self) -> [Replay; 3] {
        self.0.ask("FLUSHALL").expect("it answers");
        let redis = connected(&self.0).await;
        [memory(), Replay::new(Probe::later()), Replay::new(redis)]
    }
}

#[tokio::test]
async fn a_duplicate_of_what_is_done_is_refused_or_acknowledged() {
    let stores = Stores::start();
    for mode in modes() {
        for replay in stores.empty().await {
            for status in [StatusCode::OK, StatusCode::NO_CONTENT, StatusCode::UNPROCESSABLE_ENTITY]
            {
                let handler = Handler::told([Act::Answer(status)]);
                let layer = spark(replay.clone().mode(mode));
                let body = status.to_string();
                assert_eq!(send(&layer, &handler, signed(&body)).await.0, status);
                assert_eq!(send(&layer, &handler, signed(&body)).await, REPLAYED);

                // What is acknowledged is no refusal: `reject_with` is not asked.
                let layer = spark(replay.clone().duplicates(Duplicates::Acknowledge));
                let layer = layer.reject_with(|error| error.response().map(|_| "refused"));
                let service = layer.layer(handler.clone());
                let response =
                    service.oneshot(signed(&body).map(Full::new)).await.expect("an answer");
                let error = response.extensions().get().map(VerifyError::reason);
                assert_eq!(error, Some(countersign::Reason::Replayed));
                assert_eq!(handler.calls(), 1);
                assert_eq!(read(response).await, (StatusCode::OK, "".into()));
            }
        }
    }
}

#[tokio::test]
async fn the_log_says_which_it_was() {
    let (logs, _guard) = Logs::start();
    for duplicates in [Duplicates::Refuse, Duplicates::Acknowledge] {
        let (layer, handler) = (spark(memory().duplicates(duplicates)), Handler::default());
        for _ in 0..2 {
            send(&layer, &handler, signed(BODY)).await;
        }
    }
    let text = logs.text();
    assert!(text.contains(r#"code="replayed" status=401"#), "{text}");
    assert!(text.contains(r#"code="replayed" status=200"#), "{text}");
    assert!(!text.contains("WARN") && !text.contains("ERROR"), "{text}");
}

#[tokio::test]
async fn a_duplicate_of_what_is_being_handled_is_409_with_retry_after() {
    for mode in modes() {
        for duplicates in [Duplicates::Refuse, Duplicates::Acknowledge] {
            let handler = Handler::told([Act::Hang]);
            let layer = spark(memory().mode(mode).duplicates(duplicates));
            let mut first = Box::pin(send(&layer, &handler, signed(BODY)));
            assert!(timeout(Duration::from_millis(5), &mut first).await.is_err());

            let service = layer.layer(handler.clone());
            let response = service.oneshot(signed(BODY).map(Full::new)).await.expect("an answer");
            assert_eq!(response.headers()[RETRY_AFTER], "5");
            assert_eq!(sent(response), IN_FLIGHT);
            assert_eq!(handler.calls(), 1);
        }
    }
}

#[tokio::test]
async fn a_500_is_retried_and_handled() {
    let stores = Stores::start();
    for mode in modes() {
        for replay in stores.empty().await {
            let failed = StatusCode::INTERNAL_SERVER_ERROR;
            let handler = Handler::told([Act::Answer(failed), Act::Answer(failed)]);
            let layer = spark(replay.mode(mode));
            for _ in 0..2 {
                assert_eq!(send(&layer, &handler, signed(BODY)).await, (failed, None));
            }
            assert_eq!(send(&layer, &handler, signed(BODY)).await, HANDLED);
            assert_eq!(send(&layer, &handler, signed(BODY)).await, REPLAYED);
            assert_eq!(handler.calls(), 3);
        }
    }
}

#[tokio::test]
async fn a_panic_under_catch_panic() {
    let stores = Stores::start();
    for mode in modes() {
        for replay in stores.empty().await {
            let handler = Handler::told([Act::Panic]);
            let layer = spark(replay.mode(mode));
            let caught = ServiceBuilder::new()
                .layer(CatchPanicLayer::new())
                .layer(layer.clone())
                .service(handler.clone())
                .oneshot(signed(BODY).map(Full::new))
                .await
                .expect("an answer");
            assert_eq!(caught.status(), StatusCode::INTERNAL_SERVER_ERROR);
            broken_off(&layer, &handler, mode).await;
        }
    }
}

/// Incident: replay by disconnecting.
#[tokio::test]
async fn replay_by_disconnecting() {
    let stores = Stores::start();
    for mode in modes() {
        for replay in stores.empty().await {
            let handler = Handler::told([Act::Hang]);
            let layer = spark(replay.mode(mode));
            let mut call = Box::pin(send(&layer, &handler, signed(BODY)));
            while handler.calls() == 0 {
                assert!(timeout(Duration::from_millis(1), &mut call).await.is_err());
            }
            drop(call);
            broken_off(&layer, &handler, mode).await;
        }
    }
}

/// The same over a real connection, which the client closes in the middle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replay_by_closing_the_connection() {
    let stores = Stores::start();
    for mode in modes() {
        for replay in stores.empty().await {
            let handler = Handler::told([Act::Hang]);
            let layer = spark(replay.mode(mode));
            let inner = handler.clone();
            let route = axum::routing::post(async move || {
                let request = http::Request::new(Full::default());
                inner.oneshot(request).await.map_err(|_| StatusCode::BAD_GATEWAY).map(|_| "handled")
            });
            let app = axum::Router::new().route("/", route.route_layer(layer.clone()));
            let server = Server::start(app).await.expect("a server");
            let signature = signed(BODY).headers()["x-spark-signature"].clone();
            let request = format!(
                "POST / HTTP/1.1\r\nHost: a\r\nX-Spark-Signature: {}\r\nContent-Length: {}\r\n\r\n{BODY}",
                signature.to_str().expect("hex"),
                BODY.len()
            );
            let mut stream = TcpStream::connect(server.address).await.expect("a connection");
            stream.write_all(request.as_bytes()).await.expect("it is written");
            while handler.calls() == 0 {
                sleep(Duration::from_millis(1)).await;
            }
            drop(stream);
            // The server notices it in its own time.
            broken_off(&layer, &handler, mode).await;
        }
    }
}

/// A service that fails has not answered.
#[tokio::test]
async fn a_service_that_fails_has_broken_off() {
    let stores = Stores::start();
    for mode in modes() {
        for replay in stores.empty().await {
            let handler = Handler::told([Act::Fail]);
            let layer = spark(replay.mode(mode));
            let service = layer.layer(handler.clone());
            assert!(service.oneshot(signed(BODY).map(Full::new)).await.is_err());
            broken_off(&layer, &handler, mode).await;
        }
    }
}

/// Nobody has handled anything, so nothing is kept; and who waits holds no second permit.
#[tokio::test]
async fn who_goes_away_before_the_call_is_released() {
    for mode in modes() {
        for replay in [memory(), Replay::new(Probe::later())] {
            let handler = Handler::told([Act::Hang]);
            let layer = spark(replay.mode(mode));
            let service = layer.layer(ConcurrencyLimit::new(handler.clone(), 1));
            let mut busy = Box::pin(service.clone().oneshot(signed("another").map(Full::new)));
            let mut waiting = Box::pin(service.clone().oneshot(signed(BODY).map(Full::new)));
            for _ in 0..5 {
                assert!(timeout(Duration::from_millis(1), &mut busy).await.is_err());
                assert!(timeout(Duration::from_millis(1), &mut waiting).await.is_err());
            }
            assert_eq!(handler.calls(), 1);
            let duplicate = service.oneshot(signed(BODY).map(Full::new)).await.expect("an answer");
            assert_eq!(sent(duplicate), IN_FLIGHT);
            drop(waiting);
            settled().await;
            assert_eq!(send(&layer, &handler, signed(BODY)).await, HANDLED);
        }
    }
}

#[tokio::test]
async fn a_store_that_is_down_or_full_is_503_and_nothing_is_handled() {
    let (logs, _guard) = Logs::start();
    for store in [Probe::ready(), Probe::later()] {
        let (handler, layer) = (Handler::default(), spark(Replay::new(store.clone())));
        store.fail(true);
        assert_eq!(send(&layer, &handler, signed(BODY)).await, UNAVAILABLE);
        assert_eq!(handler.calls(), 0);
        store.fail(false);
        assert_eq!(send(&layer, &handler, signed(BODY)).await, HANDLED);
    }
    let handler = Handler::default();
    let layer = spark(countersign::MemoryReplay::with_capacity(2));
    for (body, expected) in [("1", HANDLED), ("2", HANDLED), ("3", UNAVAILABLE), ("1", REPLAYED)] {
        assert_eq!(send(&layer, &handler, signed(body)).await, expected);
    }
    let text = logs.text();
    assert!(text.contains("ERROR countersign: not claimed"), "{text}");
    assert!(text.contains("the store of handled requests is full"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn failing_open_is_dangerous_and_says_so() {
    let (logs, _guard) = Logs::start();
    for store in [Probe::ready(), Probe::later()] {
        let handler = Handler::default();
        let layer = spark(Replay::new(store.clone()).danger_fail_open());
        store.fail(true);
        for _ in 0..2 {
            assert_eq!(send(&layer, &handler, signed(BODY)).await, HANDLED);
        }
        store.fail(false);
        assert_eq!(send(&layer, &handler, signed(BODY)).await, HANDLED);
        assert_eq!(send(&layer, &handler, signed(BODY)).await, REPLAYED);
    }
    assert_eq!(logs.text().matches("ERROR countersign: handled without a claim").count(), 4);
}

#[tokio::test]
async fn a_confirmation_that_fails_does_not_change_the_answer() {
    for mode in modes() {
        for status in [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR] {
            let (logs, _guard) = Logs::start();
            let store = Probe::gated();
            let handler = Handler::told([Act::Answer(status)]);
            let layer = spark(Replay::new(store.clone()).mode(mode));
            let mut call = Box::pin(send(&layer, &handler, signed(BODY)));
            store.permit(1);
            while handler.calls() == 0 {
                assert!(timeout(Duration::from_millis(1), &mut call).await.is_err());
            }
            store.fail(true);
            store.permit(1);
            assert_eq!(call.await, (status, None));
            let what = if status == StatusCode::OK { "not confirmed" } else { "not released" };
            let text = logs.text();
            assert!(text.contains("ERROR countersign") && text.contains(what), "{text}");
        }
    }
}

/// The store may have the claim already, so it is waited for, and released.
#[tokio::test]
async fn who_goes_away_while_it_is_claimed_leaves_nothing() {
    for mode in modes() {
        let store = Probe::gated();
        let (handler, layer) = (Handler::default(), spark(Replay::new(store.clone()).mode(mode)));
        let mut call = Box::pin(send(&layer, &handler, signed(BODY)));
        assert!(timeout(Duration::from_millis(5), &mut call).await.is_err());
        drop(call);
        store.permit(100);
        settled().await;
        assert_eq!((store.asked(), store.held()), (vec!["claim", "release"], 0));
        assert_eq!(handler.calls(), 0);
    }
}

/// It was handled: that nobody waits for the answer does not change it.
#[tokio::test]
async fn who_goes_away_while_it_is_confirmed_is_confirmed() {
    for mode in modes() {
        let store = Probe::gated();
        let (handler, layer) = (Handler::default(), spark(Replay::new(store.clone()).mode(mode)));
        let mut call = Box::pin(send(&layer, &handler, signed(BODY)));
        store.permit(1);
        while handler.calls() == 0 {
            assert!(timeout(Duration::from_millis(1), &mut call).await.is_err());
        }
        drop(call);
        store.permit(100);
        settled().await;
        assert_eq!(store.asked(), ["claim", "confirm"]);
        assert_eq!(send(&layer, &handler, signed(BODY)).await, REPLAYED);
    }
}

/// Lets what runs in the background come to its end.
async fn settled() {
    for _ in 0..50 {
        yield_now().await;
    }
}
