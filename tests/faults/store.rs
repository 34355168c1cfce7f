//! The replay store fails, is slow, and comes and goes.

use std::sync::Arc;
use std::time::Duration;

use countersign::SparkVerify;
use tokio::time::sleep;

use super::load::{FORGED, Load};
use crate::replay::probe::Probe;
use crate::replay::{SECRET, UNAVAILABLE};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn load(store: &Probe) -> Arc<Load> {
    let replay = countersign::Replay::new(store.clone()).retention(DAY);
    // Who forged it is told so all the same: the store is not asked.
    Load::new(SparkVerify::new(SECRET).replay(replay), |_| SECRET, [UNAVAILABLE, FORGED])
}

/// Events go on coming while `faults` does what it does. In the end each event that was handled holds its claim, and
/// nothing else does.
async fn under_load(store: Probe, faults: impl AsyncFnOnce(&Probe, &Load)) {
    let load = load(&store);
    let senders = load.start();
    faults(&store, &load).await;
    load.more(200).await;
    let handled = load.end(senders).await;
    assert_eq!(store.held(), handled);
}

/// 503, and nothing is handled; the next request after the fault is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_in_mid_load() {
    for store in [Probe::ready(), Probe::later()] {
        under_load(store, async |store, load| load.faults(|fails| store.fail(fails)).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_comes_and_goes() {
    for store in [Probe::ready(), Probe::later()] {
        under_load(store, async |store, load| {
            load.more(200).await;
            load.phases.changing();
            for turn in 0..200 {
                store.fail(turn % 2 == 0);
                load.more(7).await;
            }
            store.fail(false);
            load.phases.well();
        })
        .await;
    }
}

/// Nobody is refused for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_store() {
    under_load(Probe::gated(), async |store, _| {
        for _ in 0..500 {
            store.permit(1);
            sleep(Duration::from_millis(1)).await;
        }
        store.permit(1_000_000);
    })
    .await;
}
