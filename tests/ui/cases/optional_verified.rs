//! A handler cannot go on without the proof.

use axum::Router;
use axum::routing::post;
use countersign::{Verified, spark};

async fn handler(event: Option<Verified<spark::Event>>) {
    drop(event);
}

fn main() {
    let _: Router = Router::new().route("/", post(handler));
}
