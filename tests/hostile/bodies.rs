//! Bodies that never end, that end too soon, or that are not what they seem.

use std::time::Duration;

use tokio::task::JoinSet;

use super::attack::{Bound, all};
use super::target::Target;
use super::wire::{Wire, chunk, framed, head, last, whole};

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

/// Never silent for long, so that only a deadline for the whole helps: 10 s, and 30 s in
/// `flow-action-server`. 60 connections, each with a buffer and a task; and one to a path that nobody serves,
/// which is closed as soon as it is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_dripped_body_is_cut_off() {
    all("body dripped", Bound::of(61, 64), async |target| {
        let request = target.forged();
        let mut connections = JoinSet::new();
        for lines in ["Content-Length: 100000\r\n", CHUNKED].repeat(30) {
            let mut wire = target.connect().await;
            wire.write(framed(&request, lines, b"fffff\r\n")).await;
            connections.spawn(wire.drip([b'a'; 1000], Duration::from_millis(100)));
        }
        for (elapsed, statuses) in connections.join_all().await {
            assert_eq!(statuses, [408], "after {elapsed:?}");
            assert!(elapsed >= Duration::from_secs(8), "closed after {elapsed:?}");
        }
        let mut wire = target.connect().await;
        wire.write("POST /nobody HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
            .await;
        let (elapsed, statuses) = wire.drip([b'a'; 1000], Duration::from_millis(100)).await;
        assert_eq!(statuses, [404]);
        assert!(elapsed < Duration::from_secs(8), "closed after {elapsed:?}");
    })
    .await;
}

/// A client that will write no more has sent all that it will be judged by. Nobody waits for a deadline.
#[tokio::test(flavor = "multi_thread")]
async fn half_closed_connections_are_closed() {
    all("half closed, 300 times", Bound::of(300, 64), async |target| {
        let request = target.forged();
        let length = request.body().len();
        let (half, _) = request.body().split_at(length / 2);
        let cut = [
            (head(&request).into_bytes(), vec![]),
            (framed(&request, &format!("Content-Length: {length}\r\n"), half), vec![400]),
            (framed(&request, CHUNKED, &chunk("", half)), vec![400]),
            (framed(&request, CHUNKED, b"ff\r\n"), vec![400]),
            (framed(&request, &format!("Content-Length: {length}\r\n"), b""), vec![400]),
            (vec![], vec![]),
        ];
        let mut connections = JoinSet::new();
        for (text, expected) in cut.into_iter().cycle().take(300) {
            let wire = target.connect().await;
            connections.spawn(async move {
                let is_late = half_closed(wire, &text, &expected).await >= LATE;
                is_late.then_some((text, expected))
            });
        }
        // Where the machine was busy, alone it is in time; a deadline that is waited for is late each time.
        for (text, expected) in connections.join_all().await.into_iter().flatten() {
            let elapsed = half_closed(target.connect().await, &text, &expected).await;
            assert!(elapsed < LATE, "closed after {elapsed:?}");
        }
    })
    .await;
}

/// As late as a deadline.
const LATE: Duration = Duration::from_secs(8);

/// How long the connection is open after this was written, and nothing more will be.
async fn half_closed(mut wire: Wire, text: &[u8], expected: &[u16]) -> Duration {
    wire.write(text).await;
    wire.finish().await;
    let (elapsed, statuses) = wire.drip([], Duration::ZERO).await;
    assert!(statuses.is_empty() || statuses == expected, "{statuses:?} {expected:?}");
    elapsed
}

/// Four bodies at a time, each without an end. What is kept is no more than the limit of the body, and twice
/// that while it grows; the rest is thrown away.
#[tokio::test(flavor = "multi_thread")]
async fn chunks_without_end_are_cut_off_at_the_limit() {
    let bound = Bound::of(4, 2 * 8 * 1024);
    all("chunked without end, 4 at a time", bound, async |target| {
        // The limit, as much again that is read on, and what the system's buffers hold.
        const ENOUGH: usize = 64 << 20;
        let chunks = chunk("", &[b'a'; 64 * 1024]);
        let mut connections = JoinSet::new();
        for _ in 0..4 {
            let chunks = chunks.clone();
            let request = framed(&target.forged(), CHUNKED, b"");
            let mut wire = target.connect().await;
            connections.spawn(async move {
                wire.write(request).await;
                let mut sent = 0;
                while sent < ENOUGH && wire.write(&chunks).await {
                    sent += chunks.len();
                }
                (sent < ENOUGH, wire.statuses().await)
            });
        }
        for (is_cut_off, statuses) in connections.join_all().await {
            assert!(is_cut_off, "it took all: {statuses:?}");
            // Who is still writing may see the reset before the answer.
            assert!(matches!(statuses[..], [] | [413]), "{statuses:?}");
        }
    })
    .await;
}

/// An extension of a chunk is no part of the body. Without an end, or with all of them together
/// larger than 16 KiB, it is refused.
#[tokio::test(flavor = "multi_thread")]
async fn extensions_of_chunks_are_no_part_of_the_body() {
    all("extensions of chunks", Bound::of(40, 64), async |target| {
        let genuine = target.genuine();
        let mut body = chunks(genuine.body(), ";name=\"value\";other");
        body.extend(b"0;last\r\n\r\n");
        target.takes(framed(&genuine, CHUNKED, &body)).await;

        let endless = format!("5;{}", "a".repeat(1 << 20)).into_bytes();
        let many = chunks(&[b'a'; 4096], &format!(";{}", "a".repeat(64)));
        let hidden = b"5;\nhello\r\n0\r\n\r\n".to_vec();
        let mut connections = JoinSet::new();
        for body in [endless, many, hidden].into_iter().cycle().take(36) {
            let mut wire = target.connect().await;
            let request = framed(&target.genuine(), CHUNKED, &body);
            connections.spawn(async move {
                wire.write(request).await;
                wire.statuses().await
            });
        }
        for statuses in connections.join_all().await {
            assert!(matches!(statuses[..], [] | [400]), "{statuses:?}");
        }
    })
    .await;
}

/// A trailer is neither a header nor a part of the body.
#[tokio::test(flavor = "multi_thread")]
async fn trailers_are_not_looked_at() {
    all("trailers", Bound::of(40, 128), async |target| {
        let genuine = target.genuine();
        let mut wire = target.connect().await;
        wire.write(trailed(target, "X-Trailer: 1\r\n")).await;
        // The signature of another request, and nothing in the head.
        let mut unsigned = genuine.clone();
        unsigned.headers_mut().clear();
        let signature = head(&genuine);
        let signature = signature.split_once("localhost\r\n").expect("a host").1;
        let trailed_by = [&chunk("", genuine.body()), &b"0\r\n"[..], signature.as_bytes(), b"\r\n"];
        if target.example() != super::target::Example::Flow {
            wire.write(framed(&unsigned, CHUNKED, &trailed_by.concat())).await;
        }
        wire.write(last(&target.forged())).await;
        let statuses = wire.statuses().await;
        assert_eq!(statuses.first(), Some(&200));
        assert!(statuses[1..].iter().all(|status| *status == 401), "{statuses:?}");
        target.accept(1);

        let mut connections = JoinSet::new();
        for _ in 0..12 {
            for trailers in [
                format!("X-Huge: {}\r\n", "a".repeat(1 << 20)),
                "X-Many: 1\r\n".repeat(10_000),
                format!("X-Endless: {}", "a".repeat(1 << 20)),
            ] {
                let mut wire = target.connect().await;
                let request = trailed(target, &trailers);
                connections.spawn(async move {
                    wire.write(request).await;
                    wire.statuses().await
                });
            }
        }
        for statuses in connections.join_all().await {
            assert!(matches!(statuses[..], [] | [400]), "{statuses:?}");
        }
    })
    .await;
}

/// A genuine request with those trailers.
fn trailed(target: &Target, trailers: &str) -> Vec<u8> {
    let genuine = target.genuine();
    let end = format!("0\r\n{trailers}\r\n");
    framed(&genuine, CHUNKED, &[chunk("", genuine.body()), end.into_bytes()].concat())
}

/// The body, a byte a chunk.
fn chunks(body: &[u8], extension: &str) -> Vec<u8> {
    body.iter().flat_map(|byte| chunk(extension, &[*byte])).collect()
}

/// A client that writes everything before it reads anything sees every answer, in order: to 2,000 small
/// requests, and to one that is refused by its head.
#[tokio::test(flavor = "multi_thread")]
async fn everything_may_be_written_before_anything_is_read() {
    all("all written before any is read", Bound::of(2, 1024), async |target| {
        let forged = whole(&target.forged());
        let mut wire = target.connect().await;
        for _ in 0..2_000 {
            assert!(wire.write(&forged).await);
        }
        wire.write(last(&target.forged())).await;
        assert_eq!(wire.statuses().await, [401; 2_001]);

        let mut unsigned = target.forged().map(|_| vec![b'a'; 700 * 1024].into());
        unsigned.headers_mut().clear();
        let mut wire = target.connect().await;
        assert!(wire.write(last(&unsigned)).await);
        assert_eq!(wire.statuses().await, [401]);
    })
    .await;
}

/// One that never reads, and writes until nothing more is taken, holds what its connection's buffers hold,
/// and not for long: the system tells the server that the answers are not taken.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_never_read_end_the_connection() {
    all("answers never read", Bound::of(2, 1024), async |target| {
        let forged = whole(&target.forged()).repeat(100);
        let mut silent = JoinSet::new();
        for _ in 0..2 {
            let mut wire = Wire::connect_narrow(target.address()).await;
            let forged = forged.clone();
            // Each writing is waited for, and panics when it takes longer than any deadline.
            silent.spawn(async move { while wire.write(&forged).await {} });
        }
        silent.join_all().await;
    })
    .await;
}
