//! HTTP/2 as a client that knows the server speaks it writes it (h2c): the examples do.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serving::STREAMS;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::attack::{Bound, all};
use super::frames::{
    END_STREAM, continuation, data, goaway, headers, open_headers, ping, preface, reset, settings,
    window_update,
};
use super::wire::Wire;

/// RFC 9113, 7.
const PROTOCOL_ERROR: u32 = 1;
const ENHANCE_YOUR_CALM: u32 = 11;

/// 2,000 requests on one connection, as many at a time as the server lets there be: each gets the answer
/// that it is to get.
#[tokio::test(flavor = "multi_thread")]
async fn many_streams_are_each_judged_for_themselves() {
    all("HTTP/2, 2,000 requests on a connection", Bound::of(2_000, 16), async |target| {
        let stream = TcpStream::connect(target.address()).await.expect("a connection");
        let io = TokioIo::new(stream);
        // Until it has heard how many, a client takes it for a hundred, and is refused what is beyond.
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .initial_max_send_streams(STREAMS as usize)
            .handshake(io)
            .await
            .expect("HTTP/2");
        tokio::spawn(connection);
        let mut answers = JoinSet::new();
        for index in 0..2_000 {
            // Signed and sent: a form is good for ten seconds, and all at once may wait for longer.
            if index % 200 == 0 {
                while answers.join_next().await.transpose().expect("the right answer").is_some() {}
            }
            let is_genuine = index % 20 == 0;
            let request = if is_genuine { target.genuine() } else { target.forged() };
            let mut sender = sender.clone();
            answers.spawn(async move {
                let answer = sender.send_request(request.map(Full::new)).await.expect("an answer");
                assert_eq!(answer.status(), if is_genuine { 200 } else { 401 });
            });
        }
        answers.join_all().await;
        target.accept(100);
    })
    .await;
}

/// Streams that are opened and given up at once, so that none counts as open (CVE-2023-44487): the server
/// ends the connection. Eight connections at a time.
#[tokio::test(flavor = "multi_thread")]
async fn rapid_resets_end_the_connection() {
    all("HTTP/2, rapid resets", Bound::of(8, 1024), async |target| {
        let attack = |first: fn(u32, &Request<Bytes>) -> Vec<u8>| {
            let request = target.forged();
            odd()
                .take(20_000)
                .flat_map(move |stream| [first(stream, &request), reset(stream)].concat())
        };
        let begun = |stream, request: &_| headers(stream, 0, request);
        let whole = |stream, request: &_| headers(stream, END_STREAM, request);
        for first in [begun, whole] {
            let text: Vec<u8> = attack(first).collect();
            let mut connections = JoinSet::new();
            for _ in 0..4 {
                connections.spawn(until_the_end(target.connect().await, text.clone()));
            }
            for error in connections.join_all().await {
                assert!(matches!(error, None | Some(ENHANCE_YOUR_CALM)), "{error:?}");
            }
        }
    })
    .await;
}

/// More than the server allows at a time, each with a body that never ends: it keeps no more than it allows, and
/// ends the connection when hundreds have been refused. A body of 1 KiB, a task and a stream: 64 KiB each.
#[tokio::test(flavor = "multi_thread")]
async fn streams_beyond_what_is_allowed_are_refused() {
    let bound = Bound::of(4 * u64::from(STREAMS), 64);
    all("HTTP/2, 1,000 bodies without an end", bound, async |target| {
        let mut left = Vec::new();
        for _ in 0..4 {
            let mut wire = target.connect().await;
            wire.write(preface()).await;
            for stream in odd().take(1_000) {
                let request = headers(stream, 0, &target.forged());
                wire.write([request, data(stream, 0, &[b'a'; 1024])].concat()).await;
            }
            left.push(wire);
        }
        left
    })
    .await;
}

/// A head that goes on in frames without end, and frames that want an answer each, without reading it.
#[tokio::test(flavor = "multi_thread")]
async fn floods_of_frames_end_the_connection_or_wait() {
    all("HTTP/2, floods of frames", Bound::of(12, 1024), async |target| {
        let request = target.forged();
        let endless = [open_headers(1, &request), continuation(1).repeat(20_000)].concat();
        let error = until_the_end(target.connect().await, endless).await;
        assert!(matches!(error, None | Some(ENHANCE_YOUR_CALM | PROTOCOL_ERROR)), "{error:?}");

        let open = headers(1, 0, &request);
        let zero = [open.clone(), data(1, 0, b"").repeat(200_000)].concat();
        let overflow = [open.clone(), window_update(1, 0x7fff_ffff).repeat(2)].concat();
        let unknown = [open, data(99, 0, b"a")].concat();
        for text in [overflow, unknown] {
            let mut wire = target.connect().await;
            wire.write([preface(), text].concat()).await;
            wire.finish().await;
            wire.rest().await;
        }
        let mut left = Vec::new();
        for flood in [zero, ping().repeat(100_000), settings().repeat(100_000)] {
            let mut wire = target.connect().await;
            let flooding = wire.write([preface(), flood].concat());
            // What is not taken in this time is waited for by the client, not by the server.
            let _ = tokio::time::timeout(Duration::from_secs(3), flooding).await;
            left.push(wire);
        }
        left
    })
    .await;
}

/// Writes that, as far as it is taken, and reads to the end: the error that the server ends with.
async fn until_the_end(mut wire: Wire, text: Vec<u8>) -> Option<u32> {
    wire.write([preface(), text].concat()).await;
    goaway(&wire.rest().await)
}

/// The streams of a client.
fn odd() -> impl Iterator<Item = u32> {
    (1..).step_by(2)
}
