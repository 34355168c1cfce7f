//! The ways to take a webhook in axum that are compared with each other, for five providers.
//!
//! | way | what it is |
//! |---|---|
//! | [`BARE`] | a handler that takes the body, and believes it |
//! | [`FLOOR`] | the same behind a layer that reads the body and checks nothing |
//! | [`HMAC`] | a handler that does the HMAC itself, as cheaply as it can be done |
//! | [`FROM_FN`] | the middleware that people write by hand, and copy |
//! | [`LAYER`] | ours |

mod answer;
mod event;
mod floor;
pub mod github;
pub mod meya;
pub mod slack;
pub mod spark;
pub mod standard_webhooks;

use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::MethodRouter;
use bytes::Bytes;
use countersign::{Clock, Secret, Sign, SystemClock, Timestamp};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use http::{Request, StatusCode};
use tower::Service;

pub use self::event::event;
pub use self::floor::{Floor, FloorService};

/// A handler that takes the body, and believes it.
pub const BARE: &str = "bare";
/// The same behind a layer that reads the body and checks nothing.
pub const FLOOR: &str = "floor";
/// A handler that does the HMAC itself, as cheaply as it can be done.
pub const HMAC: &str = "hmac";
/// The middleware that people write by hand, and copy.
pub const FROM_FN: &str = "from_fn";
/// Ours.
pub const LAYER: &str = "layer";

/// One of the ways.
#[derive(Clone, Debug)]
pub struct Way {
    /// What it is called in a table.
    pub name: &'static str,
    /// A router with it at `/hook`.
    pub app: Router,
}

impl Way {
    /// A route with its middleware, if any, for bodies of up to that size.
    #[must_use]
    pub fn new(name: &'static str, size: usize, route: MethodRouter) -> Self {
        // The limit of axum is lifted only where it has to be: lifting it costs something for each request.
        const AXUM: usize = 2 << 20;
        let route = if size > AXUM { route.layer(DefaultBodyLimit::disable()) } else { route };
        // The router as a server has it: with its state.
        Self { name, app: Router::new().route("/hook", route).with_state(()) }
    }

    /// The answer to that request.
    pub async fn answer(&mut self, request: Request<Body>) -> Response {
        let Ok(response) = self.app.call(request).await;
        response
    }
}

/// A webhook, and the ways to take it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Who sends it.
    pub provider: &'static str,
    /// As the provider sends it, just now.
    pub genuine: Request<Bytes>,
    /// The same, signed with a secret that was guessed.
    pub forged: Request<Bytes>,
    /// The ways, but for [`FLOOR`]: who compares with it adds it.
    pub ways: Vec<Way>,
}

impl Case {
    fn new(
        provider: &'static str,
        scheme: &impl Sign,
        [secret, guessed]: [&str; 2],
        request: Request<Bytes>,
        ways: Vec<Way>,
    ) -> Self {
        let now = SystemClock.now();
        let genuine = sign(scheme, secret, now, request.clone());
        let forged = sign(scheme, guessed, now, request);
        Self { provider, genuine, forged, ways }
    }

    /// Shows that each way does what it is for.
    ///
    /// # Panics
    ///
    /// If one refuses the genuine request, or takes the forged one.
    pub async fn check(&mut self) {
        for way in &mut self.ways {
            let genuine = way.answer(self.genuine.clone().map(Body::from)).await.status();
            assert_eq!(genuine, StatusCode::OK, "{}, {}: genuine", self.provider, way.name);
            let forged = way.answer(self.forged.clone().map(Body::from)).await.status();
            let taken = forged == StatusCode::OK;
            assert_eq!(
                taken,
                [BARE, FLOOR].contains(&way.name),
                "{}, {}: forged",
                self.provider,
                way.name
            );
        }
    }
}

/// The request of such a body, with the headers that every client sends.
#[must_use]
pub fn request(body: Bytes) -> Request<Bytes> {
    Request::post("/hook")
        .header(HOST, "hooks.example.com")
        .header(USER_AGENT, "Provider-Hookshot/1.0")
        .header(ACCEPT, "*/*")
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, body.len())
        .body(body)
        .expect("a request")
}

/// Signs it.
#[must_use]
pub fn sign(
    scheme: &impl Sign,
    secret: &str,
    now: Timestamp,
    request: Request<Bytes>,
) -> Request<Bytes> {
    let secret = Secret::new(secret).expect("a secret");
    scheme.sign(&secret, now, request).expect("a signature")
}

/// The handler of all ways.
pub async fn handler(body: Bytes) {
    black_box(body);
}
