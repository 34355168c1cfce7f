//! SIGTERM while requests are under way: they are finished, their claims are confirmed, and nothing new is taken.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{Clock, GitHub, Meya, Secret, Sign, SystemClock};
use countersign_tests::form_server::{ALL, encoded};
use countersign_tests::process::Server;
use countersign_tests::redis::Redis;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::gate::Gate;
use super::load::until;
use crate::replay::SECRET;

/// How long an answer may take, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What Redis may take: a machine that is busy stalls for seconds.
const PATIENT: (&str, &str) = ("REDIS_TIMEOUT_MS", "30000");

/// Both promises of replay protection.
const MODES: [&[(&str, &str)]; 2] = [&[], &[("LEASE_SECS", "3600")]];

async fn redis_replay(url: &str, mode: &[(&str, &str)]) -> Server {
    let base = [("PORT", "0"), ("SPARK_SECRET", SECRET), ("REDIS_URL", url), PATIENT];
    Server::start("redis-replay", &[&base, mode].concat()).await
}

fn event(id: usize) -> Request<Bytes> {
    let body =
        format!(r#"{{"id":"E{id}","resource":"rooms","event":"created","data":{{"id":"R"}}}}"#);
    signed(&Spark::default(), SECRET, "/spark", body)
}

/// As the provider sends it now.
fn signed<S: Sign>(scheme: &S, secret: &str, path: &str, body: String) -> Request<Bytes> {
    let request = Request::post(path).body(Bytes::from(body)).expect("a request");
    let secret = Secret::new(secret).expect("a secret");
    scheme.sign(&secret, SystemClock.now(), request).expect(S::NAME)
}

/// A request whose body is under way: the server has asked for it, and got the half of it.
struct Begun {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Begun {
    async fn new(server: &Server, request: &Request<Bytes>) -> Self {
        let mut head =
            format!("POST {} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", request.uri());
        for (name, value) in request.headers() {
            head += &format!("{name}: {}\r\n", value.to_str().expect("text"));
        }
        let body = request.body();
        head += &format!("content-length: {}\r\nexpect: 100-continue\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(address(server)).await.expect("it listens");
        stream.write_all(head.as_bytes()).await.expect("it is written");
        let mut asked = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        let read = timeout(PATIENCE, stream.read_exact(&mut asked)).await;
        read.expect("it asks for the body in time").expect("it asks for the body");
        assert!(asked.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&asked));
        let (half, rest) = body.split_at(body.len() / 2);
        stream.write_all(half).await.expect("it is written");
        Self { stream, rest: rest.to_vec() }
    }

    /// The status line of its answer.
    async fn finish(mut self) -> String {
        self.stream.write_all(&self.rest).await.expect("it is written");
        let mut answer = String::new();
        let read = timeout(PATIENCE, self.stream.read_to_string(&mut answer)).await;
        read.expect("an answer in time").expect("an answer");
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

async fn status(server: &Server, request: &Request<Bytes>) -> String {
    Begun::new(server, request).await.finish().await
}

fn address(server: &Server) -> SocketAddr {
    server.url().trim_start_matches("http://").parse().expect("an address")
}

/// Sends the signal, and waits until nobody new is let in.
async fn terminate(server: &Server) {
    server.terminate();
    let address = address(server);
    until(async || TcpStream::connect(address).await.is_err()).await;
}

async fn ended(mut server: Server) {
    let status = server.ended().await;
    assert!(status.success(), "{status}: {}", server.log());
}

/// Every one of them is refused by a new process as one that was handled to its end.
async fn handled(redis: &Redis, mode: &[(&str, &str)], events: impl Iterator<Item = usize>) {
    let server = redis_replay(&redis.url(), mode).await;
    for id in events {
        assert_eq!(status(&server, &event(id)).await, "HTTP/1.1 401 Unauthorized", "event {id}");
    }
    assert_eq!(status(&server, &event(1000)).await, "HTTP/1.1 200 OK");
}

/// Redis has taken the claims, and the server does not know yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_whose_claims_are_under_way() {
    const EVENTS: usize = 8;
    for mode in MODES {
        let redis = Redis::volatile();
        let gate = Gate::to(redis.port()).await;
        let server = redis_replay(&gate.url(), mode).await;
        gate.close();
        let mut answers = JoinSet::new();
        for id in 0..EVENTS {
            let begun = Begun::new(&server, &event(id)).await;
            answers.spawn(begun.finish());
        }
        let claims = format!(":{EVENTS}\r\n");
        until(async || redis.ask("DBSIZE").expect("it answers") == claims).await;
        terminate(&server).await;
        assert!(answers.try_join_next().is_none(), "an answer without a claim");
        gate.open();
        assert_eq!(answers.join_all().await, ["HTTP/1.1 200 OK"; EVENTS]);
        ended(server).await;
        handled(&redis, mode, 0..EVENTS).await;
    }
}

/// The handler has answered, and its claim is being confirmed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_claim_is_being_confirmed() {
    for mode in MODES {
        let redis = Redis::volatile();
        let gate = Gate::to(redis.port()).await;
        let server = redis_replay(&gate.url(), mode).await;
        gate.close();
        let begun = Begun::new(&server, &event(0)).await;
        let answer = tokio::spawn(begun.finish());
        until(async || redis.ask("DBSIZE").expect("it answers") == ":1\r\n").await;
        gate.pass_one();
        until(async || server.log().contains("handled")).await;
        terminate(&server).await;
        assert!(!answer.is_finished(), "an answer before it is confirmed");
        gate.open();
        assert_eq!(answer.await.expect("no panic"), "HTTP/1.1 200 OK");
        ended(server).await;
        handled(&redis, mode, 0..1).await;
    }
}

/// The body comes after the signal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_not_complete() {
    for mode in MODES {
        let redis = Redis::volatile();
        let server = redis_replay(&redis.url(), mode).await;
        let begun = Begun::new(&server, &event(0)).await;
        terminate(&server).await;
        assert_eq!(begun.finish().await, "HTTP/1.1 200 OK");
        ended(server).await;
        handled(&redis, mode, 0..1).await;
    }
}

/// The same of the other examples, which need no Redis: a genuine request, and a forged one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_forms_finish_what_they_have_begun() {
    for (example, deadline) in ALL.into_iter().zip([30, 10]) {
        let request = |form: String| {
            let request = Request::post(example.path);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            request.body(Bytes::from(form)).expect("a request")
        };
        let server = example.start("https://site.example.com").await;
        let genuine = encoded(&example.signed(&example.form(&[])));
        let forged = genuine.replacen("zo", "Zo", 1);
        finishes(server, deadline, [request(genuine), request(forged)]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bots_finish_what_they_have_begun() {
    let bot = [
        ("PORT", "0"),
        ("SPARK_SECRET", SECRET),
        ("SPARK_BOT_TOKEN", "a-token"),
        ("SPARK_ALLOWED_ORGS", "our-org"),
        ("SPARK_API", "http://127.0.0.1:1/"),
        ("BODY_DEADLINE_SECS", "20"),
    ];
    let mut forged = event(0);
    *forged.body_mut() = event(1).into_body();
    finishes(Server::start("spark-bot", &bot).await, 20, [event(0), forged]).await;

    let url = "https://bot.example.com/meya";
    let bot = [("PORT", "0"), ("MEYA_API_KEY", SECRET), ("MEYA_URL", url)];
    let text =
        r#"{"user_id":"1","sender":"user","timestamp":1.5,"text":"hi","type":"text","bot_id":"B"}"#;
    let requests =
        [SECRET, "a guess"].map(|secret| signed(&Meya::at(url), secret, "/meya", text.to_owned()));
    finishes(Server::start("meya-webhook", &bot).await, 1, requests).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_providers_finishes_what_it_has_begun() {
    let server = Server::start("many-providers", &[("PORT", "0"), ("GITHUB_KEY", SECRET)]).await;
    let zen = r#"{"zen":"Speak like a human."}"#;
    let requests =
        [SECRET, "a guess"].map(|secret| signed(&GitHub, secret, "/github", zen.to_owned()));
    finishes(server, 10, requests).await;
}

/// Incident: it waited for ever for the rest of a head.
#[tokio::test]
async fn many_providers_ends_though_a_request_never_does() {
    let server = Server::start("many-providers", &[("PORT", "0")]).await;
    let mut stream = TcpStream::connect(address(&server)).await.expect("it listens");
    stream.write_all(b"POST /").await.expect("it is written");
    terminate(&server).await;
    ended(server).await;
}

/// Where a body has to be there within so many seconds, and a machine that is busy takes longer, it is 408.
async fn finishes(server: Server, deadline: u64, [genuine, forged]: [Request<Bytes>; 2]) {
    let start = Instant::now();
    let begun = [Begun::new(&server, &genuine).await, Begun::new(&server, &forged).await];
    terminate(&server).await;
    for (begun, expected) in begun.into_iter().zip(["200 OK", "401 Unauthorized"]) {
        let answer = begun.finish().await;
        let late = start.elapsed() >= Duration::from_secs(deadline);
        let expected = answer == format!("HTTP/1.1 {expected}");
        assert!(expected || late && answer == "HTTP/1.1 408 Request Timeout", "{answer}");
    }
    ended(server).await;
}
