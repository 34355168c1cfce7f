//! Bodies, whatever is in them and however they come.

use std::time::SystemTime;

use axum::body::Body;
use bytes::Bytes;
use countersign_cli::registry::Strength;
use countersign_tests::script::{Script, Step};
use http::{Request, StatusCode};

use super::Subject;

/// CVE-2026-42294, CVE-2024-40634: the body was read whole before anything was looked at. Where the
/// signature is in the head, its absence is known before the body is there; a body that is declared too
/// large is not read either.
#[tokio::test]
async fn body_read_whole_before_any_check() {
    for subject in Subject::all() {
        let never = |length: u64| Body::new(Script::new([Step::Stall]).declare(length));
        if subject.provider.facts().signature.starts_with("header") {
            let answer = subject.send(subject.unsigned().map(|_| never(10))).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{}", subject.name());
        }
        let limit = subject.provider.defaults().expect("defaults").body_limit as u64;
        let genuine = subject.genuine_at(SystemTime::now().into());
        let answer = subject.send(genuine.map(|_| never(limit + 1))).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{}", subject.name());
    }
}

/// A layer of another library spins a core on any chunked body.
#[tokio::test]
async fn chunked_body_spins_or_hangs() {
    for subject in Subject::all() {
        let genuine = subject.genuine_at(SystemTime::now().into());
        for size in [1, 7] {
            let chunked = genuine.clone().map(|body| Body::new(Script::chunked(&body, size)));
            let answer = subject.send(chunked).await;
            assert_eq!(answer.status(), StatusCode::OK, "{}", subject.name());
        }
    }
}

/// Two crates panic on a body that is large or no UTF-8.
#[test]
fn panic_on_a_large_or_non_utf8_body() {
    let bodies: [Vec<u8>; 8] = [
        vec![],
        vec![0xff; 3],
        vec![0; 100_000],
        vec![b'['; 100_000],
        b"{\"a\":".repeat(20_000),
        b"a=%&".repeat(20_000),
        b"\xef\xbb\xbf{}".to_vec(),
        b"%ff=%fe&=&&".to_vec(),
    ];
    for subject in Subject::all() {
        for body in &bodies {
            let other: Request<Bytes> = subject.genuine().map(|_| body.clone().into());
            let verdict = subject.verify(other);
            let weak = subject.provider.facts().strength == Strength::TokenOnly;
            assert!(verdict.is_err() || weak, "{}: {verdict:?}", subject.name());
        }
    }
}

/// A body that breaks off is no shorter body.
#[tokio::test]
async fn a_body_that_breaks_off() {
    for subject in Subject::all() {
        let genuine = subject.genuine_at(SystemTime::now().into());
        let broken = genuine.map(|body| Body::new(Script::new([Step::Data(body), Step::Fail])));
        let answer = subject.send(broken).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{}", subject.name());
    }
}
