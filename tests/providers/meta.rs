//! Meta: WhatsApp, Messenger, Instagram.

use bytes::Bytes;
use countersign::meta::{Meta, MetaVerify, Value, Webhook};
use countersign::{Covered, Outcome, Reason, Verified, VerifyLayer};
use countersign_tests::conformance::{NO_SHA256_WITH_PREFIX, Place, Subject};
use http::header::{CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Request, StatusCode};

use super::{Served, post, signed};

const SECRET: &str = "1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d";
const TOKEN: &str = "meaty ham&hock";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("x-hub-signature-256"));
    let subject = Subject {
        scheme: || Meta::default().verify_token(TOKEN),
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "the secret before that one"],
        unsigned: || post(r#"{"object":"page","entry":[{"id":"1","time":1,"messaging":[]}]}"#),
        required: vec![signature.clone()],
        malformed: (signature, NO_SHA256_WITH_PREFIX.to_vec()),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

fn challenge(query: &str) -> Request<Bytes> {
    Request::get(format!("/hook?{query}")).body(Bytes::new()).expect("a request")
}

fn layer() -> MetaVerify {
    MetaVerify::with(Meta::default().verify_token(TOKEN), SECRET)
}

const GOOD: &str = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meaty+ham%26hock";

/// The text is the sender's, so no browser may take it for a page.
#[tokio::test]
async fn the_challenge_is_given_back_to_who_knows_the_token() {
    let Ok(Outcome::Answer(answer)) = layer().verify(challenge(GOOD)) else { panic!("refused") };
    assert_eq!((answer.status(), answer.body().as_ref()), (StatusCode::OK, &b"1158201444"[..]));
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(answer.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");

    let served = Served::new(layer(), async || "handled");
    for query in [
        GOOD,
        "hub.verify_token=meaty%20ham%26hock&hub.challenge=1158201444&hub.mode=subscribe",
        "a=b&hub%2Emode=subscribe&hub.challenge=1158201444&hub.verify_token=meaty%20ham%26hock",
    ] {
        let sent = served.send(challenge(query)).await;
        assert_eq!(sent, (StatusCode::OK, "1158201444".into()), "{query}");
    }
}

#[tokio::test]
async fn other_challenges_are_refused() {
    let served = Served::new(layer(), async || "handled");
    for (query, reason) in [
        ("", Reason::Missing("hub.mode")),
        ("hub.mode=subscribe&hub.verify_token=meaty+ham%26hock", Reason::Missing("hub.challenge")),
        ("hub.mode=subscribe&hub.challenge=1", Reason::Missing("hub.verify_token")),
        (
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token",
            Reason::Missing("hub.verify_token"),
        ),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=", Reason::Mismatch),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=meaty", Reason::Mismatch),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=MEATY+HAM%26HOCK", Reason::Mismatch),
        // Decoded once, not twice.
        (
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=meaty%2520ham%2526hock",
            Reason::Mismatch,
        ),
        ("hub.challenge=1&hub.verify_token=meaty+ham%26hock", Reason::Missing("hub.mode")),
        (
            "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=meaty+ham%26hock",
            Reason::Unexpected("hub.mode is not subscribe"),
        ),
    ] {
        let error = layer().verify(challenge(query)).expect_err("refused");
        assert_eq!(error.reason(), reason, "{query}");
        assert_eq!(served.send(challenge(query)).await, (StatusCode::UNAUTHORIZED, Bytes::new()));
    }
    for again in ["hub.mode=subscribe", "hub.challenge=2", "hub.verify_token=meaty+ham%26hock"] {
        let error = layer().verify(challenge(&format!("{GOOD}&{again}"))).expect_err("refused");
        assert!(matches!(error.reason(), Reason::Repeated(_)), "{again}");
    }
    for bad in ["a=%zz", "a=%ff"] {
        let error = layer().verify(challenge(&format!("{GOOD}&{bad}"))).expect_err("refused");
        assert!(matches!(error.reason(), Reason::NotCanonical(_)), "{bad}");
    }
}

/// Whoever knows the token may subscribe, and nothing else: a POST needs a signature.
#[tokio::test]
async fn a_challenge_is_a_get_and_needs_a_token_here() {
    let served = Served::new(layer(), async || "handled");
    let mut request = challenge(GOOD);
    *request.method_mut() = Method::POST;
    assert_eq!(served.send(request).await.0, StatusCode::UNAUTHORIZED);

    let without = MetaVerify::new(SECRET);
    let error = without.verify(challenge(GOOD)).expect_err("there is no token");
    assert_eq!(error.reason(), Reason::Missing("X-Hub-Signature-256"));
    assert!(Meta::default().try_verify_token("").is_err(), "an empty token is no token");
    let debug = format!("{:?}", Meta::default().verify_token(TOKEN));
    assert!(!debug.contains("meaty"), "{debug}");
}

#[tokio::test]
async fn a_handler_gets_messages_of_each_product() {
    let served = Served::new(layer(), async |Verified(webhook): Verified<Webhook>| {
        let mut words = vec![webhook.object];
        for entry in webhook.entry {
            for change in entry.changes.into_iter().flatten() {
                words.push(match change.value {
                    Some(Value::WhatsApp(value)) => {
                        let messages = value.messages.into_iter().flatten();
                        messages.filter_map(|message| message.text).map(|text| text.body).collect()
                    }
                    Some(Value::Object(_)) => format!("{} object", change.field),
                    other => format!("{} {other:?}", change.field),
                });
            }
            for messaging in entry.messaging.into_iter().flatten() {
                words.extend(messaging.message.and_then(|message| message.text));
            }
        }
        words.join(" ")
    });
    for (body, answer) in [
        (
            r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
                "messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"2"},
                "contacts":[{"profile":{"name":"J"},"wa_id":"3"}],"messages":[{"from":"3","id":"wamid.1",
                "timestamp":"1","type":"text","text":{"body":"\u00e4"}},{"from":"3","id":"wamid.2","type":"image",
                "image":{"id":"4"}}]}}]}]}"#,
            "whatsapp_business_account ä",
        ),
        (
            r#"{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":
                {"id":"1"},"timestamp":1,"message":{"mid":"m","text":"hi"}},{"optin":{"user_ref":"u"}}]}]}"#,
            "page hi",
        ),
        (
            r#"{"object":"user","entry":[{"id":"0","time":1,"changes":[{"field":"about","value":"text"},
                {"field":"feed","value":{"item":"post"}},{"field":"photos"}]}]}"#,
            r#"user about Some(Other(String("text"))) feed object photos None"#,
        ),
    ] {
        let sent = served.send(signed(&Meta::default(), SECRET, post(body))).await;
        assert_eq!(sent, (StatusCode::OK, answer.into()));
    }
}
