//! An event cannot be read past the proof.

use axum::routing::post;
use axum::{Json, Router};
use countersign::spark;

async fn handler(Json(event): Json<spark::Event>) {
    drop(event);
}

fn main() {
    let _: Router = Router::new().route("/", post(handler));
}
