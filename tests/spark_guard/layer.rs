//! The guard as a layer.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use countersign::spark::{Denial, DenialReason, Event};
use countersign::{SparkOrgGuard, SparkVerify, Verified};
use countersign_tests::webex::{ORG, Page, SECRET, StandIn, joined, member, message_in, signed};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tower::limit::ConcurrencyLimitLayer;
use tower::{ServiceBuilder, ServiceExt};

use super::{guard, ours, theirs};

struct App {
    router: Router,
    handled: Arc<AtomicUsize>,
}

impl App {
    fn new(guard: SparkOrgGuard) -> Self {
        let layers = ServiceBuilder::new().layer(SparkVerify::new(SECRET)).layer(guard);
        let handled = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&handled);
        let handler = async move |Verified(event): Verified<Event>| {
            count.fetch_add(1, Ordering::SeqCst);
            event.room_id().unwrap_or_default().to_owned()
        };
        Self { router: Router::new().route("/spark", post(handler).route_layer(layers)), handled }
    }

    async fn post(&self, request: http::Request<Bytes>) -> axum::response::Response {
        self.router
            .clone()
            .oneshot(request.map(Full::new).map(axum::body::Body::new))
            .await
            .unwrap()
    }

    fn handled(&self) -> usize {
        self.handled.load(Ordering::SeqCst)
    }
}

async fn text(response: axum::response::Response) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

fn message() -> http::Request<Bytes> {
    signed("/spark", &message_in("ROOM"))
}

#[tokio::test]
async fn an_allowed_room_reaches_the_handler() {
    let app = App::new(guard(&StandIn::with_pages(vec![ours()]).await));
    let response = app.post(message()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(text(response).await, "ROOM");
    assert_eq!(app.handled(), 1);
}

#[tokio::test]
async fn a_denied_room_gets_200_and_does_not_reach_the_handler() {
    let app = App::new(guard(&StandIn::with_pages(vec![theirs()]).await));
    let response = app.post(message()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let denial = response.extensions().get::<Denial>().unwrap();
    assert_eq!(denial.reason(), DenialReason::Outsiders);
    assert_eq!(text(response).await, "");
    assert_eq!(app.handled(), 0);
}

#[tokio::test]
async fn the_status_of_a_denial_can_be_chosen() {
    let api = StandIn::with_pages(vec![theirs()]).await;
    let app = App::new(guard(&api).deny_status(StatusCode::FORBIDDEN));
    let response = app.post(message()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(text(response).await, "");
    assert_eq!(app.handled(), 0);
}

#[tokio::test]
async fn the_answer_to_a_denial_can_be_made_of_its_outsiders() {
    let one = Page::of(&[member("a", "x"), member("b", ORG)]).next("?cursor=2");
    let api = StandIn::with_pages(vec![one, theirs()]).await;
    let app = App::new(guard(&api).deny_with(|denial| {
        let names = format!("{} {}", denial.reason().code(), denial.outsiders().join(","));
        Response::builder().status(418).body(names).unwrap()
    }));
    let response = app.post(message()).await;
    assert_eq!(response.status(), 418);
    assert_eq!(text(response).await, "outsiders a,theirs");
    assert_eq!(app.handled(), 0);
}

#[tokio::test]
async fn a_forged_event_is_refused_before_the_api_is_asked() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let app = App::new(guard(&api));
    let forged = message().map(|_| Bytes::from(message_in("ANOTHER").to_string()));
    assert_eq!(app.post(forged).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!((api.count(|_| true), app.handled()), (0, 0));
}

#[tokio::test]
async fn without_the_proof_it_is_a_500_and_not_a_pass() {
    let api = StandIn::with_pages(vec![ours()]).await;
    // The wrong way round: verified only after the guard.
    let wrong = ServiceBuilder::new().layer(guard(&api)).layer(SparkVerify::new(SECRET));
    let without = ServiceBuilder::new().layer(guard(&api));
    for router in [
        Router::new().route("/spark", post(async || "handled").route_layer(wrong)),
        Router::new().route("/spark", post(async || "handled").route_layer(without)),
    ] {
        let app = App { router, handled: Arc::default() };
        let response = app.post(message()).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(text(response).await, "");
    }
    assert_eq!(api.count(|_| true), 0);
}

#[tokio::test]
async fn a_genuine_body_that_is_no_event_is_denied() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let app = App::new(guard(&api));
    let bodies: [Value; 3] = [json!({}), json!([]), json!({ "id": "w", "data": 7 })];
    for body in bodies {
        let response = app.post(signed("/spark", &body)).await;
        let denial = response.extensions().get::<Denial>().unwrap();
        assert_eq!(denial.reason(), DenialReason::NotAnEvent, "{body}");
    }
    assert_eq!((api.count(|_| true), app.handled()), (0, 0));
}

#[tokio::test]
async fn a_membership_event_that_comes_through_drops_the_verdict() {
    let api = StandIn::with_pages(vec![ours(), theirs()]).await;
    let app = App::new(guard(&api).cache(std::time::Duration::from_secs(3600)));
    app.post(message()).await;
    app.post(message()).await;
    assert_eq!((api.count(|_| true), app.handled()), (1, 2));
    app.post(signed("/spark", &joined("ROOM"))).await;
    app.post(message()).await;
    assert_eq!((api.count(|_| true), app.handled()), (2, 2));
}

/// A room that takes long does not hold the permit of a limit inside.
#[tokio::test]
async fn waiting_for_the_api_holds_no_permit_of_a_limit_inside() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let api = StandIn::start(move |asked| {
        let held = Arc::clone(&held);
        async move {
            if asked.target.contains("SLOW") {
                held.acquire().await.unwrap().forget();
            }
            http::Response::new(r#"{"items":[{"id":"m","personOrgId":"our-org"}]}"#.into())
        }
    })
    .await;
    let layers = ServiceBuilder::new()
        .layer(SparkVerify::new(SECRET))
        .layer(guard(&api))
        .layer(ConcurrencyLimitLayer::new(1));
    let router = Router::new().route("/spark", post(async || "handled").route_layer(layers));
    let app = Arc::new(App { router: router.with_state(()), handled: Arc::default() });
    let other = Arc::clone(&app);
    let slow = tokio::spawn(async move { other.post(signed("/spark", &message_in("SLOW"))).await });
    api.until(1, |_| true).await;
    let quick = tokio::time::timeout(std::time::Duration::from_secs(20), app.post(message()));
    assert_eq!(text(quick.await.unwrap()).await, "handled");
    gate.add_permits(1);
    assert_eq!(text(slow.await.unwrap()).await, "handled");
}
