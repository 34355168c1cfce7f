//! Releasing what could not be released, or of which it is not known whether it has to be.

use std::sync::{Arc, Weak};
use std::time::Duration;

use countersign_core::{Owner, ReplayKey};
use tokio::time::sleep;

use crate::Shared;

/// How many may be under way. Beyond that, time releases.
pub(crate) const AT_ONCE: usize = 10_000;

/// When it is tried, in milliseconds after the time before; while Redis does not answer, the last one is
/// repeated.
const PAUSES: [u64; 6] = [100, 400, 1_500, 5_000, 15_000, 30_000];

/// When there is nothing left to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Redis has said whether there was a claim.
    Answered,
    /// There was one, or all of the pauses have passed since it answered first. The claim may arrive after
    /// the first attempts: a server that stood still reads what was sent to it on another connection
    /// when it likes.
    Released,
}

/// Tries in the background. Nobody was or is to be handled under that claim.
pub(crate) fn release(shared: &Arc<Shared>, key: ReplayKey, owner: Owner, until: Until) {
    let Ok(permit) = Arc::clone(&shared.repeats).try_acquire_owned() else {
        tracing::warn!(
            target: "countersign",
            "too many claims wait for Redis to be released: this one stays until its time is over"
        );
        return;
    };
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        attempts(shared, key, owner, until).await;
        drop(permit);
    });
}

async fn attempts(shared: Weak<Shared>, key: ReplayKey, owner: Owner, until: Until) {
    let mut answered = false;
    let mut pauses = PAUSES.iter();
    loop {
        let Some(pause) = pauses.next().or(PAUSES.last().filter(|_| !answered)) else { return };
        sleep(Duration::from_millis(*pause)).await;
        let Some(shared) = shared.upgrade() else { return };
        match shared.commands.release(&key, owner).await {
            Ok(true) => return,
            Ok(false) if until == Until::Answered => return,
            // A refusal is an answer, too: it may be over soon, but is not waited for without end.
            Err(failure) if !failure.refused => {}
            Ok(false) | Err(_) if !answered => {
                answered = true;
                pauses = PAUSES.iter();
            }
            Ok(false) | Err(_) => {}
        }
    }
}
