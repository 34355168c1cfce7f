//! A layer's series are there before its first request.

use axum::Router;
use axum::routing::post;
use countersign::{MemoryReplay, SparkVerify};
use tower::Layer;

use super::Recorder;
use crate::replay::{DAY, SECRET};

const ACCEPTED: &str = "countersign_accepted_total";
const CLAIMS: &str = "countersign_replay_claims_total";
const SETTLED: &str = "countersign_replay_settled_total";

/// Which of them are there.
fn there(recorder: &Recorder) -> Vec<&'static str> {
    let described = recorder.described();
    [ACCEPTED, CLAIMS, SETTLED].into_iter().filter(|name| described.contains_key(*name)).collect()
}

/// Without and with a store.
fn clones() -> [SparkVerify; 2] {
    let layer = SparkVerify::new(SECRET).max_age(DAY);
    [layer.clone(), layer.replay(MemoryReplay::new())]
}

#[test]
fn as_soon_as_a_layer_stands_in_front_of_a_service() {
    let recorder = Recorder::start();
    let [without, _] = clones();
    let _ = without.layer(());
    assert_eq!(there(&recorder), [ACCEPTED]);
    let recorder = Recorder::start();
    let [_, with] = clones();
    let _ = with.layer(());
    assert_eq!(there(&recorder), [ACCEPTED, CLAIMS, SETTLED]);
}

/// They share their counters, and each needs its own.
#[test]
fn of_clones_with_and_without_a_store_in_either_order() {
    let recorder = Recorder::start();
    for (layer, series) in clones().iter().zip([&[ACCEPTED][..], &[ACCEPTED, CLAIMS, SETTLED]]) {
        let _ = layer.layer(());
        assert_eq!(there(&recorder), series);
    }
    let recorder = Recorder::start();
    for layer in clones().iter().rev() {
        let _ = layer.layer(());
        assert_eq!(there(&recorder), [ACCEPTED, CLAIMS, SETTLED]);
    }
}

/// axum applies the layer of a route with the state, and `into_make_service` is what gives it before the first connection.
#[test]
fn on_a_route_when_the_app_is_made_a_service() {
    let recorder = Recorder::start();
    let [_, with] = clones();
    let app = Router::<()>::new().route("/spark", post(async || "handled").route_layer(with));
    assert_eq!(there(&recorder), [""; 0], "earlier than the page says");
    let _app = app.into_make_service();
    assert_eq!(there(&recorder), [ACCEPTED, CLAIMS, SETTLED]);
}
