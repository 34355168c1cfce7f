//! Linear.

use std::time::Duration;

use bytes::Bytes;
use countersign::linear::{Delivery, Event, Linear, LinearVerify};
use countersign::{
    Algorithm, Covered, HmacKey, ManualClock, Reason, Unsigned, Verified, VerifyLayer,
};
use countersign_tests::conformance::{Place, Subject};
use http::header::HeaderName;
use http::{Request, StatusCode};

use super::{NOW, Served, post, signed};

const SECRET: &str = "lin_wh_0123456789";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("linear-signature"));
    let subject = Subject {
        scheme: Linear::default,
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "lin_wh_the_secret_before"],
        unsigned: || post(r#"{"action":"create","type":"Issue","data":{"id":"I"}}"#),
        required: vec![signature.clone()],
        malformed: (
            signature,
            vec![
                "",
                "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1",
                "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e170",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
                "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1g",
            ],
        ),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// As if Linear had sent this body.
fn sent(body: &str) -> Request<Bytes> {
    let key = HmacKey::new(SECRET.as_bytes());
    let tag = key.sign_hex(Algorithm::HmacSha256, &[body.as_bytes()]).expect("a tag");
    let mut request = post(body.to_owned());
    request.headers_mut().insert("linear-signature", tag.parse().expect("a value"));
    request
}

#[test]
fn a_body_has_one_time_in_milliseconds() {
    let layer = LinearVerify::new(SECRET).clock(ManualClock::at(NOW));
    assert!(layer.verify(sent(r#"{"webhookTimestamp": 1700000000000 }"#)).is_ok());
    let malformed = Reason::Malformed("webhookTimestamp");
    for (body, expected) in [
        (r#"{"webhookTimestamp":"1700000000000"}"#, malformed),
        (r#"{"webhookTimestamp":1700000000000.0}"#, malformed),
        (r#"{"webhookTimestamp":17e11}"#, malformed),
        (r#"{"webhookTimestamp":99999999999999999999}"#, malformed),
        (r#"{"webhookTimestamp":1700000000000,"webhookTimestamp":1700000000000}"#, malformed),
        (r#"{"webhookTimestamp":1700000000000,"webhook\u0054imestamp":1}"#, malformed),
        (r#"[{"webhookTimestamp":1700000000000}]"#, malformed),
        ("[1700000000000]", malformed),
        (r#"{"webhookTimestamp":1700000000000}{}"#, malformed),
        ("", malformed),
        ("1700000000000", malformed),
        (r#"{"webhookTimestamp":null}"#, Reason::NoTimestamp),
        (r#"{"data":{"webhookTimestamp":1700000000000}}"#, Reason::NoTimestamp),
        (r#"{"webhookTimestamp":1700000000}"#, Reason::Stale),
        (r#"{"webhookTimestamp":-1700000000000}"#, Reason::Stale),
    ] {
        let error = layer.verify(sent(body)).expect_err("it is refused");
        assert_eq!(error.reason(), expected, "{body}");
    }
    // The time in the header is nobody's word.
    let mut old = sent(r#"{"webhookTimestamp":1600000000000}"#);
    old.headers_mut().insert("linear-timestamp", "1700000000000".parse().expect("a value"));
    assert_eq!(layer.verify(old).expect_err("refused").reason(), Reason::Stale);
}

#[test]
fn the_window_can_be_set() {
    let later = ManualClock::at(NOW.plus(Duration::from_secs(600)));
    let layer = LinearVerify::new(SECRET).max_age(Duration::from_secs(600)).clock(later);
    assert!(layer.verify(signed(&Linear, SECRET, post("{}"))).is_ok());
}

#[tokio::test]
async fn a_handler_gets_the_event() {
    let served = Served::new(
        LinearVerify::new(SECRET),
        async |Unsigned(delivery): Unsigned<Delivery>, Verified(event): Verified<Event>| {
            assert_eq!(delivery.id.as_deref(), Some("234d1a4e"));
            let title = event.data.as_ref().and_then(|data| data.text("title"));
            format!("{} {} {}", event.action, event.kind, title.unwrap_or_default())
        },
    );
    let event = r#"{"action":"update","type":"Issue","data":{"title":"It starts"},"new":1}"#;
    let mut request = signed(&Linear, SECRET, post(event));
    request.headers_mut().insert("linear-delivery", "234d1a4e".parse().expect("a value"));
    assert_eq!(served.send(request).await, (StatusCode::OK, "update Issue It starts".into()));
}
