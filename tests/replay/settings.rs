//! What cannot work is an error where it is asked for.

use std::time::Duration;

use countersign::{
    ConfigError, MemoryReplay, Replay, ReplayMode, ReplayStore, SparkVerify, VerifyLayer,
};
use countersign_tests::acme::{Acme, AcmeToken};

use super::{DAY, SECRET, memory};

fn error(layer: Result<impl Sized, ConfigError>) -> String {
    match layer {
        Ok(_) => panic!("it should not work"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn where_no_time_is_signed_the_retention_has_to_be_given() {
    let text = error(SparkVerify::new(SECRET).try_replay(MemoryReplay::new()));
    assert!(text.starts_with("spark: ") && text.contains(".retention("), "{text}");
    assert!(SparkVerify::new(SECRET).try_replay(memory().retention(DAY)).is_ok());
    assert!(VerifyLayer::<Acme>::new("acme_secret").try_replay(memory()).is_ok());
}

#[test]
fn or_a_window_set_before() {
    let max_age = Duration::from_secs(60);
    assert!(SparkVerify::new(SECRET).max_age(max_age).try_replay(memory()).is_ok());
}

#[test]
#[should_panic(expected = "countersign: spark: no window is set")]
fn otherwise_it_stops_the_start() {
    // Nothing is served yet, nor is it on a route: axum applies the layers of a route when it likes.
    let _ = SparkVerify::new(SECRET).replay(memory());
}

/// One token is like another, whatever the retention.
#[test]
fn tokens_cannot_be_told_apart() {
    let layer = VerifyLayer::<AcmeToken>::new("a token");
    let text = error(layer.try_replay(memory().retention(DAY)));
    assert!(text.starts_with("acme-token: ") && text.contains("token"), "{text}");
}

#[test]
fn no_time_at_all_is_too_little() {
    let layer = |replay| SparkVerify::new(SECRET).try_replay(replay);
    assert!(error(layer(memory().retention(Duration::ZERO))).contains("retention"));
    let lease = ReplayMode::AtLeastOnce { lease: Duration::ZERO };
    assert!(error(layer(memory().retention(DAY).mode(lease))).contains("lease"));
}

/// Incident: secrets in logs.
#[test]
fn debug_shows_what_is_promised_and_no_key() {
    let layer = SparkVerify::new(SECRET).replay(memory().retention(DAY));
    let text = format!("{layer:?} {:?}", Replay::new(MemoryReplay::new()));
    assert!(text.contains("AtMostOnce") && !text.contains(SECRET), "{text}");
}

/// Any store will do, also one that is chosen at run time.
#[test]
fn a_store_behind_a_pointer() {
    let store: std::sync::Arc<dyn ReplayStore> = std::sync::Arc::new(MemoryReplay::new());
    assert!(SparkVerify::new(SECRET).max_age(DAY).try_replay(store).is_ok());
}
