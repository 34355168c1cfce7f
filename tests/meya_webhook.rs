//! The example `meya-webhook`, as a process over TCP.

use std::time::Duration;

use bytes::Bytes;
use countersign::{Meya, Secret, Sign, Timestamp};
use countersign_tests::process::{Server, program, run};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

const KEY: &str = "the API key of the example";
const URL: &str = "https://bot.example.com/meya?bot=1";

/// The vendor's.
const DEADLINE: Duration = Duration::from_secs(3);

async fn start(more: &[(&str, &str)]) -> Server {
    let base = [("PORT", "0"), ("MEYA_API_KEY", KEY), ("MEYA_URL", URL), ("RUST_LOG", "debug")];
    let mut environment: Vec<_> =
        base.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name)).collect();
    environment.extend(more);
    Server::start("meya-webhook", &environment).await
}

fn text(text: &str) -> Value {
    json!({"user_id": "1", "sender": "user", "timestamp": 1489843997.625053, "text": text,
        "type": "text", "bot_id": "B"})
}

fn signed(server: &Server, url: &str, body: &Value) -> Request<Bytes> {
    let request = Request::post(format!("{}/meya", server.url()))
        .header("Content-Type", "application/json")
        .body(Bytes::from(body.to_string()))
        .expect("a request");
    let secret = Secret::new(KEY).expect("a secret");
    Meya::at(url).sign(&secret, Timestamp::from_secs(0), request).expect("a signature")
}

async fn send(request: Request<Bytes>) -> (StatusCode, String) {
    let request = reqwest::Request::try_from(request).expect("a request");
    let answer = reqwest::Client::new().execute(request).await.expect("an answer");
    (answer.status(), answer.text().await.expect("a text"))
}

async fn finish(mut server: Server) -> String {
    server.terminate();
    let status = server.ended().await;
    assert!(status.success(), "{status}");
    server.log()
}

#[tokio::test]
async fn it_says_what_was_said() {
    let server = start(&[]).await;
    for said in ["hi", "caf\u{e9} \u{1F600} \"/\\\n"] {
        let (status, answer) = send(signed(&server, URL, &text(said))).await;
        assert_eq!(status, StatusCode::OK);
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer, json!({"text": format!("You said: {said}")}));
    }
    let log = finish(server).await;
    assert!(!log.is_empty() && !log.contains(KEY), "{log}");
}

/// The command of its documentation, as it stands there.
#[tokio::test]
async fn the_command_line_can_talk_to_it() {
    let server = start(&[]).await;
    let url = format!("{}/meya", server.url());
    let mut command = tokio::process::Command::new(program("countersign"));
    command
        .args(["sign", "meya", "--secret-env", "MEYA_API_KEY", "--set", &format!("urls={URL}")])
        .args(["--url", &url, "--send"])
        .env("MEYA_API_KEY", KEY);
    let output = command.output().await.expect("the command runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && printed.contains("You said: hi"), "{output:?}");
}

#[tokio::test]
async fn a_slow_echo_does_not_keep_meya_waiting() {
    let server = start(&[("ECHO_DELAY_MS", "4000")]).await;
    let start = Instant::now();
    let (status, answer) = send(signed(&server, URL, &text("hi"))).await;
    assert_eq!((status, answer.as_str()), (StatusCode::ACCEPTED, ""));
    assert!(start.elapsed() < DEADLINE, "{:?}", start.elapsed());
    // What was begun is finished first.
    let log = finish(server).await;
    assert!(log.contains("an echo is ready"), "{log}");
    assert!(start.elapsed() >= Duration::from_millis(4000), "{:?}", start.elapsed());
}

/// Whoever drips a body gets an answer in the same time.
#[tokio::test]
async fn a_slow_body_is_cut_off() {
    let server = start(&[]).await;
    let address = server.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    let head = format!(
        "POST /meya HTTP/1.1\r\nHost: {address}\r\nContent-Length: 100\r\n\
         X-Meya-Signature: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.expect("written");
    let mut answer = [0; 12];
    timeout(DEADLINE, stream.read_exact(&mut answer)).await.expect("in time").expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn it_echoes_nothing_but_what_a_user_says() {
    let server = start(&[]).await;
    let change = |name: &str, value: Value| {
        let mut event = text("hi");
        event[name] = value;
        event
    };
    for event in [
        change("sender", json!("bot")),
        change("sender", json!("agent")),
        change("type", json!("typing")),
        change("type", json!("novel")),
        json!({"entry": {"type": "meya.text.event.say", "text": "hi"}}),
    ] {
        assert_eq!(send(signed(&server, URL, &event)).await, (StatusCode::OK, String::new()));
    }
    let (status, _) = send(signed(&server, URL, &json!({"text": "hi"}))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn it_does_nothing_for_what_is_forged() {
    let server = start(&[]).await;
    let genuine = signed(&server, URL, &text("hi"));
    let forged = genuine.clone().map(|_| text("ho").to_string().into());
    let mut unsigned = genuine.clone();
    unsigned.headers_mut().remove("x-meya-signature");
    let elsewhere = signed(&server, "https://other.example.com/meya?bot=1", &text("hi"));
    let mut forwarded = elsewhere.clone();
    forwarded
        .headers_mut()
        .insert("x-forwarded-host", "other.example.com".parse().expect("a host"));
    for request in [forged, unsigned, elsewhere, forwarded] {
        assert_eq!(send(request).await, (StatusCode::UNAUTHORIZED, String::new()));
    }
    let mut get = genuine.clone();
    *get.method_mut() = http::Method::GET;
    assert_eq!(send(get).await.0, StatusCode::METHOD_NOT_ALLOWED);
    let mut other = genuine;
    *other.uri_mut() = format!("{}/other", server.url()).parse().expect("a URL");
    assert_eq!(send(other).await.0, StatusCode::NOT_FOUND);
    let log = finish(server).await;
    assert!(!log.contains("an echo is ready") && log.contains("does not match"), "{log}");
}

#[tokio::test]
async fn each_of_several_urls_may_be_signed() {
    let other = "https://old.example.com/meya";
    let server = start(&[("MEYA_URL", &format!("{URL} {other}"))]).await;
    for url in [URL, other] {
        assert_eq!(send(signed(&server, url, &text("hi"))).await.0, StatusCode::OK, "{url}");
    }
}

#[tokio::test]
async fn a_setting_that_is_missing_or_wrong_is_named() {
    let good = [("PORT", "0"), ("MEYA_API_KEY", KEY), ("MEYA_URL", URL)];
    for (name, value) in [
        ("MEYA_API_KEY", ""),
        ("MEYA_URL", ""),
        ("MEYA_URL", "bot.example.com/meya"),
        ("MEYA_URL", "https://"),
        ("PORT", "web"),
        ("HOST", "here"),
        ("ECHO_DELAY_MS", "-1"),
    ] {
        let mut environment: Vec<_> =
            good.into_iter().filter(|(other, _)| *other != name).collect();
        environment.push((name, value));
        let (status, log) = run("meya-webhook", &environment).await;
        assert_eq!(status.code(), Some(2), "{name}: {log}");
        assert!(log.starts_with("meya-webhook: ") && log.contains(name), "{name}: {log}");
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(!log.contains(KEY), "{log}");
    }
}
