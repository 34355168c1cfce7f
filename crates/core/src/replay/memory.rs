//! Claims in the memory of one process.

mod away;
mod clock;
mod entry;
mod name;
mod table;

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use self::clock::{Elapsed, Moment};
use self::name::{Name, Namer};
use self::table::{Home, Table};
use crate::replay::{ClaimOutcome, Owner, ReplayError, ReplayKey, ReplayStore, Reply};

/// A [`ReplayStore`] in the memory of one process: what it knows ends with the process.
///
/// It is bounded, and when it is full of claims whose time is not over it refuses new ones (503)
/// instead of forgetting old ones. All of its memory is taken when it is made, on Linux 76 bytes for each claim that it
/// has room for and 4 kB, and none later. A claim whose time is over makes room for the next one where it stands;
/// there is no background thread. Keys are kept as a keyed hash of 128 bits.
///
/// Time is measured by the clock of the process, which nobody sets: on Linux by its last tick, some milliseconds
/// ago, or more in a virtual machine that is held up.
///
/// Put it into an [`Arc`] to share it among layers; providers do not get into each other's way.
pub struct MemoryReplay {
    table: Table,
    namer: Namer,
    elapsed: Elapsed,
}

impl MemoryReplay {
    /// Room for 100,000 claims, in 7.6 MB: for 150 genuine requests a second where a time may be 5 minutes off either way,
    /// which are remembered for ten.
    ///
    /// # Panics
    ///
    /// If the system has no randomness to give.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(100_000)
    }

    /// Room for so many claims: as many as genuine requests come within the retention, with a reserve.
    ///
    /// Up to 128, for exactly so many. Beyond that, for half as many again or more: a claim is refused where there is no
    /// room near its place, which is hashed, and not when the last room is taken.
    ///
    /// # Panics
    ///
    /// If the system has no randomness to give, or not so much memory.
    #[must_use]
    #[expect(clippy::expect_used, reason = "start-up is the time to stop")]
    pub fn with_capacity(claims: usize) -> Self {
        let namer = Namer::random().expect("countersign: the system gives no randomness");
        Self { table: Table::new(claims), namer, elapsed: Elapsed::start() }
    }

    /// Measures time by this, for tests: how long ago some fixed moment was. It must not go back.
    #[must_use]
    pub fn elapsed(mut self, elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.elapsed = Elapsed::Given(Arc::new(elapsed));
        self
    }

    /// The clock is read while the home of the name comes from memory.
    fn ask<T>(
        &self,
        key: &ReplayKey,
        question: impl FnOnce(&mut Home<'_>, Name, Moment) -> T,
    ) -> Option<T> {
        let name = self.namer.name(key);
        let place = self.table.home(name)?;
        let now = self.elapsed.now();
        Some(question(&mut place.lock(), name, now))
    }
}

impl Default for MemoryReplay {
    fn default() -> Self {
        Self::new()
    }
}

impl ReplayStore for MemoryReplay {
    fn claim(&self, key: &ReplayKey, lease: Duration) -> Reply<ClaimOutcome> {
        let claimed =
            self.ask(key, |home, name, now| home.claim(name, now.tick(), now.end_of(lease)));
        Reply::Ready(claimed.unwrap_or(Err(ReplayError::Full)))
    }

    fn confirm(&self, key: &ReplayKey, owner: Owner, keep: Duration) -> Reply<bool> {
        let confirmed = self
            .ask(key, |home, name, now| home.confirm(name, owner, now.tick(), now.end_of(keep)));
        Reply::Ready(confirmed.unwrap_or(Err(ReplayError::Full)))
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> Reply<bool> {
        let held = self.ask(key, |home, name, now| home.release(name, owner, now.tick()));
        Reply::Ready(Ok(held.unwrap_or_default()))
    }
}

impl Debug for MemoryReplay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplay")
            .field("table", &self.table)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}
