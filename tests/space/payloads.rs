//! What the handlers get.

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use countersign::danger::parse_unverified;
use countersign::space::{Payload, SpacePublicKey, SpaceSigningKey, SpaceToken};
use countersign::{
    ManualClock, Outcome, PayloadError, Secret, Sign, SpacePublicKeyVerify, SpaceSigningKeyVerify,
    SpaceTokenVerify, Timestamp, Verified, VerifyLayer, Via,
};
use countersign_tests::{conformance, rsa};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

const NOW: Timestamp = Timestamp::from_secs(1_632_844_350);
const SECRET: &str = "a secret for Space";

/// A class of the vendor's list: what it has to have, and what it may have.
struct Class {
    name: &'static str,
    required: Value,
    optional: Value,
}

fn class(name: &'static str, required: Value, optional: Value) -> Class {
    Class { name, required, optional }
}

fn classes() -> Vec<Class> {
    let message = json!({"messageId": "M", "channelId": "C", "body": {"className": "ChatMessage.Text",
        "text": "hi"}, "createdTime": "2021-09-28T15:52:27.000Z"});
    vec![
        class(
            "InitPayload",
            json!({"clientSecret": "hush", "serverUrl": "https://acme.jetbrains.space"}),
            json!({"state": "hush", "userId": "U"}),
        ),
        class("ListCommandsPayload", json!({}), json!({"userId": "U"})),
        class("MessagePayload", json!({"message": message, "userId": "U"}), json!({})),
        class(
            "MessageActionPayload",
            json!({"actionId": "A", "actionValue": "V", "message": message, "userId": "U"}),
            json!({}),
        ),
        class(
            "MenuActionPayload",
            json!({"menuItemUniqueCode": "I", "userId": "U"}),
            json!({"context": {"className": "ChannelMenuActionContext", "channelIdentifier": "id:1"},
                "parameterValues": [{"name": "n", "value": 1}]}),
        ),
        class(
            "WebhookRequestPayload",
            json!({"webhookId": "W", "payload": {"className": "IssueWebhookEvent", "issue": {"id": "I"},
                "meta": {"method": "Created"}}}),
            json!({}),
        ),
        class(
            "ApplicationUninstalledPayload",
            json!({"serverUrl": "https://acme.jetbrains.space"}),
            json!({}),
        ),
        class(
            "ChangeServerUrlPayload",
            json!({"newServerUrl": "https://new.jetbrains.space"}),
            json!({"userId": "U"}),
        ),
        class(
            "ChangeClientSecretPayload",
            json!({"newClientSecret": "hush"}),
            json!({"userId": "U"}),
        ),
        class(
            "RefreshTokenPayload",
            json!({"refreshToken": "hush", "scope": "global:Project.View", "userId": "U"}),
            json!({}),
        ),
        class("NewUnfurlQueueItemsPayload", json!({}), json!({})),
        class(
            "UnfurlActionPayload",
            json!({"actionId": "A", "actionValue": "V", "link": "https://example.com/1",
                "context": {"className": "UnfurlContext"}, "userId": "U"}),
            json!({}),
        ),
        class(
            "CreateExternalIssueRequestPayload",
            json!({"spaceUserId": "U"}),
            json!({"requestId": "R", "summary": "S", "description": "D", "issuePrefix": "X-"}),
        ),
        class("NewExternalIssueEventPayload", json!({}), json!({})),
        class(
            "CustomActionPayload",
            json!({"actionId": "A", "userId": "U"}),
            json!({"actionValue": "V"}),
        ),
        class(
            "SafeMergeCommandPayload",
            json!({"command": {"className": "SafeMergeCommand.Start", "mergeRequestId": "1"}}),
            json!({}),
        ),
        class("AppPublicationCheckPayload", json!({}), json!({})),
    ]
}

/// Members whose type is the class's own affair, so that any value does.
const ANY: [&str; 3] = ["context", "parameterValues", "command"];

/// All of these members in one object.
fn object<const N: usize>(parts: [&Value; N]) -> Value {
    parts.iter().flat_map(|part| part.as_object().expect("an object").clone()).collect()
}

fn read(body: &Value) -> Result<Payload, PayloadError> {
    parse_unverified(body.to_string())
}

fn names(members: &Value) -> Vec<String> {
    members.as_object().expect("an object").keys().cloned().collect()
}

fn without(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().and_then(|members| members.remove(name)).expect("the member");
    body
}

fn with(body: &Value, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[name] = value;
    body
}

#[test]
fn every_class_of_the_list_is_read_and_written_as_it_came() {
    let classes = classes();
    assert_eq!(classes.len(), 17);
    for Class { name, required, optional } in classes {
        let common = json!({"className": name, "clientId": "f6df", "verificationToken": "hush"});
        let novel = json!({"orgId": "O", "novel": [1, 2.5, null, {"a": "b"}]});
        let full = object([&required, &optional, &common, &novel]);
        let least = object([&json!({"className": name}), &required]);
        for body in [&full, &object([&required, &common]), &least] {
            let payload = read(body).unwrap_or_else(|error| panic!("{body}: {error}"));
            assert!(!matches!(payload, Payload::Unknown(_)), "{name}");
            assert_eq!(payload.class_name(), name);
            assert_eq!(&serde_json::to_value(&payload).expect("it serialises"), body);
        }
        let client = read(&full).expect("a payload").client_id().map(String::from);
        let has_client = name != "AppPublicationCheckPayload";
        assert_eq!(client.as_deref(), has_client.then_some("f6df"), "{name}");
        assert_eq!(read(&least).expect("a payload").client_id(), None, "{name}");
    }
}

#[test]
fn what_is_optional_may_be_absent_or_null() {
    for Class { name, required, optional } in classes() {
        let least = object([&json!({"className": name}), &required]);
        let mut maybe = names(&optional);
        if name != "AppPublicationCheckPayload" {
            maybe.extend(["clientId".into(), "verificationToken".into()]);
        }
        for member in maybe {
            let null = with(&least, &member, Value::Null);
            assert_eq!(read(&null), read(&least), "{member} in {name}");
        }
    }
}

/// The error says which member of which class, and never the value.
#[test]
fn what_is_required_is_missed_by_name() {
    for Class { name, required, optional } in classes() {
        let full = object([&json!({"className": name, "clientId": "f6df"}), &required, &optional]);
        for member in names(&required) {
            for body in [without(&full, &member), with(&full, &member, Value::Null)] {
                let error = read(&body).expect_err("it is required").to_string();
                assert_eq!(error, format!("`{member}` is missing in {name}"));
            }
        }
        for member in names(&object([&required, &optional])) {
            if !ANY.contains(&member.as_str()) {
                let body = with(&full, &member, json!(["private"]));
                let error = read(&body).expect_err("another type").to_string();
                assert_eq!(error, format!("`{member}` in {name} is of another type"));
            }
        }
    }
}

#[test]
fn no_secret_is_shown() {
    for Class { name, required, optional } in classes() {
        let common = json!({"className": name, "clientId": "f6df", "verificationToken": "hush",
            "novelSecret": "hush"});
        let payload = read(&object([&required, &optional, &common])).expect("a payload");
        let shown = format!("{payload:?} {payload:#?}");
        assert!(!shown.contains("hush") && shown.contains("novelSecret"), "{shown}");
    }
    let unknown = json!({"className": "NovelPayload", "verificationToken": "hush"});
    let shown = format!("{:?}", read(&unknown).expect("a payload"));
    assert!(!shown.contains("hush") && shown.contains("NovelPayload"), "{shown}");
}

#[test]
fn who_needs_a_secret_can_have_it() {
    let body = |name: &str| {
        let class = classes().into_iter().find(|class| class.name == name).expect("a class");
        let common = json!({"className": name, "clientId": "f6df", "verificationToken": "hush"});
        read(&object([&common, &class.required, &class.optional])).expect("a payload")
    };
    let Payload::Init(init) = body("InitPayload") else { panic!("another class") };
    assert_eq!(init.client_secret.expose(), "hush");
    assert_eq!(init.state.expect("a state").expose(), "hush");
    assert_eq!(
        (init.server_url.as_str(), init.user_id.as_deref()),
        ("https://acme.jetbrains.space", Some("U"))
    );
    assert_eq!(init.common.verification_token.expect("a token").expose(), "hush");

    let Payload::RefreshToken(refresh) = body("RefreshTokenPayload") else {
        panic!("another class")
    };
    assert_eq!(refresh.refresh_token.expose(), "hush");
    assert_eq!((refresh.scope.as_str(), refresh.user_id.as_str()), ("global:Project.View", "U"));

    let Payload::ChangeClientSecret(change) = body("ChangeClientSecretPayload") else {
        panic!("another class")
    };
    assert_eq!((change.new_client_secret.expose(), change.user_id.as_deref()), ("hush", Some("U")));
}

#[test]
fn a_message_has_its_text_by_name_and_the_rest_as_it_came() {
    let body = json!({"className": "MessagePayload", "clientId": "f6df", "userId": "U",
        "message": {"messageId": "M", "channelId": "C", "novel": 1,
            "body": {"className": "ChatMessage.Text", "text": "hi"}}});
    let Payload::Message(said) = read(&body).expect("a payload") else { panic!("another class") };
    assert_eq!((said.message.text(), said.user_id.as_str()), (Some("hi"), "U"));
    assert_eq!((said.message.message_id(), said.message.channel_id()), (Some("M"), Some("C")));
    assert_eq!(said.message["novel"], 1);
    assert!(!format!("{said:?}").contains("hi\""), "what people write is not shown");

    for block in [json!({"className": "ChatMessage.Block"}), json!("hi"), Value::Null, json!([])] {
        let mut body = body.clone();
        body["message"]["body"] = block;
        let Payload::Message(said) = read(&body).expect("a payload") else {
            panic!("another class")
        };
        assert_eq!(said.message.text(), None);
    }
    let text = with(&body, "message", json!("hi"));
    assert!(read(&text).is_err(), "a message is an object");
}

#[test]
fn the_event_in_a_webhook_is_open() {
    let event = json!({"className": "NovelWebhookEvent", "a": {"b": [1]}, "clientId": "inner"});
    let body = json!({"className": "WebhookRequestPayload", "clientId": "f6df", "webhookId": "W",
        "payload": event});
    let Payload::WebhookRequest(hook) = read(&body).expect("a payload") else {
        panic!("another class")
    };
    assert_eq!(
        (hook.webhook_id.as_str(), hook.payload.class_name.as_str()),
        ("W", "NovelWebhookEvent")
    );
    assert_eq!((&hook.payload.members["a"], hook.payload.members.len()), (&json!({"b": [1]}), 2));
    assert_eq!(serde_json::to_value(&hook.payload).expect("it serialises"), event);
    assert_eq!(Payload::WebhookRequest(hook).client_id(), Some("f6df"), "not the inner one");

    for bad in [json!({"a": 1}), json!({"className": 1}), json!(["NovelWebhookEvent"]), json!("x")]
    {
        let error = read(&with(&body, "payload", bad)).expect_err("no event").to_string();
        assert_eq!(error, "`payload` in WebhookRequestPayload is of another type");
    }
}

#[test]
fn an_unknown_class_is_kept() {
    let body = json!({"className": "NovelPayload", "clientId": "f6df", "a": [1, {"b": null}]});
    let payload = read(&body).expect("a payload");
    assert_eq!((payload.class_name(), payload.client_id()), ("NovelPayload", Some("f6df")));
    assert_eq!(serde_json::to_value(&payload).expect("it serialises"), body);
    let Payload::Unknown(unknown) = payload else { panic!("it is not in the list") };
    assert_eq!((unknown.class_name.as_str(), &unknown.members["a"]), ("NovelPayload", &body["a"]));
    for name in ["", "initPayload", "InitPayload ", "Init"] {
        let payload = read(&json!({"className": name})).expect("a payload");
        assert!(matches!(payload, Payload::Unknown(_)), "{name:?}");
    }
}

#[test]
fn what_is_no_payload() {
    for (body, message) in [
        ("{}", "`className` is missing"),
        (r#"{"class":"InitPayload"}"#, "`className` is missing"),
        (r#"{"className":null}"#, "`className` is not a text"),
        (r#"{"className":["private"]}"#, "`className` is not a text"),
        (r#"["InitPayload","private"]"#, "a value of another type than expected"),
        (r#""private""#, "a value of another type than expected"),
        ("", "no valid JSON"),
        (r#"{"className":"private"#, "no valid JSON"),
    ] {
        let error = parse_unverified::<Payload>(body).expect_err("no payload").to_string();
        assert!(!error.contains("private"), "{error}");
        assert!(error.starts_with(message), "{body}: {error}");
    }
    let deep = "[".repeat(100_000);
    assert!(parse_unverified::<Payload>(format!("{{\"className\":\"A\",\"a\":{deep}")).is_err());
}

/// Answer at once, work later: either form can be queued and read back.
#[test]
fn a_payload_goes_through_a_queue() {
    for Class { name, required, optional } in classes() {
        let payload = read(&object([&json!({"className": name}), &required, &optional]));
        let payload = payload.expect("a payload");
        let queued = serde_json::to_vec(&payload).expect("it serialises");
        assert_eq!(parse_unverified::<Payload>(queued), Ok(payload), "{name}");
    }
}

fn unsigned() -> Request<Bytes> {
    let body = json!({"className": "ListCommandsPayload", "clientId": "f6df", "userId": "U"});
    Request::post("/space").body(Bytes::from(body.to_string())).expect("a request")
}

fn signed<S: Sign>(scheme: &S, secret: &str) -> Request<Bytes> {
    let secret = Secret::new(secret).expect("a secret");
    scheme.sign(&secret, NOW, unsigned()).expect("a signature")
}

fn user(payload: &Payload) -> String {
    match payload {
        Payload::ListCommands(asked) => asked.user_id.clone().unwrap_or_default(),
        other => panic!("another class: {other:?}"),
    }
}

async fn by_public_key(Verified(payload): Verified<Payload>) -> String {
    user(&payload)
}

async fn by_signing_key(Verified(payload): Verified<Via<SpaceSigningKey, Payload>>) -> String {
    // As the payload itself, and made into it.
    assert_eq!(payload.class_name(), "ListCommandsPayload");
    user(&Payload::from(payload))
}

async fn by_token(Verified(payload): Verified<Via<SpaceToken, Payload>>) -> String {
    user(&payload.into_inner())
}

/// A handler says how well its payload has to be proven, and is not reached by less: behind another
/// layer it is a mistake of whoever put them together, so 500.
#[tokio::test]
async fn a_handler_is_reached_through_the_layer_that_it_names() {
    async fn send<S>(layer: VerifyLayer<S>, request: Request<Bytes>) -> [(StatusCode, Bytes); 3]
    where
        S: Sign,
    {
        let router = Router::new()
            .route("/public-key", post(by_public_key))
            .route("/signing-key", post(by_signing_key))
            .route("/token", post(by_token))
            .route_layer(layer.clock(ManualClock::at(NOW)));
        let mut answers = Vec::new();
        for path in ["/public-key", "/signing-key", "/token"] {
            let mut request = request.clone();
            *request.uri_mut() = path.parse().expect("a path");
            let answer = router.clone().oneshot(request.map(Body::from)).await;
            let Ok(answer) = answer;
            answers.push(conformance::read(answer).await);
        }
        answers.try_into().expect("three answers")
    }

    let answers = [
        send(
            SpacePublicKeyVerify::new(rsa::jwk(rsa::NEW)),
            signed(&SpacePublicKey::default(), rsa::NEW),
        )
        .await,
        send(SpaceSigningKeyVerify::new(SECRET), signed(&SpaceSigningKey::default(), SECRET)).await,
        send(SpaceTokenVerify::new(SECRET), signed(&SpaceToken::default(), SECRET)).await,
    ];
    for (layer, answers) in answers.into_iter().enumerate() {
        for (handler, (status, body)) in answers.into_iter().enumerate() {
            if layer == handler {
                assert_eq!((status, &*body), (StatusCode::OK, b"U".as_slice()), "{layer}");
            } else {
                assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{handler} behind {layer}");
                assert!(body.is_empty());
            }
        }
    }
}

#[test]
fn a_genuine_body_may_be_no_payload() {
    let request = Request::post("/space").body(Bytes::from("text")).expect("a request");
    let secret = Secret::new(SECRET).expect("a secret");
    let request = SpaceSigningKey::default().sign(&secret, NOW, request).expect("a signature");
    let layer = SpaceSigningKeyVerify::new(SECRET).clock(ManualClock::at(NOW));
    let Ok(Outcome::Genuine(proof)) = layer.verify(request) else { panic!("not genuine") };
    let error = proof.payload::<Via<_, Payload>>().expect_err("no payload").to_string();
    assert_eq!(error, "no valid JSON at line 1 column 2");
}
