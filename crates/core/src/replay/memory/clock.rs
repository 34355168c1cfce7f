//! How much time has passed, by a clock that nobody sets.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

#[cfg(target_os = "linux")]
use rustix::time::{ClockId, clock_gettime};

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

    pub(super) fn now(&self) -> Moment {
        Moment(match self {
            Self::Process(start) => since(*start),
            Self::Given(elapsed) => nanos(elapsed()),
        })
    }
}

/// How many nanoseconds have passed.
#[derive(Clone, Copy)]
pub(super) struct Moment(u64);

impl Moment {
    pub(super) fn tick(self) -> Tick {
        Tick(self.0 >> NANO_BITS)
    }

    /// The first tick that is not before the end of that time.
    pub(super) fn end_of(self, time: Duration) -> Tick {
        let end = self.0.saturating_add(nanos(time));
        Tick((end >> NANO_BITS) + u64::from(end.trailing_zeros() < NANO_BITS)).min(Tick::LAST)
    }
}

/// A little more than a millisecond: 2^20 ns. There are 584 years of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tick(u64);

const NANO_BITS: u32 = 20;

impl Tick {
    pub(super) const BITS: u32 = u64::BITS - NANO_BITS;
    pub(super) const START: Self = Self(0);
    pub(super) const LAST: Self = Self(u64::MAX >> NANO_BITS);

    pub(super) const fn number(self) -> u64 {
        self.0
    }

    pub(super) const fn of_number(number: u64) -> Self {
        Self(number)
    }
}

/// 584 years, if it is more than fits.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The time of the last tick, since the machine was started.
#[cfg(target_os = "linux")]
type Instant = Duration;

#[cfg(target_os = "linux")]
fn now() -> Instant {
    let now = clock_gettime(ClockId::MonotonicCoarse);
    // It began at zero and never goes back.
    now.try_into().unwrap_or_default()
}

#[cfg(target_os = "linux")]
fn since(start: Instant) -> u64 {
    nanos(now().saturating_sub(start))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_never_too_early_and_at_most_a_tick_late() {
        let tick = 1 << NANO_BITS;
        for (now, time, end) in [
            (0, 0, 0),
            (0, 1, 1),
            (0, tick, 1),
            (1, tick, 2),
            (5 * tick - 1, 1, 5),
            (5 * tick - 1, 2, 6),
            (u64::MAX, 1, Tick::LAST.0),
        ] {
            assert_eq!(Moment(now).end_of(Duration::from_nanos(time)).0, end, "{now} {time}");
        }
        assert!(Moment(7).end_of(Duration::MAX) == Tick::LAST);
    }
}
