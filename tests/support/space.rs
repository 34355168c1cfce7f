//! A stand-in for a Space server on loopback, and what else the tests of Space need.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use countersign::space::Installation;
use countersign::space::testing::TestKey;
use countersign::{Sign, SpacePublicKey, Timestamp};
use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use crate::rsa::{self, LARGER, NEW, OLD};

/// What the application is called in the organisation.
pub const CLIENT_ID: &str = "8fd4d79a-d164-4a71-839a-ff8f8bcd6beb";
/// Its secret there.
pub const CLIENT_SECRET: &str = "a client secret";

static KEYS: LazyLock<[TestKey; 3]> = LazyLock::new(|| [NEW, OLD, LARGER[0]].map(rsa::key));

/// One of three key pairs.
#[must_use]
pub fn key(index: usize) -> &'static TestKey {
    &KEYS[index]
}

/// A server that answers as it is told, and remembers what it was asked.
#[derive(Clone, Debug)]
pub struct Space {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// The body of the answer to who asks for keys.
    jwks: String,
    answers: Answers,
    tokens: usize,
    keys: usize,
    said: Vec<Value>,
}

/// How questions are answered.
#[derive(Clone, Debug)]
pub enum Answers {
    /// As Space does.
    Well,
    /// As Space does, but late.
    Late(Duration),
    /// Never.
    Never,
    /// With that status.
    Status(u16),
    /// The keys with an answer that never ends.
    Endless,
    /// The token with a redirect to there.
    Elsewhere(String),
    /// Each with a redirect to the same path with `/moved` before it, which answers well.
    Moved,
}

impl Space {
    /// A server whose only key is that one of [`key`].
    pub async fn start(index: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = State {
            jwks: doubly_encoded(&key(index).jwks()),
            answers: Answers::Well,
            tokens: 0,
            keys: 0,
            said: Vec::new(),
        };
        let space = Self { url, state: Arc::new(Mutex::new(state)) };
        let answering = space.clone();
        let app = Router::new().fallback(async move |request| answering.answer(request).await);
        tokio::spawn(async move { axum::serve(listener, app).await });
        space
    }

    /// From now on its only key is that one of [`key`].
    pub fn rotate(&self, index: usize) {
        self.publish(doubly_encoded(&key(index).jwks()));
    }

    /// From now on it answers who asks for keys with that body.
    pub fn publish(&self, jwks: impl Into<String>) {
        self.lock().jwks = jwks.into();
    }

    /// From now on it answers like that.
    pub fn answers(&self, answers: Answers) {
        self.lock().answers = answers;
    }

    /// How often it was asked for a token, and for keys.
    #[must_use]
    pub fn asked(&self) -> (usize, usize) {
        let state = self.lock();
        (state.tokens, state.keys)
    }

    /// The messages that were written so far.
    #[must_use]
    pub fn said(&self) -> Vec<Value> {
        self.lock().said.clone()
    }

    /// Waits until so many messages were written. If that takes a minute, they never are.
    pub async fn until_said(&self, number: usize) -> Vec<Value> {
        let start = Instant::now();
        while self.said().len() < number {
            assert!(start.elapsed() < Duration::from_secs(60), "said only {:?}", self.said());
            sleep(Duration::from_millis(5)).await;
        }
        self.said()
    }

    /// Where it is, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its host and port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The application, as it is installed there.
    #[must_use]
    pub fn installation(&self) -> Installation {
        Installation::new(&self.url, CLIENT_ID, CLIENT_SECRET)
    }

    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let path = parts.uri.path();
        match path.trim_start_matches("/moved") {
            "/oauth/token" => self.lock().tokens += 1,
            asked if asked == keys_path() => self.lock().keys += 1,
            "/api/http/chats/messages/send-message" => {
                return self.take_message(&parts.headers, &body);
            }
            _ => return StatusCode::NOT_FOUND.into_response(),
        }
        let is_token = path.ends_with("/oauth/token");
        let answers = self.lock().answers.clone();
        match answers {
            Answers::Well => {}
            Answers::Late(wait) => sleep(wait).await,
            Answers::Never => std::future::pending().await,
            Answers::Status(status) => {
                return StatusCode::from_u16(status).expect("a status").into_response();
            }
            Answers::Endless if is_token => {}
            Answers::Endless => return endless(),
            Answers::Elsewhere(url) => return redirect(&format!("{url}{path}")),
            Answers::Moved if path.starts_with("/moved") => {}
            Answers::Moved => return redirect(&format!("/moved{path}")),
        }
        if is_token { token(&parts.headers, &body) } else { self.keys(&parts.headers) }
    }

    fn keys(&self, headers: &HeaderMap) -> Response {
        if headers.get(AUTHORIZATION).is_none_or(|value| value != "Bearer an-access-token") {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        ([("content-type", "application/json")], self.lock().jwks.clone()).into_response()
    }

    fn take_message(&self, headers: &HeaderMap, body: &Bytes) -> Response {
        if headers.get(AUTHORIZATION).is_none_or(|value| value != "Bearer an-access-token") {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let message = serde_json::from_slice(body).expect("a message in JSON");
        self.lock().said.push(message);
        "{}".into_response()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keys_path() -> String {
    format!("/api/http/applications/clientId:{CLIENT_ID}/public-keys")
}

/// RFC 6749, 4.4: the credentials, base64 of `CLIENT_ID:CLIENT_SECRET`, and a form.
fn token(headers: &HeaderMap, body: &Bytes) -> Response {
    const LOGIN: &str =
        "Basic OGZkNGQ3OWEtZDE2NC00YTcxLTgzOWEtZmY4ZjhiY2Q2YmViOmEgY2xpZW50IHNlY3JldA==";
    let is_form = headers
        .get("content-type")
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !is_form || headers.get(AUTHORIZATION).is_none_or(|value| value != LOGIN) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
    let is_wanted = |name: &str, value: &str| fields.iter().any(|(n, v)| n == name && v == value);
    if !is_wanted("grant_type", "client_credentials") || !is_wanted("scope", "**") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let token =
        json!({ "access_token": "an-access-token", "token_type": "Bearer", "expires_in": 600 });
    ([("content-type", "application/json")], token.to_string()).into_response()
}

fn redirect(to: &str) -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to.to_owned())]).into_response()
}

fn endless() -> Response {
    struct Endless;

    impl http_body::Body for Endless {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            let frame = http_body::Frame::data(Bytes::from_static(&[b' '; 16 * 1024]));
            std::task::Poll::Ready(Some(Ok(frame)))
        }
    }

    Body::new(Endless).into_response()
}

/// As Space has it: a JSON string with the JSON in it.
#[must_use]
pub fn doubly_encoded(jwks: &str) -> String {
    Value::from(jwks).to_string()
}

/// The body of a request: somebody types.
#[must_use]
pub fn typing() -> Value {
    json!({ "className": "ListCommandsPayload", "clientId": CLIENT_ID, "userId": "1mEGCd1FvoAh" })
}

/// The body of a request: somebody wrote that.
#[must_use]
pub fn message(text: &str) -> Value {
    json!({
        "className": "MessagePayload",
        "message": {
            "messageId": "CsT000CsT",
            "channelId": "3FhQeS2URbeY",
            "body": { "className": "ChatMessage.Text", "text": text },
        },
        "clientId": CLIENT_ID,
        "userId": "1mEGCd1FvoAh",
    })
}

/// The request for such a body, as a Space server signs it by now with that one of [`key`].
#[must_use]
pub fn signed(index: usize, uri: &str, body: &Value) -> http::Request<Bytes> {
    let request = http::Request::post(uri).body(Bytes::from(body.to_string())).expect("a request");
    let secret = key(index).pem().expect("a key");
    let now = Timestamp::from(SystemTime::now());
    SpacePublicKey::default().sign(&secret, now, request).expect("a signature")
}
