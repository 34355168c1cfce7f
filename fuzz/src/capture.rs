//! What the command line reads: captured requests, in whichever form.

use bytes::Bytes;
use countersign::explain::encode;
use countersign_cli::input::{self, Choice};
use countersign_cli::registry::PROVIDERS;
use countersign_cli::{capture, vectors};
use http::Request;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};

use crate::large::large;

/// A capture is a request or it is none; what is read of it is all that is in it, and written again it is the same.
pub fn check(data: &[u8]) {
    let large = large(data);
    let text = large.as_deref().unwrap_or(data);
    for provider in [PROVIDERS[0], PROVIDERS[text.len() % PROVIDERS.len()]] {
        for entry in [None, Some(0)] {
            let _ = input::read(text, provider, Choice { har_entry: entry, vector: None });
        }
    }
    let _ = vectors::read(text);
    let Ok(request) = capture::parse(text) else { return };
    assert!(request.body().len() <= text.len());
    if request.headers().contains_key(TRANSFER_ENCODING) {
        return;
    }
    match request.headers().get(CONTENT_LENGTH) {
        Some(length) => {
            assert_eq!(length, &*digits(length.as_bytes(), &request));
            // And nothing but line ends follows it.
            assert!(without_line_ends(text).ends_with(without_line_ends(request.body())));
        }
        // It goes to the end.
        None => assert!(text.ends_with(request.body())),
    }
    // Without a length, line ends behind the head are a part of the body in both.
    let again = capture::parse(&encode(&request)).expect("what was read and is written again");
    assert_eq!((again.method(), again.headers()), (request.method(), request.headers()));
    assert_eq!(path(&again), path(&request));
    assert_eq!(again.body(), request.body());
}

fn without_line_ends(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r' | b'\n'] = text {
        text = rest;
    }
    text
}

/// What a request to nothing but a host asks for is the root.
fn path(request: &Request<Bytes>) -> &str {
    request.uri().path_and_query().map_or("/", |path| path.as_str())
}

/// The length of the body in digits, with as many zeros before it as it came with.
fn digits(came: &[u8], request: &Request<Bytes>) -> String {
    format!("{:0>width$}", request.body().len(), width = came.len())
}
