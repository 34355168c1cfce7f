//! The example `space-app`, as a process over TCP, with a stand-in for the Space server.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::{Secret, Sign, SpaceSigningKey, Timestamp};
use countersign_tests::process::{Server, run};
use countersign_tests::space::{Answers, CLIENT_ID, CLIENT_SECRET, Space, message, signed, typing};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

const SIGNING_KEY: &str = "a signing key";

fn environment(url: &str) -> Vec<(&str, &str)> {
    vec![
        ("PORT", "0"),
        ("SPACE_URL", url),
        ("SPACE_CLIENT_ID", CLIENT_ID),
        ("SPACE_CLIENT_SECRET", CLIENT_SECRET),
        ("RUST_LOG", "debug"),
    ]
}

async fn send(request: Request<Bytes>) -> (StatusCode, String) {
    let request = reqwest::Request::try_from(request).unwrap();
    let answer = timeout(Duration::from_secs(20), reqwest::Client::new().execute(request)).await;
    let answer = answer.unwrap().unwrap();
    (answer.status(), answer.text().await.unwrap())
}

fn by_signing_key(uri: &str, body: &Value) -> Request<Bytes> {
    let request = Request::post(uri).body(Bytes::from(body.to_string())).unwrap();
    let now = Timestamp::from(SystemTime::now());
    SpaceSigningKey::default().sign(&Secret::new(SIGNING_KEY).unwrap(), now, request).unwrap()
}

#[tokio::test]
async fn it_lists_its_commands_and_echoes_messages() {
    let space = Space::start(0).await;
    let mut app = Server::start("space-app", &environment(space.url())).await;
    let uri = format!("{}/space", app.url());

    let (status, commands) = send(signed(0, &uri, &typing())).await;
    assert_eq!(status, StatusCode::OK);
    let commands: Value = serde_json::from_str(&commands).unwrap();
    let names: Vec<_> =
        commands["commands"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
    assert_eq!(names, ["help", "echo"]);

    let (status, said) = send(signed(0, &uri, &message("hello there"))).await;
    assert_eq!((status, said.as_str()), (StatusCode::OK, "You said: hello there"));
    let written = space.until_said(1).await;
    let content = json!({ "className": "ChatMessage.Text", "text": "You said: hello there" });
    assert_eq!(written, [json!({ "channel": "id:3FhQeS2URbeY", "content": content })]);

    let other = json!({ "className": "SomethingNewPayload", "clientId": CLIENT_ID });
    assert_eq!(send(signed(0, &uri, &other)).await.0, StatusCode::OK);
    app.terminate();
    assert!(app.ended().await.success());
    let log = app.log();
    assert!(!log.contains(CLIENT_SECRET) && !log.contains("an-access-token"), "{log}");
}

#[tokio::test]
async fn it_refuses_what_space_did_not_sign_and_follows_a_rotation() {
    let space = Space::start(0).await;
    let app = Server::start("space-app", &environment(space.url())).await;
    let uri = format!("{}/space", app.url());
    assert_eq!(send(signed(0, &uri, &typing())).await.0, StatusCode::OK);

    space.rotate(1);
    assert_eq!(send(signed(1, &uri, &typing())).await.0, StatusCode::OK);
    let refused = (StatusCode::UNAUTHORIZED, String::new());
    assert_eq!(send(signed(0, &uri, &message("forged"))).await, refused);
    assert_eq!(send(by_signing_key(&uri, &message("forged"))).await, refused);
    let mut unsigned = signed(1, &uri, &message("forged"));
    unsigned.headers_mut().clear();
    assert_eq!(send(unsigned).await, refused);
    assert_eq!(space.asked().1, 2);
    assert!(space.said().is_empty());
}

#[tokio::test]
async fn without_keys_it_says_to_come_back() {
    let space = Space::start(0).await;
    space.answers(Answers::Status(500));
    let app = Server::start("space-app", &environment(space.url())).await;
    let uri = format!("{}/space", app.url());
    assert_eq!(send(signed(0, &uri, &typing())).await.0, StatusCode::SERVICE_UNAVAILABLE);
    space.answers(Answers::Well);
    assert_eq!(send(signed(0, &uri, &typing())).await.0, StatusCode::OK);
}

#[tokio::test]
async fn with_a_signing_key_it_wants_that() {
    let space = Space::start(0).await;
    let mut with_chat = environment(space.url());
    with_chat.push(("SPACE_SIGNING_KEY", SIGNING_KEY));
    let alone = vec![("PORT", "0"), ("SPACE_SIGNING_KEY", SIGNING_KEY)];
    for (environment, written) in [(with_chat, 1), (alone, 1)] {
        let app = Server::start("space-app", &environment).await;
        let uri = format!("{}/space", app.url());
        let (status, said) = send(by_signing_key(&uri, &message("hello"))).await;
        assert_eq!((status, said.as_str()), (StatusCode::OK, "You said: hello"));
        assert_eq!(space.until_said(written).await.len(), written);
        // The public key is not what it was told to believe.
        assert_eq!(send(signed(0, &uri, &typing())).await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(space.asked().1, 0);
}

/// A proxy that the environment has for `http` could read the client secret: it is not asked.
#[tokio::test]
async fn a_proxy_does_not_get_the_client_secret() {
    let (space, proxy) = (Space::start(0).await, Space::start(0).await);
    let mut environment = environment(space.url());
    environment.push(("http_proxy", proxy.url()));
    environment.push(("all_proxy", proxy.url()));
    let app = Server::start("space-app", &environment).await;
    let uri = format!("{}/space", app.url());
    let (status, _) = send(signed(0, &uri, &message("hello"))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(space.until_said(1).await.len(), 1);
    // A token for the keys, and one for the message.
    assert_eq!((space.asked(), proxy.asked()), ((2, 1), (0, 0)));
    assert!(proxy.said().is_empty());
}

/// A server that hangs is waited for by all messages at once, and not by one after the other.
#[tokio::test]
async fn messages_time_out_together() {
    let space = Space::start(0).await;
    let mut with_key = environment(space.url());
    with_key.push(("SPACE_SIGNING_KEY", SIGNING_KEY));
    let app = Server::start("space-app", &with_key).await;
    let uri = format!("{}/space", app.url());
    space.answers(Answers::Never);
    for _ in 0..3 {
        assert_eq!(send(by_signing_key(&uri, &message("hello"))).await.0, StatusCode::OK);
    }
    let asked = async {
        while space.asked().0 < 3 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    // Well before the first has waited for its 10 s.
    assert!(timeout(Duration::from_secs(8), asked).await.is_ok(), "{:?}", space.asked());
}

/// The error says which variable, and not its value.
#[tokio::test]
async fn what_is_wrong_in_the_environment_is_named() {
    let url = "http://127.0.0.1:1";
    let missing = |name: &'static str| {
        let kept = environment(url).into_iter().filter(move |(other, _)| *other != name);
        kept.collect::<Vec<_>>()
    };
    for name in ["SPACE_URL", "SPACE_CLIENT_ID", "SPACE_CLIENT_SECRET"] {
        let (status, log) = run("space-app", &missing(name)).await;
        assert_eq!(status.code(), Some(2), "{log}");
        assert!(log.contains(&format!("{name} is not set")), "{log}");
    }
    for url in ["http://acme.jetbrains.space", "http://10.0.0.1:8080", "nonsense"] {
        let (status, log) = run("space-app", &environment(url)).await;
        assert_eq!(status.code(), Some(2), "{log}");
        assert!(log.contains("SPACE_URL") && !log.contains(CLIENT_SECRET), "{log}");
    }
    // A signing key with half of an installation is a mistake, too.
    let mut half = missing("SPACE_CLIENT_SECRET");
    half.push(("SPACE_SIGNING_KEY", SIGNING_KEY));
    assert_eq!(run("space-app", &half).await.0.code(), Some(2));
}
