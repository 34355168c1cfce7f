//! What the handlers get.

use countersign::danger::parse_unverified;
use countersign::meya::{Event, Kind, Sender};
use countersign::{Outcome, PayloadError};
use serde_json::{Value, json};

use super::{signed, verify};

fn event(body: &Value) -> Result<Event, PayloadError> {
    match verify(signed(body.to_string())) {
        Ok(Outcome::Genuine(proof)) => proof.payload(),
        other => panic!("not genuine: {other:?}"),
    }
}

#[test]
fn a_message_of_version_1() {
    let sent = json!({"user_id": "1234567890", "sender": "user", "timestamp": 1489843997.625053,
        "text": "hi \u{1F600}", "type": "text", "bot_id": "BJty7evfw2b", "context": {"a": 0.1}});
    let event = event(&sent).expect("an event");
    let Event::Message(message) = &event else { panic!("{event:?}") };
    assert_eq!((message.user_id.as_str(), &message.sender), ("1234567890", &Sender::User));
    assert_eq!((&message.kind, message.text.as_deref()), (&Kind::Text, Some("hi \u{1F600}")));
    assert_eq!(message.timestamp, Some(1489843997.625053));
    assert_eq!(message.bot_id.as_deref(), Some("BJty7evfw2b"));
    assert_eq!(message.extra["context"], json!({"a": 0.1}));
    assert_eq!(serde_json::to_value(&event).expect("it serialises"), sent);
}

#[test]
fn kinds_that_are_not_known_are_kept() {
    for (sender, kind, expected) in [
        ("bot", "typing", (Sender::Bot, Kind::Typing)),
        ("user", "user", (Sender::User, Kind::User)),
        ("bot", "table", (Sender::Bot, Kind::Table)),
        ("agent", "video", (Sender::Other("agent".into()), Kind::Other("video".into()))),
    ] {
        let sent =
            json!({"user_id": "1", "sender": sender, "type": kind, "novel": [1, {"a": null}]});
        let event = event(&sent).expect("an event");
        let Event::Message(message) = &event else { panic!("{event:?}") };
        assert_eq!((message.sender.clone(), message.kind.clone()), expected);
        assert_eq!(message.extra["novel"], json!([1, {"a": null}]));
        assert_eq!(serde_json::to_value(&event).expect("it serialises"), sent);
    }
}

#[test]
fn an_entry_of_version_2() {
    let sent = json!({"entry": {"type": "meya.text.event.say", "data": {"text": "hi"}},
        "user": {"id": "u-1", "data": {"name": "Grace"}, "default_data": {"name": ""}, "more": 1},
        "thread": {"id": "t-1", "data": {"mode": "bot"}}, "integration_id": "integration.webhook",
        "timestamp": 1612345678.25, "novel": true});
    let event = event(&sent).expect("an event");
    let Event::Entry(entry) = &event else { panic!("{event:?}") };
    assert_eq!(entry.kind(), Some("meya.text.event.say"));
    let user = entry.user.as_ref().expect("a user");
    assert_eq!((user.id.as_deref(), &user.extra["more"]), (Some("u-1"), &json!(1)));
    assert_eq!(user.data.as_ref().expect("data")["name"], "Grace");
    assert_eq!(entry.thread.as_ref().expect("a thread")["id"], "t-1");
    assert_eq!(entry.extra["novel"], true);
    assert_eq!(serde_json::to_value(&event).expect("it serialises"), sent);

    let least = json!({"entry": {"novel": 1}});
    let Ok(Event::Entry(entry)) = self::event(&least) else { panic!("no entry") };
    assert_eq!((entry.kind(), entry.user.is_none()), (None, true));
}

/// Answer at once and work later: both the body and the serialised event can be queued.
#[test]
fn an_event_comes_back_from_a_queue() {
    let sent =
        json!({"user_id": "1", "sender": "user", "type": "text", "timestamp": 0.1, "x": 1e22});
    let read = event(&sent).expect("an event");
    let queued = serde_json::to_vec(&read).expect("it serialises");
    assert_eq!(parse_unverified::<Event>(queued).expect("an event"), read);
}

#[test]
fn what_is_genuine_but_no_event_says_so_without_its_values() {
    for body in [
        json!([]),
        json!("private"),
        json!({}),
        json!({"user_id": "private"}),
        json!({"user_id": 17, "sender": "user", "type": "text"}),
        json!({"entry": "private"}),
        json!({"entry": null, "text": "private"}),
        json!(["1", "user", 1.0, "text", "b", "private"]),
    ] {
        let error = event(&body).expect_err("no event").to_string();
        assert!(!error.contains("private") && !error.is_empty(), "{body}: {error}");
    }
}
