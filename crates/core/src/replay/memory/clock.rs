//! How much time has passed, by a clock that nobody sets.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

#[cfg(target_os = "linux")]
use coarsetime::Instant;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

/// The clock of the process, or one for tests.
pub(super) enum Elapsed {
    /// Since the store was made.
    Process(Instant),
    Given(Arc<dyn Fn() -> Duration + Send + Sync>),
}

impl Elapsed {
    /// On Linux the time of the last tick, to a few milliseconds: that is at hand, where to ask for
    /// more precision takes as long as the rest of a claim.
    pub(super) fn start() -> Self {
        Self::Process(now())
    }

    /// In nanoseconds.
    pub(super) fn nanos(&self) -> u64 {
        match self {
            Self::Process(start) => since(*start),
            Self::Given(elapsed) => nanos(elapsed()),
        }
    }
}

/// 584 years, if it is more than fits.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Without the cache of that crate, which all cores would write to.
#[cfg(target_os = "linux")]
fn now() -> Instant {
    Instant::now_without_cache_update()
}

#[cfg(target_os = "linux")]
fn since(start: Instant) -> u64 {
    now().duration_since(start).as_nanos()
}

#[cfg(not(target_os = "linux"))]
fn now() -> Instant {
    Instant::now()
}

#[cfg(not(target_os = "linux"))]
fn since(start: Instant) -> u64 {
    nanos(start.elapsed())
}

impl Debug for Elapsed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process(_) => "Process",
            Self::Given(_) => "Given",
        })
    }
}
