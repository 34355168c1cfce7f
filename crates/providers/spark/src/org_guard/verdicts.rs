//! Verdicts that are kept for a while.

use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use moka::ops::compute::Op;
use moka::sync::Cache;
use tokio::sync::OnceCell;

use super::denial::Denial;

/// Rooms whose verdicts are kept at the same time.
const ROOMS: u64 = 10_000;
/// How long a verdict is kept at most.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) type Verdict = Result<(), Denial>;

/// One cell a room. The first who comes asks the API and fills it, the others wait for it.
///
/// Dropping a room's cell does not disturb who is filling it or waits for it, but whoever comes
/// later gets a new one. So what was read before the members changed is not kept after.
#[derive(Clone)]
pub(super) struct Verdicts(Cache<String, Cell>);

type Cell = Arc<OnceCell<Verdict>>;

impl Verdicts {
    pub(super) fn kept_for(period: Duration) -> Self {
        let cache = Cache::builder().max_capacity(ROOMS).time_to_live(period.min(LONGEST));
        Self(cache.build())
    }

    /// The kept verdict, or that of who is asking, or else of asking. That somebody else could not
    /// ask is no answer for who waited: it asks itself.
    pub(super) async fn get_or_ask<F>(&self, room: &str, ask: impl Fn() -> F) -> Verdict
    where
        F: Future<Output = Verdict>,
    {
        let cell = self.0.get_with_by_ref(room, Cell::default);
        let mut is_own = false;
        let verdict = cell.get_or_init(|| {
            is_own = true;
            ask()
        });
        let verdict = verdict.await.clone();
        if !verdict.as_ref().is_err_and(|denial| !denial.reason().is_verdict()) {
            return verdict;
        }
        self.remove(room, &cell);
        // Not in turns: each has a deadline of its own.
        if is_own { verdict } else { ask().await }
    }

    pub(super) fn forget(&self, room: &str) {
        self.0.invalidate(room);
    }

    /// Removes that cell, and not a newer one in its place.
    fn remove(&self, room: &str, cell: &Cell) {
        self.0.entry_by_ref(room).and_compute_with(|entry| match entry {
            Some(entry) if Arc::ptr_eq(entry.value(), cell) => Op::Remove,
            _ => Op::Nop,
        });
    }
}

impl Debug for Verdicts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdicts").finish_non_exhaustive()
    }
}
