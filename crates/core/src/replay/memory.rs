//! Claims in the memory of one process.

mod clock;
mod name;
mod table;

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::clock::{Elapsed, nanos};
use self::name::{Name, Namer};
use self::table::Table;
use crate::replay::{ClaimOutcome, Owner, ReplayError, ReplayKey, ReplayStore, Reply};

/// A [`ReplayStore`] in the memory of one process: what it knows ends with the process.
///
/// It is bounded, and when it is full of claims whose time is not over it refuses new ones (503)
/// instead of forgetting old ones. A claim takes at most 80 bytes where there are a thousand or more in
/// each of its up to 64 parts; fewer take more each, up to 80 kB a part. While a part grows,
/// its old and its new table are there together. Claims whose time is over are
/// cleared away when their room is wanted; there is no background thread. Keys are kept as a keyed
/// hash of 128 bits.
///
/// Time is measured by the clock of the process, which nobody sets, to a few milliseconds.
///
/// Put it into an [`Arc`] to share it among layers; providers do not get into each other's way.
pub struct MemoryReplay {
    shards: Box<[Shard]>,
    /// How many claims a shard may hold.
    bound: usize,
    namer: Namer,
    elapsed: Elapsed,
}

/// On cache lines of its own, as its table is: two cores do not wait for each other's.
struct Shard(Mutex<Table>);

/// Enough that cores rarely meet; few enough that each is worth its own lines.
const MOST_SHARDS: usize = 64;

/// A shard is not made smaller: with 4096 keys or more a shard gets an eighth more than its part of
/// the keys as good as never.
const LEAST_SHARD: usize = 4096;

impl MemoryReplay {
    /// Room for a million claims, and for up to an eighth more: at most 90 MB when it is full, and next
    /// to nothing before.
    ///
    /// # Panics
    ///
    /// If the system has no randomness to give.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(1_000_000)
    }

    /// Room for so many claims, and for up to an eighth more.
    ///
    /// As many as genuine requests come within the retention, with a reserve. Room that is not used
    /// takes no memory.
    ///
    /// # Panics
    ///
    /// If the system has no randomness to give.
    #[must_use]
    #[expect(clippy::expect_used, reason = "start-up is the time to stop")]
    pub fn with_capacity(claims: usize) -> Self {
        let namer = Namer::random().expect("countersign: the system gives no randomness");
        let shards = match claims / LEAST_SHARD {
            0 | 1 => 1,
            several if several >= MOST_SHARDS => MOST_SHARDS,
            // Rounded down to a power of two.
            several => 1 << several.ilog2(),
        };
        let part = claims.div_ceil(shards).max(1);
        let bound = part.saturating_add(part / 8);
        Self {
            shards: (0..shards).map(|_| Shard(Mutex::new(Table::new()))).collect(),
            bound,
            namer,
            elapsed: Elapsed::start(),
        }
    }

    /// Measures time by this, for tests: how long ago some fixed moment was. It must not go back.
    #[must_use]
    pub fn elapsed(mut self, elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.elapsed = Elapsed::Given(Arc::new(elapsed));
        self
    }

    /// The clock is read under the lock: that takes no time of its own while the core waits for the lock
    /// from another one.
    fn ask<T>(
        &self,
        key: &ReplayKey,
        question: impl FnOnce(&mut Table, Name, u64) -> T,
    ) -> Option<T> {
        let name = self.namer.name(key);
        let shard = self.shards.get(name.shard(self.shards.len()))?;
        let mut table = shard.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(question(&mut table, name, self.elapsed.nanos()))
    }
}

impl Default for MemoryReplay {
    fn default() -> Self {
        Self::new()
    }
}

impl ReplayStore for MemoryReplay {
    fn claim(&self, key: &ReplayKey, lease: Duration) -> Reply<ClaimOutcome> {
        let claimed = self.ask(key, |table, name, now| {
            table.claim(name, now, now.saturating_add(nanos(lease)), self.bound)
        });
        Reply::Ready(claimed.unwrap_or(Err(ReplayError::Full)))
    }

    fn confirm(&self, key: &ReplayKey, owner: Owner, keep: Duration) -> Reply<bool> {
        let confirmed = self.ask(key, |table, name, now| {
            table.confirm(name, owner, now, now.saturating_add(nanos(keep)), self.bound)
        });
        Reply::Ready(confirmed.unwrap_or(Err(ReplayError::Full)))
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> Reply<bool> {
        let held = self.ask(key, |table, name, now| table.release(name, owner, now));
        Reply::Ready(Ok(held.unwrap_or_default()))
    }
}

impl Debug for MemoryReplay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplay")
            .field("shards", &self.shards.len())
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}
