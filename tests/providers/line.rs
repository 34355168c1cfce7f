//! LINE.

use bytes::Bytes;
use countersign::line::{Line, LineVerify, Webhook};
use countersign::{Covered, Verified, VerifyLayer};
use countersign_tests::conformance::{NO_SHA256_IN_BASE64, Place, Subject};
use http::StatusCode;
use http::header::HeaderName;

use super::{Served, post, signed};

const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("x-line-signature"));
    let subject = Subject {
        scheme: Line::default,
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "the secret before that one"],
        unsigned: || post(FOLLOW),
        required: vec![signature.clone()],
        malformed: (signature, NO_SHA256_IN_BASE64.to_vec()),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

const FOLLOW: &str = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{"type":"follow",
    "mode":"active","timestamp":1700000000000,"source":{"type":"user","userId":"U4af4980629"},
    "webhookEventId":"01FZ74A0TDDPYRVKNK77XKC3ZR","deliveryContext":{"isRedelivery":false},
    "replyToken":"nHuyWiB7yP5Zw52FIkcQobQuGDXCTA"}]}"#;

/// The console sends it when *Verify* is pressed.
#[tokio::test]
async fn a_webhook_without_events_is_answered_without_the_handler() {
    let served = Served::new(LineVerify::new(SECRET), async || "handled");
    for body in [
        r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#,
        r#"{ "events": [ ], "destination": "U8e742f61d673b39c7fff3cecb7536ef0" }"#,
    ] {
        let sent = served.send(signed(&Line, SECRET, post(body))).await;
        assert_eq!(sent, (StatusCode::OK, Bytes::new()));
        assert_eq!(served.send(post(body)).await.0, StatusCode::UNAUTHORIZED, "not for strangers");
    }
    for body in [
        r#"{"destination":"U1","events":[{}]}"#,
        r#"{"destination":"U1"}"#,
        r#"{"destination":"U1","events":{}}"#,
        r#"[[]]"#,
        FOLLOW,
    ] {
        let sent = served.send(signed(&Line, SECRET, post(body))).await;
        assert_eq!(sent, (StatusCode::OK, "handled".into()), "{body}");
    }
}

#[tokio::test]
async fn a_handler_gets_the_events() {
    let served =
        Served::new(LineVerify::new(SECRET), async |Verified(webhook): Verified<Webhook>| {
            assert!(
                !format!("{webhook:?}").contains("nHuyWiB7yP5Zw52FIkcQobQuGDXCTA"),
                "a token in a log"
            );
            let words: Vec<String> = webhook
                .events
                .into_iter()
                .map(|event| match (event.message, event.postback) {
                    (Some(message), _) => format!("{} {:?}", event.kind, message.text),
                    (_, Some(postback)) => format!("{} {}", event.kind, postback.data),
                    _ => event.kind,
                })
                .collect();
            words.join(", ")
        });
    let sent = served.send(signed(&Line, SECRET, post(FOLLOW))).await;
    assert_eq!(sent, (StatusCode::OK, "follow".into()));
    let several = r#"{"destination":"U1","events":[
        {"type":"message","timestamp":1,"message":{"id":"1","type":"text","text":"hi"}},
        {"type":"message","timestamp":1,"message":{"id":"2","type":"sticker","keywords":["a"]}},
        {"type":"postback","timestamp":1,"postback":{"data":"a=1","params":{"datetime":"2026-01-01T00:00"}}},
        {"type":"memberJoined","timestamp":1,"joined":{"members":[]}}]}"#;
    let sent = served.send(signed(&Line, SECRET, post(several))).await;
    let answer = r#"message Some("hi"), message None, postback a=1, memberJoined"#;
    assert_eq!(sent, (StatusCode::OK, answer.into()));
}
