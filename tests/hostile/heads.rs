//! Heads that never end, or that are too large.

use std::time::Duration;

use serving::{FIRST_HEAD, NEXT_HEAD};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time;

use super::attack::{Bound, all};
use super::wire::{Wire, framed, head};

const PAUSE: Duration = Duration::from_millis(200);

/// 150 connections that send a byte now and then, or nothing, are all closed when the time for a head is
/// over. Each may hold one buffer, of 8 KiB, and its task: 64 KiB is generous.
#[tokio::test(flavor = "multi_thread")]
async fn a_dripped_head_is_cut_off() {
    all("head dripped", Bound::of(150, 64), async |target| {
        let start = head(&target.forged()) + "X-Drip: ";
        let mut connections = JoinSet::new();
        for index in 0..150 {
            let drip = match index % 3 {
                0 => Vec::new(),
                // Which version of HTTP this is, is not said before the last of these.
                1 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r".to_vec(),
                _ => [start.as_bytes(), &[b'a'; 1000]].concat(),
            };
            let pause = if index % 3 == 1 { 3 * PAUSE } else { PAUSE };
            let address = target.address();
            connections.spawn(async move { Wire::connect(address).await.drip(drip, pause).await });
        }
        for (elapsed, statuses) in connections.join_all().await {
            assert!(statuses.iter().all(|status| *status == 408), "{statuses:?}");
            assert!(elapsed >= FIRST_HEAD - Duration::from_secs(2), "closed after {elapsed:?}");
        }
    })
    .await;
}

/// A connection that was used before is waited for longer, and is closed all the same. Time is not
/// waited for here, so the server is one of the test's, with the limits of the examples.
#[tokio::test]
async fn a_later_head_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = serving::server(listener).serve(axum::Router::new().into_make_service());
    let server = tokio::spawn(server);
    for later in ["", "GET / HTTP/1.1\r\nX-Drip: "] {
        let mut wire = Wire::connect(address).await;
        wire.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert!(wire.head().await.starts_with("http/1.1 404"));
        wire.write(later).await;
        // So that it was read before time goes on.
        time::sleep(PAUSE).await;
        time::pause();
        let start = time::Instant::now();
        let closed = wire.rest();
        assert!(closed.await.is_empty());
        let elapsed = start.elapsed();
        time::resume();
        let range = NEXT_HEAD - Duration::from_secs(5)..NEXT_HEAD + Duration::from_secs(5);
        assert!(range.contains(&elapsed), "closed after {elapsed:?}");
    }
    server.abort();
}

/// A line of 8 MB, or a path, or one that says nothing of where it ends. HTTP/1 reads up to 400 KiB of a
/// head, and takes twice that while its buffer grows.
#[tokio::test(flavor = "multi_thread")]
async fn a_huge_head_is_refused() {
    all("head of 8 MB, 24 times", Bound::of(24, 1024), async |target| {
        let request = target.genuine();
        let huge = "a".repeat(8 << 20);
        let mut connections = JoinSet::new();
        for index in 0..24 {
            let text = match index % 3 {
                0 => format!("{}X-Huge: {huge}\r\n\r\n", head(&request)),
                1 => format!("POST /{huge} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                _ => format!("{}{huge}", head(&request)),
            };
            let mut wire = target.connect().await;
            connections.spawn(async move {
                wire.write(text).await;
                wire.statuses().await
            });
        }
        for statuses in connections.join_all().await {
            // Who is still writing may see the reset before the answer.
            assert!(matches!(statuses[..], [] | [414] | [431]), "{statuses:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_headers_are_refused_and_ninety_are_not() {
    all("100,000 headers, 16 times", Bound::of(16, 1024), async |target| {
        let mut connections = JoinSet::new();
        for count in [101, 5_000, 100_000, 100_000].repeat(4) {
            let lines: String = (0..count).map(|index| format!("X-{index}: 1\r\n")).collect();
            let request = framed(&target.genuine(), &lines, b"");
            let mut wire = target.connect().await;
            connections.spawn(async move {
                wire.write(request).await;
                (count, wire.statuses().await)
            });
        }
        for (count, statuses) in connections.join_all().await {
            assert!(matches!(statuses[..], [] | [431]), "{count}: {statuses:?}");
        }
        let request = target.genuine();
        let lines: String = (0..90).map(|index| format!("X-{index}: 1\r\n")).collect();
        let length = format!("Content-Length: {}\r\n", request.body().len());
        target.takes(framed(&request, &format!("{lines}{length}"), request.body())).await;
    })
    .await;
}
