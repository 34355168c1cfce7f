//! Slack.

use bytes::Bytes;
use countersign::slack::{
    Event, EventCallback, Interaction, Retry, Slack, SlackVerify, SlashCommand,
};
use countersign::{Covered, Outcome, Reason, Unsigned, Verified, VerifyLayer};
use countersign_tests::conformance::{Place, Subject};
use http::header::{CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use http::{Request, StatusCode};

use super::{NOW, Served, post, signed};

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("x-slack-signature"));
    let subject = Subject {
        scheme: Slack::default,
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "the signing secret before that one"],
        unsigned: || post(MENTION),
        required: vec![
            signature.clone(),
            Place::Header(HeaderName::from_static("x-slack-request-timestamp")),
        ],
        malformed: (
            signature,
            vec![
                "",
                "v0=",
                "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "V0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b50",
                "v0= a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
            ],
        ),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

const MENTION: &str = r#"{"token":"t","team_id":"T1","api_app_id":"A1","event":{"type":"app_mention",
    "user":"U1","text":"Is it up?","ts":"1.2","channel":"C1"},"type":"event_callback","event_id":"Ev1",
    "event_time":1700000000}"#;

/// The challenge is the sender's text, so no browser may take it for a page.
#[tokio::test]
async fn url_verification_is_answered_without_the_handler() {
    let challenge = "<script>3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd</script>";
    let body = format!(r#"{{"token":"t","challenge":"{challenge}","type":"url_verification"}}"#);
    let layer = SlackVerify::new(SECRET).clock(countersign::ManualClock::at(NOW));
    let Ok(Outcome::Answer(answer)) = layer.verify(signed(&Slack, SECRET, post(body.clone())))
    else {
        panic!("no handshake")
    };
    assert_eq!((answer.status(), answer.body().as_ref()), (StatusCode::OK, challenge.as_bytes()));
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(answer.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");

    let served = Served::new(SlackVerify::new(SECRET), async || "handled");
    assert_eq!(served.send(signed(&Slack, SECRET, post(body.clone()))).await.1, challenge);
    // Not for strangers.
    assert_eq!(served.send(post(body)).await, (StatusCode::UNAUTHORIZED, Bytes::new()));
}

/// What people write must not make an event into a handshake, which no handler would see.
#[tokio::test]
async fn what_only_looks_like_a_handshake_is_handled() {
    let served = Served::new(SlackVerify::new(SECRET), async || "handled");
    for body in [
        r#"{"type":"event_callback","challenge":"c","event":{"text":"\"url_verification\"","x":"url_verification"}}"#,
        r#"{"type":"url_verification"}"#,
        r#"{"type":"url_verification","challenge":7}"#,
        r#"{"type":"url_verification","challenge":"c","challenge":"d"}"#,
        r#"["url_verification","challenge"]"#,
        r#"{"type":"event_callback","event":{"text":"&ssl_check=1&"}}"#,
        "command=%2Fx&text=ssl_check%3D1",
        "command=%2Fx&no_ssl_check=1",
        "command=%2Fx&ssl_check=10",
        "",
    ] {
        let request = signed(&Slack, SECRET, post(body));
        assert_eq!(served.send(request).await, (StatusCode::OK, "handled".into()), "{body}");
    }
}

#[tokio::test]
async fn ssl_check_is_answered_without_the_handler() {
    let served = Served::new(SlackVerify::new(SECRET), async || "handled");
    for body in ["ssl_check=1&token=t", "token=t&ssl_check=1", "ssl_check=1"] {
        let answer = served.send(signed(&Slack, SECRET, post(body))).await;
        assert_eq!(answer, (StatusCode::OK, Bytes::new()), "{body}");
        assert_eq!(served.send(post(body)).await.0, StatusCode::UNAUTHORIZED);
    }
}

/// Incident: delimiter inside a timestamp. The beginning of a body does not pass for the end of the time.
#[test]
fn the_time_ends_where_the_header_ends() {
    let layer = SlackVerify::new(SECRET);
    for digits in ["1700000000:", "1700000000:{", "v0:1700000000", "1700000000 0"] {
        let mut request = signed(&Slack, SECRET, post(MENTION));
        let time = digits.parse().expect("a value");
        request.headers_mut().insert("x-slack-request-timestamp", time);
        let error = layer.verify(request).expect_err("no time");
        assert_eq!(error.reason(), Reason::Malformed("X-Slack-Request-Timestamp"), "{digits}");
    }
}

#[tokio::test]
async fn a_handler_gets_the_event() {
    let served = Served::new(
        SlackVerify::new(SECRET),
        async |Unsigned(retry): Unsigned<Retry>, Verified(callback): Verified<EventCallback>| {
            assert_eq!(retry.number.as_deref(), Some("1"));
            assert_eq!(callback.team_id.as_deref(), Some("T1"));
            match callback.event {
                Event::AppMention(mention) => format!("{} {}", callback.event_id, mention.text),
                other => panic!("{other:?}"),
            }
        },
    );
    let mut request: Request<Bytes> = signed(&Slack, SECRET, post(MENTION));
    request.headers_mut().insert("x-slack-retry-num", "1".parse().expect("a value"));
    assert_eq!(served.send(request).await, (StatusCode::OK, "Ev1 Is it up?".into()));
}

/// `channel` and `user` are ids in some events and objects in others: nothing genuine is refused for that.
#[tokio::test]
async fn events_of_any_kind_and_shape_reach_the_handler() {
    let served = Served::new(
        SlackVerify::new(SECRET),
        async |Verified(callback): Verified<EventCallback>| {
            let name = match &callback.event {
                Event::Message(_) => "message",
                Event::ReactionAdded(_) => "reaction_added",
                Event::Other(other) => &other.kind,
                other => panic!("{other:?}"),
            };
            format!("{name} {}", serde_json::to_value(&callback).expect("JSON")["event"])
        },
    );
    for (name, event) in [
        (
            "message",
            r#"{"channel":"C1","message":{"text":"b"},"subtype":"message_changed","ts":"1.2","type":"message"}"#,
        ),
        (
            "reaction_added",
            r#"{"item":{"channel":"C1","ts":"1.2","type":"message"},"reaction":"tada","type":"reaction_added","user":"U1"}"#,
        ),
        ("channel_created", r#"{"channel":{"id":"C1","name":"fun"},"type":"channel_created"}"#),
        ("team_join", r#"{"type":"team_join","user":{"id":"U1"}}"#),
        ("message", r#"{"channel":{"id":"C1"},"type":"message"}"#),
    ] {
        let body = format!(
            r#"{{"type":"event_callback","event_id":"Ev1","event_time":1,"event":{event}}}"#
        );
        let (status, body) = served.send(signed(&Slack, SECRET, post(body))).await;
        assert_eq!(status, StatusCode::OK, "{event}");
        let text = String::from_utf8(body.to_vec()).expect("a text");
        let (handled, written) = text.split_once(' ').expect("two words");
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!((handled, json(written)), (name, json(event)), "as it came");
    }
}

#[tokio::test]
async fn a_handler_gets_the_command() {
    let served =
        Served::new(SlackVerify::new(SECRET), async |Verified(command): Verified<SlashCommand>| {
            let debug = format!("{command:?}");
            assert!(!debug.contains("hooks.slack.com") && !debug.contains("xyzz"), "{debug}");
            assert_eq!(command.extra.text("enterprise_id"), Some("E1"));
            format!("{} {:?}", command.command, command.text.expect("a text"))
        });
    let form = |text: &str| {
        format!(
            "token=xyzz&command=%2Fweather&text={text}&user_id=U1&team_id=T1&channel_id=C1\
             &enterprise_id=E1&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1"
        )
    };
    for (text, answer) in [
        ("94070", r#"/weather "94070""#),
        ("", r#"/weather """#),
        ("a+b%26c%3Dd", r#"/weather "a b&c=d""#),
    ] {
        let request = signed(&Slack, SECRET, post(form(text)));
        assert_eq!(served.send(request).await, (StatusCode::OK, answer.into()));
    }
    // Which of two is meant, nobody can say.
    for body in [form("a") + "&text=b", form("%zz"), "command=%2Fweather".into()] {
        let request = signed(&Slack, SECRET, post(body));
        assert_eq!(served.send(request).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_handler_gets_the_interaction() {
    let served = Served::new(
        SlackVerify::new(SECRET),
        async |Verified(interaction): Verified<Interaction>| {
            let action = interaction.actions.and_then(|actions| actions.into_iter().next());
            format!("{} {:?}", interaction.kind, action.and_then(|action| action.action_id))
        },
    );
    let payload = r#"{"type":"block_actions","user":{"id":"U1"},"team":null,"actions":[{"type":"button","action_id":"go"}]}"#;
    let form = serde_urlencoded::to_string([("payload", payload)]).expect("a form");
    let answer = served.send(signed(&Slack, SECRET, post(form))).await;
    assert_eq!(answer, (StatusCode::OK, r#"block_actions Some("go")"#.into()));
    for body in ["payload=%7B", "other=%7B%7D", "payload=%7B%7D&payload=%7B%7D"] {
        let request = signed(&Slack, SECRET, post(body));
        assert_eq!(served.send(request).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// Slack's own packages answer it before they look for a signature.
#[tokio::test]
async fn the_check_of_a_certificate_may_come_without_a_signature() {
    let served = Served::new(SlackVerify::new(SECRET), async || "handled");
    let form = |body: &str| {
        let mut request = post(body.to_owned());
        let form = "application/x-www-form-urlencoded".parse().expect("a value");
        request.headers_mut().insert("content-type", form);
        request
    };
    assert_eq!(served.send(form("ssl_check=1&token=t")).await, (StatusCode::OK, Bytes::new()));
    let long = format!("ssl_check=1&token={}", "t".repeat(2000));
    for body in ["", "ssl_check=2", "command=%2Fweather&text=1", "text=ssl_check%3D1", &long] {
        assert_eq!(served.send(form(body)).await.0, StatusCode::UNAUTHORIZED, "{body}");
    }
    assert_eq!(served.send(post("ssl_check=1")).await.0, StatusCode::UNAUTHORIZED, "no form");
}
