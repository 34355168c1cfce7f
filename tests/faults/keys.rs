//! The source of keys fails, is slow, and comes and goes.

use std::sync::Arc;
use std::time::Duration;

use countersign::{CachedKeys, MemoryReplay, Reason, Replay, SparkVerify};
use http::StatusCode;

use super::load::Load;
use crate::cached_keys::{Answers, Database, layer};
use crate::replay::Sent;

const HOUR: Duration = Duration::from_secs(3600);

/// Whether a request is forged is not known then.
const NO_KEYS: Sent = (StatusCode::SERVICE_UNAVAILABLE, Some(Reason::KeysUnavailable));

/// Every event is of a tenant of its own, whose name is its secret. With a cache, and without: a cache with fewer
/// names than there are, and with permits for fewer questions than could leak.
fn loads(database: &Database) -> [Arc<Load>; 2] {
    let cache = CachedKeys::by_tenant(database.asked_each_time());
    let cache = cache.timeout(HOUR).capacity(50).questions(16);
    [layer(database.asked_each_time()), layer(cache)].map(|layer: SparkVerify| {
        let replay = Replay::new(MemoryReplay::new()).retention(HOUR);
        Load::new(layer.replay(replay), |name| name, [NO_KEYS, NO_KEYS])
    })
}

/// 503, and nothing is handled; the next request after the fault is, since that keys are unavailable is not kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_fails_in_mid_load() {
    let database = Database::default();
    for load in loads(&database) {
        let senders = load.start();
        let answers = |fails| if fails { Answers::Down } else { Answers::Well };
        load.faults(|fails| database.answers(answers(fails))).await;
        load.more(200).await;
        assert!(load.end(senders).await > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_comes_and_goes() {
    let database = Database::default();
    for load in loads(&database) {
        let senders = load.start();
        load.more(200).await;
        load.phases.changing();
        for _ in 0..60 {
            for answers in [
                Answers::Down,
                Answers::Well,
                Answers::Late(Duration::from_millis(1)),
                Answers::Down,
            ] {
                database.answers(answers);
                load.more(7).await;
            }
        }
        database.answers(Answers::Well);
        load.phases.well();
        load.more(200).await;
        assert!(load.end(senders).await > 0);
    }
}

/// Nobody is refused for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_source() {
    let database = Database::default();
    for load in loads(&database) {
        let senders = load.start();
        load.more(100).await;
        database.answers(Answers::Late(Duration::from_millis(5)));
        load.more(400).await;
        database.answers(Answers::Well);
        load.more(100).await;
        assert!(load.end(senders).await > 0);
    }
}
