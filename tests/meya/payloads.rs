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
    assert_eq!(message.user_id.as_deref(), Some("1234567890"));
    assert_eq!(message.sender, Some(Sender::User));
    assert_eq!((&message.kind, message.text.as_deref()), (&Kind::Text, Some("hi \u{1F600}")));
    assert_eq!(message.timestamp, Some(1489843997.625053));
    assert_eq!(message.bot_id.as_deref(), Some("BJty7evfw2b"));
    assert_eq!(message.extra["context"], json!({"a": 0.1}));
    assert_eq!(serde_json::to_value(&event).expect("it serialises"), sent);
}

/// The vendor's own examples: <https://docs.meya.ai/v1.2/reference/user-events> and `/database-events`. Both have a
/// `user_id` that is "always null".
#[test]
fn the_documented_events_of_users_and_tables() {
    let user = json!({"user_id": null, "user": {"first_name": "Leonhard", "last_name": "Euler",
        "user_id": null, "citizenship": ["Swiss"], "locale": "de_CH", "gender": "male",
        "profession": "mathematician", "integration": null, "alive": false,
        "avatar_url": "https://upload.wikimedia.org/wikipedia/commons/d/d7/Leonhard_Euler.jpg",
        "id": "UxWjhUrnRBN", "bot_id": "BJty7evfw2b"}, "timestamp": 1487093050.56191,
        "operation": "modify", "bot_id": "BJty7evfw2b", "type": "user", "sender": "bot"});
    let table = json!({"user_id": null, "sender": "bot", "timestamp": 1487092324.516319,
        "object": {"name": "Big Mac", "ingredients": ["2 all beef patties", "special sauce",
        "lettuce", "onion", "sesame seed bun"], "price": 3.98,
        "image_url": "http://i.imgur.com/UM1bL5F.jpg", "id": "O4PTHV5E87T",
        "bot_id": "BJty7evfw2b"}, "table": "food", "operation": "modify", "type": "table",
        "bot_id": "BJty7evfw2b"});
    for (sent, kind, what) in [(user, Kind::User, "user"), (table, Kind::Table, "object")] {
        let event = event(&sent).expect("an event");
        let Event::Message(message) = &event else { panic!("{event:?}") };
        assert_eq!((&message.user_id, &message.kind), (&None, &kind));
        assert_eq!(message.sender, Some(Sender::Bot));
        assert_eq!(message.bot_id.as_deref(), Some("BJty7evfw2b"));
        assert_eq!(message.extra.text("operation"), Some("modify"));
        assert_eq!(message.extra[what], sent[what]);
        assert_eq!(serde_json::to_value(&event).expect("it serialises"), sent);
    }
}

/// Nothing genuine is refused for a member that is not what it was expected to be.
#[test]
fn members_of_another_type_are_kept_as_they_came() {
    for value in [json!(null), json!(17), json!([]), json!({"user": null})] {
        let sent = json!({"type": "text", "user_id": value, "sender": value, "bot_id": value,
            "text": value, "timestamp": "soon", "integration_id": value, "entry": null});
        let event = event(&sent).expect("an event");
        let Event::Message(message) = &event else { panic!("{event:?}") };
        let texts = [&message.user_id, &message.bot_id, &message.text];
        assert!(texts.into_iter().all(Option::is_none) && message.sender.is_none());
        assert_eq!((message.timestamp, &message.extra["text"]), (None, &value));
        assert_eq!(serde_json::to_value(&event).expect("it serialises"), sent);

        let sent = json!({"entry": {"type": value}, "user": {"id": value, "data": 1}, "thread": 1,
            "integration_id": value, "timestamp": {}});
        let event = self::event(&sent).expect("an event");
        let Event::Entry(entry) = &event else { panic!("{event:?}") };
        assert_eq!((&entry.integration_id, entry.kind()), (&None, None));
        assert!(entry.user.as_ref().is_some_and(|user| user.id.is_none() && user.data.is_none()));
        assert_eq!(serde_json::to_value(&event).expect("it serialises"), sent);
    }
    let Ok(Event::Message(least)) = event(&json!({"type": "novel"})) else { panic!("no event") };
    assert_eq!((least.kind, least.sender), (Kind::Other("novel".into()), None));
}

/// A name is a text, and not an object with one member of that name, as derived readers have it.
#[test]
fn names_are_texts() {
    for text in [r#"{"user":null}"#, "null", "17", r#"["user"]"#] {
        assert!(serde_json::from_str::<Sender>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<Kind>(text).is_err(), "{text}");
    }
    assert_eq!(serde_json::from_str::<Kind>("\"user\"").expect("a kind"), Kind::User);
    assert_eq!(serde_json::from_str::<Sender>("\"User\"").ok(), Some(Sender::Other("User".into())));
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
        assert_eq!((message.sender.clone(), message.kind.clone()), (Some(expected.0), expected.1));
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

/// Ids are shown, as those of other providers' events are. What people say and what is kept of them is not.
#[test]
fn debug_does_not_repeat_what_was_said() {
    for sent in [
        json!({"type": "text", "user_id": "u-1", "text": "private", "more": "private"}),
        json!({"type": "text", "user_id": "u-1", "text": ["private"], "sender": {"a": "private"}}),
        json!({"entry": {"text": "private"}, "user": {"id": "u-1", "data": {"name": "private"}},
            "thread": {"text": "private"}, "timestamp": ["private"], "more": "private"}),
    ] {
        let shown = format!("{:?}", event(&sent).expect("an event"));
        assert!(shown.contains("u-1") && !shown.contains("private"), "{shown}");
    }
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
        json!({"user_id": "private", "sender": "user", "type": 17}),
        json!({"user_id": "private", "sender": "user", "type": {"user": null}}),
        json!({"entry": "private"}),
        json!({"entry": null, "text": "private"}),
        json!(["1", "user", 1.0, "text", "b", "private"]),
    ] {
        let error = event(&body).expect_err("no event").to_string();
        assert!(!error.contains("private") && !error.is_empty(), "{body}: {error}");
    }
}

/// A double, even where it came as an integer; it is not lost, whatever it is.
#[test]
fn a_time_is_a_double() {
    let event = |time: &str| {
        let text = format!("{{\"type\":\"text\",\"timestamp\":{time}}}");
        parse_unverified::<Event>(text).expect("an event")
    };
    for (time, double) in [("1", Some(1.0)), ("0.5", Some(0.5)), ("\"1\"", None), ("null", None)] {
        let Event::Message(message) = event(time) else { panic!("another version") };
        assert_eq!(message.timestamp, double);
        assert_eq!(message.extra.contains_key("timestamp"), double.is_none(), "{time}");
    }
}
