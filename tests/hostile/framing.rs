//! Requests whose ends are in doubt: what one server takes for a body, another takes for a request. The
//! signature covers the body, so a request that was smuggled in is as forged as any other.

use std::time::Duration;

use tokio::task::JoinSet;

use super::attack::{Bound, all};
use super::target::Target;
use super::wire::{chunk, framed, last, whole};

/// Few connections at a time, and small bodies.
const BOUND: Bound = Bound::of(8, 1024);

/// How long a server is given that need not wait for anything.
const WHILE: Duration = Duration::from_secs(2);

/// What a server may make of it: `Refused` by 400 and a closed connection, or `Judged` by what is between
/// the ends that it found, which is not what was signed.
const REFUSED: &[u16] = &[400];
const JUDGED: &[u16] = &[400, 401, 408, 413];

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_wrong_or_twice_there_proves_nothing() {
    all("wrong and double `Content-Length`", BOUND, async |target| {
        let request = target.genuine();
        let right = request.body().len();
        let overflown = format!("1844674407370955161{}", right + 6);
        for lengths in [
            vec![format!("{right}"), format!("{}", right + 1)],
            vec![format!("{}", right - 1), format!("{right}")],
            vec![format!("{right}, {}", right + 1)],
            vec![format!("+{right}")],
            vec![format!("-{right}")],
            vec![format!("0x{right:x}")],
            vec![format!("{right}.0")],
            vec![format!("{right} {right}")],
            vec![format!("{right};")],
            vec![format!("\u{b}{right}")],
            vec![overflown],
            vec![String::new()],
        ] {
            let lines: String =
                lengths.iter().map(|length| format!("Content-Length: {length}\r\n")).collect();
            is_one_of(target, framed(&request, &lines, request.body()), REFUSED, &lines).await;
        }
        // Too short: the rest is no request. Too long: the request after it is a part of the body.
        let short = format!("Content-Length: {}\r\n", right - 1);
        is_one_of(target, framed(&request, &short, request.body()), JUDGED, &short).await;
        let smuggled = last(&target.forged());
        let long = format!("Content-Length: {}\r\n", right + smuggled.len());
        let body = [request.body(), &smuggled[..]].concat();
        is_one_of(target, framed(&request, &long, &body), JUDGED, &long).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_smuggled_by_transfer_encoding_is_never_genuine() {
    all("`Transfer-Encoding` games", BOUND, async |target| {
        for (lines, allowed) in [
            ("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", JUDGED),
            ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", JUDGED),
            ("Transfer-Encoding: chunked, chunked\r\n", JUDGED),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", JUDGED),
            ("Transfer-Encoding: gzip, chunked\r\n", JUDGED),
            ("Transfer-Encoding: chunked, identity\r\n", REFUSED),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", REFUSED),
            ("Transfer-Encoding: identity\r\n", REFUSED),
            ("Transfer-Encoding: identity\r\nContent-Length: 4\r\n", REFUSED),
            ("Transfer-Encoding: xchunked\r\n", REFUSED),
            ("Transfer-Encoding: chunkedx\r\nContent-Length: 4\r\n", REFUSED),
            ("Transfer-Encoding: \"chunked\"\r\n", REFUSED),
            ("Transfer-Encoding: chunked;q=1\r\n", REFUSED),
            ("Transfer-Encoding:\r\n", REFUSED),
            ("Transfer-Encoding:\u{b}chunked\r\n", REFUSED),
            ("Transfer-Encoding : chunked\r\n", REFUSED),
            ("Transfer-Encoding\r\n : chunked\r\n", REFUSED),
            ("X: x\r\n Transfer-Encoding: chunked\r\n", REFUSED),
            ("X: x\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n", JUDGED),
            ("X: x\rTransfer-Encoding: chunked\r\n", REFUSED),
            ("Transfer-Encoding: chun\r\n ked\r\n", REFUSED),
            ("Transfer-Encoding: ch\u{0}unked\r\n", REFUSED),
        ] {
            let forged = target.forged();
            // For who reads chunks, the second request comes after the last; for who goes by a length
            // of 4, behind the first size.
            let body = [&chunk("", forged.body()), &b"0\r\n\r\n"[..], &last(&forged)].concat();
            is_one_of(target, framed(&forged, lines, &body), allowed, lines).await;
        }
        // One encoding, however it is written, is what it says.
        for lines in ["Transfer-Encoding: chunked\r\n", "transfer-encoding:  Chunked \r\n"] {
            let genuine = target.genuine();
            let body = [&chunk("", genuine.body()), &b"0\r\n\r\n"[..]].concat();
            target.takes(framed(&genuine, lines, &body)).await;
        }
        for size in ["-5", "+5", "0x5", "5 5", "fffffffffffffffff", "", "5\n", " 5"] {
            let forged = target.forged();
            let body =
                [format!("{size}\r\nhello\r\n0\r\n\r\n").as_bytes(), &last(&forged)].concat();
            let lines = "Transfer-Encoding: chunked\r\n";
            is_one_of(target, framed(&forged, lines, &body), JUDGED, size).await;
        }
    })
    .await;
}

/// The bad one is answered, and what comes behind it is taken for what it is or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_request_before_a_genuine_one_does_it_no_good() {
    all("pipelining, a bad one first", BOUND, async |target| {
        let no_request = [
            "GARBAGE\r\n\r\n",
            "POST\r\n\r\n",
            "POST / HTTP/9.9\r\n\r\n",
            "POST / HTTP/1.1\r\nno header\r\n\r\n",
            "\u{0}\u{0}\u{0}\u{0}",
            "\u{16}\u{3}\u{1}",
        ];
        for bad in no_request {
            let text = [bad.as_bytes(), &last(&target.genuine())].concat();
            is_one_of(target, text, REFUSED, bad).await;
        }
        // Forged, but whole: the genuine one behind it is another request.
        let text = [whole(&target.forged()), last(&target.genuine())].concat();
        let mut wire = target.connect().await;
        wire.write(text).await;
        assert_eq!(wire.statuses().await, [401, 200]);
        target.accept(1);
        // The genuine one is the body of the forged one.
        let genuine = last(&target.genuine());
        let length = format!("Connection: close\r\nContent-Length: {}\r\n", genuine.len());
        let text = framed(&target.forged(), &length, &genuine);
        is_one_of(target, text, JUDGED, "genuine in a body").await;
        // 400 of them at once, every second one genuine.
        let mut connections = JoinSet::new();
        for _ in 0..4 {
            let pair = || [whole(&target.forged()), whole(&target.genuine())].concat();
            let mut text: Vec<u8> = (0..50).flat_map(|_| pair()).collect();
            text.extend(last(&target.forged()));
            let mut wire = target.connect().await;
            connections.spawn(async move {
                wire.write(text).await;
                wire.statuses().await
            });
        }
        let expected = [[401, 200].repeat(50), vec![401]].concat();
        for statuses in connections.join_all().await {
            assert_eq!(statuses, expected);
            target.accept(50);
        }
    })
    .await;
}

/// Who asks first is told to go on only if the head may be that of a genuine request, and is answered
/// whatever it then does.
#[tokio::test(flavor = "multi_thread")]
async fn expect_100_continue_is_answered() {
    all("`Expect: 100-continue`", BOUND, async |target| {
        let expect = |request: &http::Request<bytes::Bytes>| {
            let length = request.body().len();
            let lines = format!("Expect: 100-continue\r\nContent-Length: {length}\r\n");
            framed(request, &lines, b"")
        };
        let genuine = target.genuine();
        let mut wire = target.connect().await;
        wire.write(expect(&genuine)).await;
        assert!(wire.head().await.starts_with("http/1.1 100"));
        wire.write(genuine.body()).await;
        assert!(wire.head().await.starts_with("http/1.1 200"));
        target.accept(1);

        let mut unsigned = target.forged();
        unsigned.headers_mut().clear();
        let mut wire = target.connect().await;
        wire.write(expect(&unsigned)).await;
        assert!(wire.head().await.starts_with("http/1.1 401"), "nobody was to go on");

        // It does not wait, asks for something else, or goes away.
        let forged = target.forged();
        let unknown = format!("Expect: tea\r\nContent-Length: {}\r\n", forged.body().len());
        for (text, expected) in [
            ([&expect(&forged)[..], forged.body()].concat(), vec![401]),
            (framed(&forged, &unknown, forged.body()), vec![401]),
            (expect(&forged), vec![]),
        ] {
            let mut wire = target.connect().await;
            wire.write(text).await;
            let statuses = wire.settle(WHILE).await;
            let last: Vec<_> = statuses.into_iter().filter(|status| *status != 100).collect();
            assert!(last == expected || last == [400], "{last:?} {expected:?}");
        }
        // These wait for ever, and the server ends all the same.
        let mut left = Vec::new();
        for _ in 0..50 {
            let mut wire = target.connect().await;
            wire.write(expect(&target.forged())).await;
            left.push(wire);
        }
        left
    })
    .await;
}

/// Writes it, and says that nothing more will come if the server still waits after a while: the answers
/// are of those, and none is a success.
async fn is_one_of(target: &Target, text: Vec<u8>, allowed: &[u16], what: &str) {
    let mut wire = target.connect().await;
    wire.write(text).await;
    let statuses = wire.settle(WHILE).await;
    let example = target.example();
    assert!(
        statuses.iter().all(|status| allowed.contains(status)),
        "{example:?} {what:?}: {statuses:?}"
    );
}
