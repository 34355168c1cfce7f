//! The reader of captured requests.

use std::fmt::Write;

use countersign_cli::capture::parse;
use proptest::prelude::*;

fn body(capture: &[u8]) -> Result<Vec<u8>, String> {
    parse(capture).map(|request| request.into_body().to_vec()).map_err(|error| error.to_string())
}

fn post(rest: &str) -> Result<Vec<u8>, String> {
    body(format!("POST /a HTTP/1.1\r\n{rest}").as_bytes())
}

#[test]
fn the_end_of_the_body() {
    let same = [
        "Content-Length: 3\r\n\r\nabc",
        "content-length:3\n\nabc",
        "Content-Length: 3\r\n\r\nabc\r\n\r\n",
        "Content-Length: 03\r\n\r\nabc\n",
        "\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "Transfer-Encoding: Chunked\n\n3\nabc\n0\n\n",
        "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n02 ; c=\"d\"\r\nbc\r\n0;e\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\n\n",
    ];
    for rest in same {
        assert_eq!(post(rest).as_deref(), Ok(&b"abc"[..]), "{rest:?}");
    }
    assert_eq!(post("\r\nabc\r\n").as_deref(), Ok(&b"abc\r\n"[..]), "to the end is to the end");
    assert_eq!(post("Content-Length: 0\r\n\r\n").as_deref(), Ok(&b""[..]));
}

#[test]
fn the_trailers_are_no_headers() {
    let capture = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n\r\n";
    assert!(!parse(capture).unwrap().headers().contains_key("x-a"));
}

#[test]
fn nothing_is_guessed() {
    let many = "A: b\r\n".repeat(1025);
    let long = format!("A: {}\r\n\r\n", "b".repeat(1 << 20));
    let extension = format!("Transfer-Encoding: chunked\r\n\r\n1;{}\r\n", "b".repeat(5_000));
    for (rest, why) in [
        ("Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "more than once"),
        ("Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "more than once"),
        ("Content-Length: 1, 1\r\n\r\na", "not a number"),
        ("Content-Length: +1\r\n\r\na", "not a number"),
        ("Content-Length: -1\r\n\r\na", "not a number"),
        ("Content-Length: 0x1\r\n\r\na", "not a number"),
        ("Content-Length:\r\n\r\na", "not a number"),
        ("Content-Length: 99999999999999999999\r\n\r\na", "not a number"),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "both"),
        ("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "only"),
        ("Transfer-Encoding: identity\r\n\r\na", "only"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "once"),
        ("Content-Length: 2\r\n\r\na", "cut off"),
        ("Content-Length: 1\r\n\r\nab", "1 bytes follow"),
        ("Content-Length: 1\r\n\r\naGET / HTTP/1.1\r\n\r\n", "18 bytes follow"),
        ("Transfer-Encoding: chunked\r\n\r\n", "cut off"),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nab", "cut off"),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc", "cut off"),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "cut off"),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", "cut off"),
        ("Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", "longer"),
        ("Transfer-Encoding: chunked\r\n\r\ng\r\n", "size of a chunk is malformed"),
        ("Transfer-Encoding: chunked\r\n\r\n-1\r\n", "size of a chunk is malformed"),
        ("Transfer-Encoding: chunked\r\n\r\n0x1\r\n", "size of a chunk is malformed"),
        ("Transfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n", "size of a chunk is malformed"),
        ("Transfer-Encoding: chunked\r\n\r\n;a\r\n", "size of a chunk is malformed"),
        ("Transfer-Encoding: chunked\r\n\r\n1;a\rb\r\n", "extension"),
        ("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "too large"),
        ("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na", "cut off"),
        ("Transfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n", "trailers"),
        ("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nmore", "4 bytes follow"),
        ("A : b\r\n\r\n", "malformed"),
        ("A: b\r\n folded\r\n\r\n", "malformed"),
        ("A: b\0\r\n\r\n", "malformed"),
        (&many, "more than 1024 headers"),
        (&long, "the head has more than"),
        (&extension, "line of a chunk"),
    ] {
        let error = post(rest).expect_err(rest);
        assert!(error.contains(why) && error.lines().count() == 1, "{rest:?}: {error}");
    }
    let old = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert!(body(old).unwrap_err().contains("HTTP/1.0"));
}

#[test]
fn the_head_is_kept() {
    let request = parse(b"\r\nPUT http://a/b?c HTTP/1.1\r\nX: 1\r\nx:\t2 \r\nY:\r\n\r\n").unwrap();
    assert_eq!((request.method().as_str(), &*request.uri().to_string()), ("PUT", "http://a/b?c"));
    let values: Vec<_> = request.headers().get_all("x").iter().collect();
    assert_eq!(values, ["1", "2"]);
    assert_eq!(request.headers()["y"], "");
}

/// A request in the chunked coding, with chunks of those lengths.
fn chunked(body: &[u8], lengths: &[usize], end: &str) -> Vec<u8> {
    let mut wire = format!("POST / HTTP/1.1{end}Transfer-Encoding: chunked{end}{end}").into_bytes();
    let mut rest = body;
    for &length in lengths.iter().chain([&usize::MAX]) {
        let (chunk, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        if !chunk.is_empty() {
            let mut line = String::new();
            write!(line, "{:X};n=v{end}", chunk.len()).unwrap();
            wire.extend_from_slice(line.as_bytes());
            wire.extend_from_slice(chunk);
            wire.extend_from_slice(end.as_bytes());
        }
    }
    wire.extend_from_slice(format!("0{end}T: v{end}{end}").as_bytes());
    wire
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in any::<Vec<u8>>()) {
        let _ = parse(&bytes);
        for head in ["POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"] {
            let _ = parse(&[head.as_bytes(), &bytes].concat());
        }
    }

    #[test]
    fn a_damaged_request_does_not_panic(
        body: Vec<u8>,
        lengths in prop::collection::vec(0usize..20, 0..8),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut: prop::sample::Index,
    ) {
        let mut wire = chunked(&body, &lengths, "\r\n");
        for (at, byte) in damage {
            let at = at.index(wire.len());
            wire[at] = byte;
        }
        wire.truncate(cut.index(wire.len() + 1));
        let _ = parse(&wire);
    }

    #[test]
    fn chunks_do_not_change_the_body(
        body: Vec<u8>,
        lengths in prop::collection::vec(0usize..20, 0..8),
        crlf: bool,
    ) {
        let wire = chunked(&body, &lengths, if crlf { "\r\n" } else { "\n" });
        prop_assert_eq!(parse(&wire).unwrap().into_body(), &body);
        // No beginning of it is a request.
        for end in 0..wire.len() {
            prop_assert!(parse(&wire[..end]).is_err());
        }
    }

    #[test]
    fn line_ends_do_not_change_the_head(
        headers in prop::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,12}", "[!-~]{0,12}"), 0..12),
        body: Vec<u8>,
    ) {
        let headers: Vec<_> = headers
            .into_iter()
            .map(|(name, value)| (format!("X-{name}"), value))
            .collect();
        let wire = |end: &str| {
            let mut head = format!("POST /a?b HTTP/1.1{end}Content-Length: {}{end}", body.len());
            for (name, value) in &headers {
                write!(head, "{name}: {value}{end}").unwrap();
            }
            [head.as_bytes(), end.as_bytes(), &body].concat()
        };
        let (crlf, lf) = (parse(wire("\r\n").as_slice()).unwrap(), parse(wire("\n").as_slice()).unwrap());
        prop_assert_eq!(crlf.headers(), lf.headers());
        prop_assert_eq!(crlf.headers().len(), headers.len() + 1);
        prop_assert_eq!(crlf.body(), lf.body());
        prop_assert_eq!(crlf.body(), &body);
    }
}
