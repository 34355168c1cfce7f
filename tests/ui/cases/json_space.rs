//! A payload of Space cannot be read past the proof, and neither can one of its classes.

use axum::routing::post;
use axum::{Json, Router};
use countersign::space;

async fn any(Json(payload): Json<space::Payload>) {
    drop(payload);
}

async fn message(Json(payload): Json<space::MessagePayload>) {
    drop(payload);
}

fn main() {
    let _: Router = Router::new().route("/", post(any)).route("/message", post(message));
}
