//! How old, and how far ahead of the clock, a signed time may be.

use std::time::Duration;

use crate::clock::Clock;
use crate::error::Reason;
use crate::time::Timestamp;

/// The window for a signed time: `-max_future ..= max_age`, both ends included.
///
/// Without a `max_age` there is no window, and no time is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) max_age: Option<Duration>,
    pub(crate) max_future: Duration,
}

impl Window {
    /// The first look, which may refuse and has not to accept: by the time that is at hand, and what is outside by that,
    /// by the present one.
    pub(crate) fn glance(self, signed: Timestamp, clock: &dyn Clock) -> Result<(), Reason> {
        if !self.is_set() {
            return Ok(());
        }
        self.check(signed, clock.recent()).or_else(|_| self.check(signed, clock.now()))
    }

    pub(crate) fn check(self, signed: Timestamp, now: Timestamp) -> Result<(), Reason> {
        let Some(max_age) = self.max_age else { return Ok(()) };
        if now.since(signed).is_some_and(|age| age > max_age) {
            return Err(Reason::Stale);
        }
        if signed.since(now).is_some_and(|ahead| ahead > self.max_future) {
            return Err(Reason::FromTheFuture);
        }
        Ok(())
    }

    /// For how long after it passed for the first time a request may pass again, at most: it may
    /// have come from the end of the window that lies ahead.
    ///
    /// With a reserve, because this is measured by another clock, whose seconds are not as long:
    /// system clocks are slowed down or sped up by half a thousandth when they are set right.
    pub(crate) fn lifetime(self) -> Option<Duration> {
        let window = self.max_age?.saturating_add(self.max_future);
        Some(window.saturating_add(window / 1000).saturating_add(Duration::from_secs(1)))
    }

    pub(crate) fn is_set(self) -> bool {
        self.max_age.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_are_inclusive_to_the_nanosecond() {
        let window =
            Window { max_age: Some(Duration::from_secs(10)), max_future: Duration::from_secs(5) };
        let now = Timestamp::from_secs(1_700_000_000);
        let nano = Duration::from_nanos(1);
        let (oldest, newest) =
            (now.minus(Duration::from_secs(10)), now.plus(Duration::from_secs(5)));

        assert_eq!(window.check(oldest, now), Ok(()));
        assert_eq!(window.check(oldest.minus(nano), now), Err(Reason::Stale));
        assert_eq!(window.check(newest, now), Ok(()));
        assert_eq!(window.check(newest.plus(nano), now), Err(Reason::FromTheFuture));
    }

    /// A clock that is read in two ways: exactly, and as it was at the last tick, which is long ago.
    #[derive(Debug)]
    struct Late(Timestamp);

    impl Clock for Late {
        fn now(&self) -> Timestamp {
            self.0
        }

        fn recent(&self) -> Timestamp {
            self.0.minus(Duration::from_secs(2))
        }
    }

    #[test]
    fn nothing_is_refused_by_a_clock_that_is_late() {
        let window = Window { max_age: Some(Duration::from_secs(10)), max_future: Duration::ZERO };
        let now = Timestamp::from_secs(1_700_000_000);
        let clock = &Late(now);

        assert_eq!(window.glance(now, clock), Ok(()), "ahead of the last tick");
        let ahead = now.plus(Duration::from_nanos(1));
        assert_eq!(window.glance(ahead, clock), Err(Reason::FromTheFuture));
        let stale = now.minus(Duration::from_secs(13));
        assert_eq!(window.glance(stale, clock), Err(Reason::Stale));
    }
}
