//! What counts as signed, and what the handler gets to see.

use axum::extract::Form;
use axum::routing::post as on_post;
use axum::{Router, body::Body, body::Bytes as Raw};
use bytes::Bytes;
use countersign::flow::ActionMenu;
use countersign::{
    Algorithm, FlowActionVerify, HmacKey, ManualClock, Reason, SpeakapVerify, Timestamp, Verified,
};
use countersign_tests::conformance::read;
use http::{Method, Request, StatusCode};
use std::collections::BTreeMap;
use std::time::Duration;
use tower::ServiceExt;

use super::{NOW, SECRET, body_of, flow, post, reason_of, signed_by, speakap};

const TIME: &str = "timestamp=2023-11-14T22%3A13%3A20Z";

/// The lines as the vendor's sample makes them, signed.
fn signature(lines: &str) -> String {
    HmacKey::new(SECRET.as_bytes())
        .sign_hex(Algorithm::HmacSha1, &[lines.as_bytes()])
        .expect("an HMAC")
}

/// The signer leaves blank fields out; somebody adds one, and a flag.
fn with_added_blanks() -> String {
    let signature = signature("timestamp=2023-11-14T22:13:20Z\r\nuser_id=24\r\n");
    format!("user_id=24&admin=&flag&{TIME}&signature={signature}")
}

#[test]
fn blank_fields_that_nobody_signed_are_not_seen() {
    assert_eq!(
        body_of(flow(post(with_added_blanks()))),
        "timestamp=2023-11-14T22:13:20Z&user_id=24"
    );
}

#[test]
fn blank_fields_that_were_signed_are_seen() {
    let lines = "admin=\r\ntimestamp=2023-11-14T22:13:20Z\r\nuser_id=24\r\n";
    let body = format!("user_id=24&admin=&{TIME}&signature={}", signature(lines));
    assert_eq!(body_of(flow(post(body))), "admin=&timestamp=2023-11-14T22:13:20Z&user_id=24");
}

/// Extractors behind the layer see the verified form, and not the query either.
#[tokio::test]
async fn extractors_see_the_verified_form() {
    async fn all(
        Verified(menu): Verified<ActionMenu>,
        Form(fields): Form<BTreeMap<String, String>>,
    ) -> String {
        format!("{} {:?}", menu.user_id, fields.keys().collect::<Vec<_>>())
    }
    async fn raw(bytes: Raw) -> Raw {
        bytes
    }
    let layer = FlowActionVerify::new(SECRET).clock(ManualClock::at(NOW));
    let app = Router::new()
        .route("/all", on_post(all).route_layer(layer.clone()))
        .route("/raw", on_post(raw).route_layer(layer));
    let send = async |path: &str| {
        let request = post(with_added_blanks()).map(Body::from);
        let (mut parts, body) = request.into_parts();
        parts.uri = path.parse().expect("a path");
        let Ok(response) = app.clone().oneshot(Request::from_parts(parts, body)).await;
        read(response).await
    };
    let (status, body) = send("/all?admin=1").await;
    assert_eq!((status, body), (StatusCode::OK, r#"24 ["timestamp", "user_id"]"#.into()));
    let (_, body) = send("/raw?admin=1").await;
    assert_eq!(body, "timestamp=2023-11-14T22:13:20Z&user_id=24");
}

/// In Speakap's text a field without `=` counts as a blank one, so it cannot be added.
#[test]
fn speakap_signs_blank_fields_and_flags() {
    let genuine = signed_by(&countersign::Speakap::default(), "appData=&userEID=1&networkEID=2");
    let added = genuine.clone().map(|body| Bytes::from([&body[..], b"&flag"].concat()));
    assert_eq!(reason_of(speakap(added)), Reason::Mismatch);
    let text = String::from_utf8(genuine.body().to_vec()).expect("a form");
    let bare = genuine.map(|_| Bytes::from(text.replace("appData=&", "appData&")));
    assert!(body_of(speakap(bare)).starts_with("appData=&"));
}

#[test]
fn only_posted_forms_are_looked_at() {
    let genuine = signed_by(&countersign::FlowAction::default(), "user_id=1");
    for method in [Method::GET, Method::PUT, Method::HEAD, Method::OPTIONS] {
        let mut request = genuine.clone();
        *request.method_mut() = method;
        assert_eq!(reason_of(flow(request)), Reason::Unexpected("the method is not POST"));
    }
    for (value, accepted) in [
        ("application/x-www-form-urlencoded", true),
        ("APPLICATION/X-WWW-FORM-URLENCODED ; charset=utf-8", true),
        ("application/x-www-form-urlencoded2", false),
        ("text/application/x-www-form-urlencoded", false),
        ("multipart/form-data", false),
        ("application/json", false),
        ("", false),
    ] {
        let mut request = genuine.clone();
        request.headers_mut().insert("content-type", value.parse().expect("a header"));
        assert_eq!(flow(request).is_ok(), accepted, "{value}");
    }
    let mut none = genuine.clone();
    none.headers_mut().clear();
    assert_eq!(reason_of(flow(none)), Reason::Missing("Content-Type"));
    let mut twice = genuine;
    twice.headers_mut().append("content-type", "application/json".parse().expect("a header"));
    assert_eq!(reason_of(flow(twice)), Reason::Repeated("Content-Type"));
}

/// A form is bounded in fields and in bytes before anything is hashed.
#[test]
fn forms_are_bounded() {
    let many = |count: usize| {
        (0..count).map(|number| format!("f{number}=1")).collect::<Vec<_>>().join("&")
    };
    // The signer adds two fields.
    let most = signed_by(&countersign::FlowAction::default(), many(9_998));
    assert!(flow(most.clone()).is_ok());
    let more = most.map(|body| Bytes::from([&body[..], b"&g=1"].concat()));
    assert_eq!(reason_of(flow(more)), Reason::TooMany("form fields"));

    let few = FlowActionVerify::with(countersign::FlowAction::default().max_fields(2), SECRET);
    let three = signed_by(&countersign::FlowAction::default(), "a=1");
    assert_eq!(reason_of(few.verify(three)), Reason::TooMany("form fields"));

    let large = post("a".repeat(8 * 1024 * 1024 + 1));
    assert_eq!(reason_of(flow(large)), Reason::BodyTooLarge);
}

#[test]
fn windows_can_be_set() {
    let genuine = signed_by(&countersign::Speakap::default(), "userEID=1&networkEID=2");
    let at = |now: Timestamp| {
        SpeakapVerify::new(SECRET)
            .max_age(Duration::from_secs(5))
            .max_future(Duration::ZERO)
            .clock(ManualClock::at(now))
            .verify(genuine.clone())
    };
    assert!(at(NOW).is_ok() && at(NOW.plus(Duration::from_secs(5))).is_ok());
    assert_eq!(reason_of(at(NOW.plus(Duration::from_millis(5001)))), Reason::Stale);
    assert_eq!(reason_of(at(NOW.minus(Duration::from_millis(1)))), Reason::FromTheFuture);
}

/// The exact grammars, each under a valid signature.
#[test]
fn times_follow_their_grammar() {
    let encode = |text: &str| text.replace('+', "%2B").replace(':', "%3A").replace(' ', "%20");
    let flow_at = |time: &str| {
        let lines = format!("timestamp={time}\r\n");
        flow(post(format!("timestamp={}&signature={}", encode(time), signature(&lines))))
    };
    assert!(flow_at("2023-11-14T22:13:20Z").is_ok());
    for bad in [
        "",
        "2023-11-14T22:13:20",
        "2023-11-14T22:13:20z",
        "2023-11-14 22:13:20Z",
        "2023-11-14T22:13:20.0Z",
        "2023-11-14T22:13:20+00:00",
        "2023-11-14T22:13:20ZZ",
        " 2023-11-14T22:13:20Z",
        "2023-11-14T22:13:20Z ",
        "23-11-14T22:13:20Z",
        "1700000000",
        "2023-11-31T22:13:20Z",
        "2023-11-14T22:13:60Z",
        "+2023-11-14T22:13:20Z",
    ] {
        assert_eq!(reason_of(flow_at(bad)), Reason::Malformed("timestamp"), "{bad:?}");
    }

    let speakap_at = |time: &str| {
        let text = format!("issuedAt={}", encode(time));
        let signature = HmacKey::new(SECRET.as_bytes())
            .sign_base64(Algorithm::HmacSha256, &[text.as_bytes()])
            .expect("an HMAC")
            .replace('+', "%2B");
        speakap(post(format!("{text}&signature={signature}")))
    };
    for good in [
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:13:20+0000",
        "2023-11-14T22:13:20+00:00",
        "2023-11-14T22:13:20.1Z",
        "2023-11-14T22:13:19.999999999Z",
        "2023-11-15T00:13:20+0200",
        "2023-11-15T03:43:20.000+05:30",
    ] {
        assert!(speakap_at(good).is_ok(), "{good:?}");
    }
    for bad in [
        "",
        "2023-11-14T22:13:20",
        "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20.1234567891Z",
        "2023-11-14T22:13:20,1Z",
        "2023-11-14T22:13:20z",
        "2023-11-14T22:13:20-0000",
        "2023-11-14T22:13:20+00",
        "2023-11-14T22:13:20+0:00",
        "2023-11-14T22:13:20+000",
        "2023-11-14T22:13:20+2400",
        "2023-11-14T22:13:20+0060",
        "2023-11-14T22:13:20 +0000",
        "2023-11-14T22:13:20+00:00Z",
        "2023-11-14T22:13:20.1",
        "2023-02-30T22:13:20Z",
        "2023-11-14T22:13:20+\u{661}000",
        "1700000000000",
    ] {
        assert_eq!(reason_of(speakap_at(bad)), Reason::Malformed("issuedAt"), "{bad:?}");
    }
    assert_eq!(reason_of(speakap_at("2023-11-14T22:13:20+0200")), Reason::Stale);
}

/// Control characters and a `=` in a name would let two forms have one signed text.
#[test]
fn ambiguous_lines_are_refused_under_a_valid_signature() {
    let attempt = |body: &str, lines: &str| {
        let lines = format!("timestamp=2023-11-14T22:13:20Z\r\n{lines}");
        flow(post(format!("{TIME}&{body}&signature={}", signature(&lines))))
    };
    assert!(attempt("v=a%09b", "v=a\tb\r\n").is_ok());
    assert!(attempt("v=%C2%80%C2%9F", "v=\u{80}\u{9f}\r\n").is_ok());
    for code in (0..0x20u8).filter(|&code| code != b'\t').chain([0x7f]) {
        let character = char::from(code);
        let body = format!("v=a%{code:02x}b");
        let outcome = attempt(&body, &format!("v=a{character}b\r\n"));
        assert_eq!(reason_of(outcome), Reason::NotCanonical("a control character in a field"));
        let outcome = attempt(&format!("z%{code:02x}=1"), &format!("z{character}=1\r\n"));
        assert_eq!(reason_of(outcome), Reason::NotCanonical("a control character in a field"));
    }
    let outcome = attempt("z%3D1=2", "z=1=2\r\n");
    assert_eq!(reason_of(outcome), Reason::NotCanonical("a field name with `=`"));
}

/// The time inside a webhook's body is as strict, once a window is set.
#[test]
fn a_webhook_s_time_follows_its_grammar() {
    use countersign::{FlowWebhook, FlowWebhookVerify};
    let at = |time: &str| {
        let body = format!(r#"{{"data":{{}},"timestamp":"{time}"}}"#);
        FlowWebhookVerify::new(SECRET)
            .max_age(Duration::from_secs(5))
            .clock(ManualClock::at(NOW))
            .verify(signed_by(&FlowWebhook, body))
    };
    assert!(at("2023-11-14T22:13:20Z").is_ok() && at("2023-11-14T22:13:19.140Z").is_ok());
    assert_eq!(reason_of(at("2023-11-14T22:13:14.999Z")), Reason::Stale);
    for bad in [
        "2023-11-14 22:13:20Z",
        "20231114T221320Z",
        "2023-11-14t22:13:20z",
        "2023-11-14T22:13:60Z",
        "2023-11-14T22:13:20,5Z",
        "2023-11-14T22Z",
        "2023-11-14T22:13:20+00:00",
        "",
        "2023-11-14T22:13:20Z[UTC]",
    ] {
        assert_eq!(reason_of(at(bad)), Reason::Malformed("timestamp"), "{bad:?}");
    }
    let untimed = signed_by(&FlowWebhook, r#"{"data":{}}"#);
    let layer = FlowWebhookVerify::new(SECRET).max_age(Duration::from_secs(5));
    assert_eq!(reason_of(layer.verify(untimed)), Reason::NoTimestamp);
}
