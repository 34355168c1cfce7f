//! The example `spark-bot`, as a process over TCP, with a stand-in for the Webex API.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign_tests::process::{Server, run};
use countersign_tests::webex::{
    Case, ORG, Page, SECRET, Seen, StandIn, TOKEN, bot_api, cases, joined, member, message_in,
    signed,
};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);

/// The client is made once: each reads all the certificates of the system.
struct Bot(Server, reqwest::Client);

impl Bot {
    async fn start(api: &StandIn) -> Self {
        Self::with(api, &[]).await
    }

    async fn with(api: &StandIn, more: &[(&str, &str)]) -> Self {
        let mut environment = environment(api.url());
        environment.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        environment.extend(more);
        Self(Server::start("spark-bot", &environment).await, reqwest::Client::new())
    }

    /// As an event of its own, however often the body is the same: the bot handles an event once.
    async fn post(&self, body: &Value) -> StatusCode {
        static EVENTS: AtomicUsize = AtomicUsize::new(0);
        let mut body = body.clone();
        body["name"] = json!(format!("event {}", EVENTS.fetch_add(1, Ordering::Relaxed)));
        self.send(self.signed(&body)).await
    }

    fn signed(&self, body: &Value) -> http::Request<bytes::Bytes> {
        signed(&format!("{}/spark", self.0.url()), body)
    }

    async fn send(&self, request: http::Request<bytes::Bytes>) -> StatusCode {
        let request = reqwest::Request::try_from(request).unwrap();
        let answer = timeout(PATIENCE, self.1.execute(request)).await;
        answer.unwrap().unwrap().status()
    }

    /// Lets it finish what it began. Afterwards nothing more will come of it.
    async fn finish(mut self) -> String {
        self.0.terminate();
        let status = self.0.ended().await;
        assert!(status.success(), "{status}");
        self.0.log()
    }
}

fn environment(api: &str) -> Vec<(&str, &str)> {
    vec![
        ("PORT", "0"),
        ("SPARK_SECRET", SECRET),
        ("SPARK_BOT_TOKEN", TOKEN),
        ("SPARK_ALLOWED_ORGS", ORG),
        ("SPARK_API", api),
        ("RUST_LOG", "debug"),
    ]
}

fn ours() -> Page {
    Page::of(&[member("ours", ORG)])
}

#[tokio::test]
async fn every_membership_case_ends_as_it_says() {
    let mut running = JoinSet::new();
    for case in cases() {
        running.spawn(membership_case(case));
    }
    while let Some(case) = running.join_next().await {
        case.unwrap();
    }
}

async fn membership_case(case: Case) {
    let api = StandIn::with_pages(case.pages).await;
    let orgs = case.allowed.join(", ");
    if case.allowed.is_empty() {
        let mut environment = environment(api.url());
        environment.retain(|(name, _)| *name != "SPARK_ALLOWED_ORGS");
        environment.push(("SPARK_ALLOWED_ORGS", &orgs));
        let (status, log) = run("spark-bot", &environment).await;
        assert_eq!(status.code(), Some(2), "{}: {log}", case.name);
        return;
    }
    let bot = Bot::with(&api, &[("SPARK_ALLOWED_ORGS", &orgs)]).await;
    assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK, "{}", case.name);
    // Not before it has begun to work on it.
    api.until(1, Seen::is_memberships).await;
    bot.finish().await;
    let replies = api.count(Seen::is_reply);
    assert_eq!(replies, usize::from(case.is_allowed), "{}: {:?}", case.name, api.seen());
}

#[tokio::test]
async fn it_answers_the_text_of_the_message_in_its_room() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let bot = Bot::start(&api).await;
    assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK);
    let log = bot.finish().await;
    let reply = api.seen().into_iter().find(Seen::is_reply).unwrap();
    let said: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(said, json!({ "roomId": "ROOM", "text": "You said: hello there" }));
    assert_eq!(reply.headers["content-type"], "application/json");
    for asked in api.seen() {
        assert_eq!(asked.headers["authorization"], format!("Bearer {TOKEN}"), "{asked:?}");
    }
    assert!(!log.is_empty() && !log.contains(TOKEN) && !log.contains(SECRET), "{log}");
}

#[tokio::test]
async fn it_answers_at_once_though_the_api_hangs() {
    let api = StandIn::start(|_| std::future::pending()).await;
    let bot = Bot::start(&api).await;
    let start = Instant::now();
    assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    api.until(1, |_| true).await;
}

#[tokio::test]
async fn it_sends_back_what_is_too_much() {
    let api = StandIn::start(|_| std::future::pending()).await;
    let bot = Bot::start(&api).await;
    for _ in 0..64 {
        assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK);
    }
    // Released, so that it is handled when Webex sends it again.
    for _ in 0..2 {
        let same = bot.signed(&message_in("ROOM"));
        assert_eq!(bot.send(same).await, StatusCode::SERVICE_UNAVAILABLE);
    }
}

/// Nothing in an event says when it was signed, so it is what was handled that is remembered.
#[tokio::test]
async fn a_captured_event_is_refused_when_it_is_sent_again() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let bot = Bot::start(&api).await;
    let captured = bot.signed(&message_in("ROOM"));
    assert_eq!(bot.send(captured.clone()).await, StatusCode::OK);
    for _ in 0..2 {
        assert_eq!(bot.send(captured.clone()).await, StatusCode::UNAUTHORIZED);
    }
    let log = bot.finish().await;
    assert!(log.contains("the request was handled already"), "{log}");
    assert_eq!(api.count(Seen::is_reply), 1, "{:?}", api.seen());
}

#[tokio::test]
async fn it_does_not_talk_to_itself() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let bot = Bot::start(&api).await;
    let mut own = message_in("ROOM");
    own["data"]["personId"] = json!("bot");
    assert_eq!(bot.post(&own).await, StatusCode::OK);
    api.until(1, |_| true).await;
    assert_eq!(bot.post(&own).await, StatusCode::OK);
    bot.finish().await;
    let asked: Vec<_> = api.seen().into_iter().map(|seen| seen.target).collect();
    // Who it is, once, and nothing else.
    assert_eq!(asked, ["/v1/people/me"]);
}

#[tokio::test]
async fn it_answers_no_bot_while_it_does_not_know_which_one_it_is() {
    let api = StandIn::start(|asked| async move {
        match asked.target.as_str() {
            "/v1/people/me" => http::Response::builder().status(500).body("".into()).unwrap(),
            _ if asked.is_memberships() => {
                http::Response::new(r#"{"items":[{"personOrgId":"our-org"}]}"#.into())
            }
            _ => bot_api(&asked),
        }
    })
    .await;
    let bot = Bot::start(&api).await;
    let mut robot = message_in("ROOM");
    robot["data"]["personEmail"] = json!("Someone@webex.bot");
    assert_eq!(bot.post(&robot).await, StatusCode::OK);
    api.until(1, |_| true).await;
    assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK);
    bot.finish().await;
    assert_eq!(api.count(Seen::is_reply), 1, "{:?}", api.seen());
    assert_eq!(api.count(Seen::is_memberships), 1, "{:?}", api.seen());
}

#[tokio::test]
async fn it_does_nothing_for_what_is_forged_or_no_new_message() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let bot = Bot::start(&api).await;
    let url = format!("{}/spark", bot.0.url());

    let forged = signed(&url, &message_in("A")).map(|_| message_in("B").to_string().into());
    assert_eq!(bot.send(forged).await, StatusCode::UNAUTHORIZED);
    let unsigned = http::Request::post(&url).body(message_in("A").to_string().into()).unwrap();
    assert_eq!(bot.send(unsigned).await, StatusCode::UNAUTHORIZED);

    let mut deleted = message_in("ROOM");
    deleted["event"] = json!("deleted");
    assert_eq!(bot.post(&deleted).await, StatusCode::OK);
    assert_eq!(bot.post(&joined("ROOM")).await, StatusCode::OK);
    assert_eq!(bot.post(&json!({})).await, StatusCode::UNPROCESSABLE_ENTITY);

    let elsewhere = signed(&format!("{}/other", bot.0.url()), &message_in("A"));
    assert_eq!(bot.send(elsewhere).await, StatusCode::NOT_FOUND);
    let get = http::Request::get(&url).body(bytes::Bytes::new()).unwrap();
    assert_eq!(bot.send(get).await, StatusCode::METHOD_NOT_ALLOWED);

    bot.finish().await;
    assert!(api.seen().is_empty(), "{:?}", api.seen());
}

#[tokio::test]
async fn it_keeps_verdicts_if_told_so_until_somebody_joins() {
    let api = StandIn::with_pages(vec![ours(), Page::of(&[member("theirs", "x")])]).await;
    let bot = Bot::with(&api, &[("VERDICT_CACHE_SECS", "3600")]).await;
    for _ in 0..2 {
        assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK);
    }
    api.until(2, Seen::is_reply).await;
    assert_eq!(api.count(Seen::is_memberships), 1);
    assert_eq!(bot.post(&joined("ROOM")).await, StatusCode::OK);
    assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK);
    api.until(2, Seen::is_memberships).await;
    bot.finish().await;
    assert_eq!(api.count(Seen::is_reply), 2);
}

/// The signature is well-formed, so the body is waited for, but nobody knows yet whether it holds.
#[tokio::test]
async fn who_drips_a_body_is_cut_off_by_the_deadline() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let bot = Bot::with(&api, &[("BODY_DEADLINE_SECS", "1")]).await;
    let address = bot.0.url().trim_start_matches("http://").to_owned();
    let (mut answers, mut drip) = TcpStream::connect(&address).await.unwrap().into_split();
    let signature = "0".repeat(40);
    let head = format!(
        "POST /spark HTTP/1.1\r\nHost: {address}\r\nX-Spark-Signature: {signature}\r\n\
         Content-Length: 100000\r\n\r\n"
    );
    let start = Instant::now();
    drip.write_all(head.as_bytes()).await.unwrap();
    // Never silent for long, so that only a deadline for the whole helps.
    let dripping = tokio::spawn(async move {
        while drip.write_all(b" ").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = [0; 12];
    timeout(PATIENCE, answers.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(std::str::from_utf8(&answer).unwrap(), "HTTP/1.1 408");
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
    dripping.abort();
    assert!(api.seen().is_empty());
}

#[tokio::test]
async fn it_finishes_its_work_before_it_stops() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let api = StandIn::start(move |asked| {
        let held = Arc::clone(&held);
        async move {
            if asked.is_memberships() {
                held.acquire().await.unwrap().forget();
                return http::Response::new(r#"{"items":[{"personOrgId":"our-org"}]}"#.into());
            }
            bot_api(&asked)
        }
    })
    .await;
    let mut bot = Bot::start(&api).await;
    assert_eq!(bot.post(&message_in("ROOM")).await, StatusCode::OK);
    api.until(1, Seen::is_memberships).await;
    bot.0.terminate();

    // It takes nothing new, and goes on with what it has.
    let address = bot.0.url().trim_start_matches("http://").to_owned();
    let closed = async {
        while TcpStream::connect(&address).await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, closed).await.unwrap();
    assert_eq!(api.count(Seen::is_reply), 0);
    gate.add_permits(1);
    assert!(bot.0.ended().await.success());
    assert_eq!(api.count(Seen::is_reply), 1);
}

#[tokio::test]
async fn a_setting_that_is_missing_or_wrong_is_named() {
    let api = "http://127.0.0.1:1/";
    for name in ["SPARK_SECRET", "SPARK_BOT_TOKEN", "SPARK_ALLOWED_ORGS"] {
        let mut missing = environment(api);
        missing.retain(|(other, _)| *other != name);
        is_refused(name, &missing).await;
        is_refused(name, &[missing.as_slice(), &[(name, "")]].concat()).await;
    }
    for (name, value) in [
        ("PORT", "web"),
        ("PORT", "70000"),
        ("HOST", "here"),
        ("SPARK_API", "webexapis.com"),
        ("SPARK_API", "https://user@webexapis.com/v1/"),
        ("SPARK_ALLOWED_ORGS", " , "),
        ("BODY_DEADLINE_SECS", "-1"),
        ("REMEMBER_SECS", "0"),
    ] {
        let mut wrong = environment(api);
        wrong.retain(|(other, _)| *other != name);
        wrong.push((name, value));
        is_refused(name, &wrong).await;
    }
}

async fn is_refused(name: &str, environment: &[(&str, &str)]) {
    let (status, log) = run("spark-bot", environment).await;
    assert_eq!(status.code(), Some(2), "{name}: {log}");
    assert!(log.starts_with("spark-bot: ") && log.contains(name), "{name}: {log}");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(!log.contains(TOKEN) && !log.contains(SECRET), "{log}");
}
