//! The providers beyond the founding five: one file each, with the suite that every provider has to pass and
//! what is particular to it.

mod discord;
mod github;
mod gitlab;
mod hubspot;
mod line;
mod linear;
mod meta;
mod notion;
mod payloads;
mod sendgrid;
mod shopify;
mod slack;
mod square;
mod standard_webhooks;
mod stripe;
mod telegram;
mod twilio;

use axum::Router;
use axum::handler::Handler;
use bytes::Bytes;
use countersign::{ManualClock, Payload, Scheme, Secret, Sign, Timestamp, VerifyLayer, danger};
use countersign_tests::conformance::read;
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::ServiceExt;

/// When requests are signed and arrive.
const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A POST of a provider, still without signature.
fn post(body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post("/hook").body(body.into()).expect("a request")
}

/// The same request with the provider's signature, made at [`NOW`].
fn signed<S: Sign>(scheme: &S, secret: &str, request: Request<Bytes>) -> Request<Bytes> {
    scheme.sign(&Secret::new(secret).expect("a secret"), NOW, request).expect("a signature")
}

/// What such a body is as a payload. Who asks knows that nobody has signed it.
fn reads<P: Payload>(body: &str) -> P {
    danger::parse_unverified(body.to_owned()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// A handler behind the layer, on the route that the layer makes.
struct Served(Router);

impl Served {
    fn new<S: Scheme, H: Handler<T, ()>, T: 'static>(layer: VerifyLayer<S>, handler: H) -> Self {
        Self(Router::new().route("/hook", layer.clock(ManualClock::at(NOW)).route(handler)))
    }

    async fn send(&self, request: Request<Bytes>) -> (StatusCode, Bytes) {
        let request = request.map(Full::new);
        let Ok(response) = self.0.clone().oneshot(request).await;
        read(response).await
    }
}
