//! Notion.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use countersign::notion::{Event, Notion, NotionVerify};
use countersign::{Covered, HmacKey, KeySet, Secret, Verified, VerifyLayer};
use countersign_tests::conformance::{NO_SHA256_WITH_PREFIX, Place, Subject};
use http::StatusCode;
use http::header::HeaderName;

use super::{Served, post, signed};

const SECRET: &str = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl";

fn subject(scheme: fn() -> Notion) -> Subject<Notion> {
    let signature = Place::Header(HeaderName::from_static("x-notion-signature"));
    Subject {
        scheme,
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "secret_theOneBeforeThat"],
        unsigned: || post(CREATED),
        required: vec![signature.clone()],
        malformed: (signature, NO_SHA256_WITH_PREFIX.to_vec()),
        timed: false,
        covered: Covered::Body,
    }
}

#[tokio::test]
async fn it_passes_the_suite() {
    subject(Notion::default).run().await;
}

/// Who takes the first request lets nothing else in by that.
#[tokio::test]
async fn it_passes_the_suite_while_a_token_is_awaited() {
    subject(|| Notion::default().on_verification_token(|_| panic!("there is none"))).run().await;
}

const CREATED: &str = r#"{"id":"367cba44","timestamp":"2024-12-05T23:55:34.285Z","type":"page.created",
    "entity":{"id":"153104cd","type":"page"},"authors":[{"id":"c7c11cca","type":"person"}],"data":{}}"#;

/// What was shown, and a scheme that shows.
fn showing() -> (Arc<Mutex<Vec<String>>>, Notion) {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&shown);
    let scheme = Notion::default().on_verification_token(move |token: Secret| {
        let text = String::from_utf8(token.expose().to_vec()).expect("a text");
        list.lock().expect("a list").push(text);
    });
    (shown, scheme)
}

/// The whole first run: a server without a key, the token, the restart with it.
#[tokio::test]
async fn the_first_request_is_answered_and_its_token_shown() {
    let (shown, scheme) = showing();
    let none = KeySet::<HmacKey>::new([]);
    let served = Served::new(VerifyLayer::with_keys(scheme, none), async || "handled");
    let first = format!(r#"{{"verification_token":"{SECRET}"}}"#);
    assert_eq!(served.send(post(first)).await, (StatusCode::OK, Bytes::new()));
    assert_eq!(*shown.lock().expect("a list"), [SECRET]);

    // A token that was shown is not believed: not before somebody said so.
    let event = signed(&Notion::default(), SECRET, post(CREATED));
    assert_eq!(served.send(event.clone()).await.0, StatusCode::UNAUTHORIZED);
    let served =
        Served::new(NotionVerify::new(SECRET), async |Verified(event): Verified<Event>| {
            format!("{} of {}", event.kind, event.entity.kind)
        });
    assert_eq!(served.send(event).await, (StatusCode::OK, "page.created of page".into()));
}

/// Strangers can send one too, so what is taken is narrow, and what is not asked for is refused.
#[tokio::test]
async fn nothing_but_a_token_is_taken_without_a_signature() {
    let (shown, scheme) = showing();
    let served = Served::new(VerifyLayer::with(scheme, SECRET), async || "handled");
    let long = format!(r#"{{"verification_token":"{}"}}"#, "a".repeat(257));
    for body in [
        "",
        "{}",
        CREATED,
        r#"{"verification_token":""}"#,
        r#"{"verification_token":null}"#,
        r#"{"verification_token":["a"]}"#,
        r#"["a"]"#,
        r#"{"verification_token":"a","verification_token":"b"}"#,
        r#"{"verification_token":"a","type":"page.created"}"#,
        r#"{"verification_token":"a b"}"#,
        r#"{"verification_token":"a\nnotice: all is well"}"#,
        r#"{"verification_token":"\u001b[2J"}"#,
        r#"{"verification_token":"ä"}"#,
        r#"{"verification_token":"a"} "b""#,
        &long,
    ] {
        let sent = served.send(post(body.to_owned())).await;
        assert_eq!(sent, (StatusCode::UNAUTHORIZED, Bytes::new()), "{body}");
    }
    // With a signature it is an event like any other, right or wrong.
    let body = r#"{"verification_token":"a"}"#;
    let forged = signed(&Notion::default(), "secret_another", post(body));
    assert_eq!(served.send(forged).await.0, StatusCode::UNAUTHORIZED);
    let genuine = signed(&Notion::default(), SECRET, post(body));
    assert_eq!(served.send(genuine).await, (StatusCode::OK, "handled".into()));
    assert!(shown.lock().expect("a list").is_empty());

    let closed = Served::new(NotionVerify::new(SECRET), async || "handled");
    assert_eq!(closed.send(post(body)).await.0, StatusCode::UNAUTHORIZED, "nobody asked for it");
}
