//! A stand-in for the Webex API on loopback, and what else the tests of Spark need.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use countersign::danger::parse_unverified;
use countersign::spark::{Event, Spark};
use countersign::{Secret, Sign, Timestamp};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

/// The secret that [`signed`] signs with.
pub const SECRET: &str = "webhook-secret";
/// The token of the bot.
pub const TOKEN: &str = "bot-access-token";
/// The organisation of [`member`].
pub const ORG: &str = "our-org";

/// A server that answers as it is told, and remembers what it was asked.
#[derive(Clone, Debug)]
pub struct StandIn {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request that came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its method.
    pub method: String,
    /// Its path and query, as they came.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Seen {
    /// Whether it asks for memberships.
    #[must_use]
    pub fn is_memberships(&self) -> bool {
        self.target.starts_with("/v1/memberships")
    }

    /// Whether it posts a message.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.method == "POST" && self.target == "/v1/messages"
    }
}

impl StandIn {
    /// A server that answers by that function.
    pub async fn start<F, R>(answer: F) -> Self
    where
        F: Fn(Seen) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1/", listener.local_addr().expect("an address"));
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let log = Arc::clone(&seen);
        let app = Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            let asked = Seen {
                method: parts.method.to_string(),
                target: parts.uri.to_string(),
                headers: parts.headers,
                body: to_bytes(body, usize::MAX).await.unwrap_or_default(),
            };
            lock(&log).push(asked.clone());
            answer(asked).await
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, seen }
    }

    /// A server that answers the requests for memberships with those, in order and the last one
    /// for ever, and knows a message and a bot.
    pub async fn with_pages(pages: Vec<Page>) -> Self {
        let script = Arc::new(Mutex::new((VecDeque::from(pages), None)));
        Self::start(move |asked| {
            let script = Arc::clone(&script);
            async move {
                if !asked.is_memberships() {
                    return bot_api(&asked);
                }
                let mut script = lock(&script);
                let (pages, last): &mut (VecDeque<Page>, Option<Page>) = &mut script;
                *last = pages.pop_front().or(last.take());
                let host = asked.headers.get("host").and_then(|host| host.to_str().ok());
                match &*last {
                    Some(page) => page.answer(host.unwrap_or_default()),
                    None => StatusCode::NOT_FOUND.into_response(),
                }
            }
        })
        .await
    }

    /// Where it is, with a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same without the path.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.url.trim_end_matches("/v1/")
    }

    /// What it was asked so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }

    /// How many requests of a kind came in so far.
    pub fn count(&self, kind: impl Fn(&Seen) -> bool) -> usize {
        lock(&self.seen).iter().filter(|seen| kind(seen)).count()
    }

    /// Waits until so many of a kind came in. If that takes a minute, they never do.
    pub async fn until(&self, number: usize, kind: impl Fn(&Seen) -> bool) {
        let start = Instant::now();
        while self.count(&kind) < number {
            assert!(start.elapsed() < Duration::from_secs(60), "asked only {:?}", self.seen());
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// All but memberships.
#[must_use]
pub fn bot_api(asked: &Seen) -> Response {
    match (asked.method.as_str(), asked.target.as_str()) {
        ("GET", "/v1/people/me") => json_answer(&json!({ "id": "bot", "displayName": "Robo" })),
        ("GET", "/v1/messages/MESSAGE") => {
            json_answer(&json!({ "id": "MESSAGE", "text": "Robo hello there" }))
        }
        ("POST", "/v1/messages") => json_answer(&json!({ "id": "REPLY" })),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// An answer with that body.
#[must_use]
pub fn json_answer(body: &Value) -> Response {
    ([("content-type", "application/json")], body.to_string()).into_response()
}

/// An answer to a request for memberships.
#[derive(Clone, Debug)]
pub struct Page {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: String,
}

impl Page {
    /// Status 200 with those members.
    #[must_use]
    pub fn of(members: &[Value]) -> Self {
        Self::body(json!({ "items": members }).to_string())
    }

    /// Status 200 with that body.
    pub fn body(body: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), body: body.into() }
    }

    /// That status, without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status");
        Self { status, ..Self::body("") }
    }

    /// With another body.
    #[must_use]
    pub fn with_body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a link to the next page.
    #[must_use]
    pub fn next(self, target: &str) -> Self {
        self.header("link", format!("<{target}>; rel=\"next\""))
    }

    /// Links to Webex are links to the stand-in.
    fn answer(&self, host: &str) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            let value = value.replace("https://webexapis.com/", &format!("http://{host}/"));
            response = response.header(name, value);
        }
        response.body(Body::from(self.body.clone())).expect("an answer")
    }
}

/// A member of an organisation.
#[must_use]
pub fn member(id: &str, org: &str) -> Value {
    json!({ "id": id, "roomId": "ROOM", "personId": "p", "personOrgId": org })
}

/// The body of an event: somebody wrote a message in that room.
#[must_use]
pub fn message_in(room: &str) -> Value {
    json!({
        "id": "webhook", "resource": "messages", "event": "created", "createdBy": "bot",
        "data": {
            "id": "MESSAGE", "roomId": room, "personId": "person",
            "personEmail": "person@example.com",
        },
    })
}

/// The body of an event: somebody joined that room.
#[must_use]
pub fn joined(room: &str) -> Value {
    json!({
        "id": "webhook", "resource": "memberships", "event": "created",
        "data": { "id": "membership", "roomId": room, "personId": "person" },
    })
}

/// The event of such a body.
#[must_use]
pub fn event(body: &Value) -> Event {
    parse_unverified(body.to_string()).expect("an event")
}

/// The request for such a body, as Webex signs it.
#[must_use]
pub fn signed(uri: &str, body: &Value) -> http::Request<Bytes> {
    let request = http::Request::post(uri).body(Bytes::from(body.to_string())).expect("a request");
    let secret = Secret::new(SECRET).expect("a secret");
    Spark::default().sign(&secret, Timestamp::from_secs(0), request).expect("a signature")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A case of `vectors/spark-membership.json`.
#[derive(Debug)]
pub struct Case {
    /// What it is.
    pub name: String,
    /// The organisations that are allowed.
    pub allowed: Vec<String>,
    /// Whether the list came as one text.
    pub is_one_text: bool,
    /// What the API answers.
    pub pages: Vec<Page>,
    /// Whether the room is allowed.
    pub is_allowed: bool,
}

/// All cases of `vectors/spark-membership.json`.
#[must_use]
pub fn cases() -> Vec<Case> {
    let file: Value =
        serde_json::from_str(include_str!("../vectors/spark-membership.json")).expect("JSON");
    let cases: Vec<_> = list(file.get("cases")).iter().map(Case::read).collect();
    assert_eq!(cases.len(), 13, "a case was added or lost: count anew");
    cases
}

impl Case {
    fn read(case: &Value) -> Self {
        let member = |name: &str| case.get(name).expect("a member of the case");
        let allowed = match member("allowed") {
            Value::String(one) => vec![one.clone()],
            several => list(Some(several)).iter().map(text).collect(),
        };
        let verdict = text(member("expect"));
        assert!(matches!(verdict.as_str(), "allow" | "deny"), "{verdict}");
        Self {
            name: text(member("name")),
            allowed,
            is_one_text: member("allowed").is_string(),
            pages: list(case.get("pages")).iter().map(Page::read).collect(),
            is_allowed: verdict == "allow",
        }
    }
}

impl Page {
    fn read(page: &Value) -> Self {
        let status = page.get("status").and_then(Value::as_u64).expect("a status");
        let mut read = Self::status(status.try_into().expect("a status"));
        if let Some(items) = page.get("items") {
            read.body = json!({ "items": items }).to_string();
        }
        let headers = page.get("headers").and_then(Value::as_object);
        for (name, value) in headers.into_iter().flatten() {
            read = read.header(name, text(value));
        }
        read
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).expect("a list")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
