//! What a stranger is told.

use std::time::SystemTime;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;

use super::{Subject, with_header};

/// adnanh/webhook#85: the expected signature was in the answer. Whatever is wrong, the answer is the same,
/// to the byte.
#[tokio::test]
async fn reason_or_expected_signature_in_the_answer() {
    for subject in Subject::all() {
        let genuine = subject.genuine_at(SystemTime::now().into());
        let mut wrong = vec![
            subject.unsigned(),
            Subject::new(subject.provider).genuine_at(SystemTime::now().into()),
            Request::post("/hook").body(Bytes::new()).expect("a request"),
        ];
        for name in subject.signed_headers().keys() {
            wrong.push(with_header(genuine.clone(), name, b""));
            wrong.push(with_header(genuine.clone(), name, b"x"));
        }
        for request in wrong {
            let answer = subject.send(request.map(Body::from)).await;
            let (parts, body) = answer.into_parts();
            assert_eq!(parts.status, StatusCode::UNAUTHORIZED, "{}", subject.name());
            let mut expected = HeaderMap::new();
            expected.insert("www-authenticate", "Signature".parse().expect("a value"));
            let mut headers = parts.headers;
            headers.remove("content-length");
            assert_eq!(headers, expected, "{}", subject.name());
            assert!(body.collect().await.expect("a body").to_bytes().is_empty());
        }
    }
}

/// Shopify's review and Discord want 401; others answered 400, 403 or 500.
#[tokio::test]
async fn wrong_status() {
    for subject in Subject::all() {
        let genuine = subject.genuine_at(SystemTime::now().into());
        let answer = subject.send(genuine.map(Body::from)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", subject.name());
        let forged = Subject::new(subject.provider).genuine_at(SystemTime::now().into());
        let answer = subject.send(forged.map(Body::from)).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{}", subject.name());
    }
}
