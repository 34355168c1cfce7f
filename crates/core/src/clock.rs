//! Where "now" comes from, so that a test can move it.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

#[cfg(target_os = "linux")]
use rustix::time::{ClockId, clock_gettime};

use crate::time::Timestamp;

/// A source of the present time.
///
/// Windows are measured against it, at the head of a request and again when its signature holds.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present time.
    fn now(&self) -> Timestamp;

    /// The present time, or an earlier one that is at hand sooner.
    ///
    /// It is asked where a request may be refused early. What passes by it is compared with [`now`](Self::now) once its
    /// signature holds, and what does not, at once: nothing is refused by it, and nothing accepted.
    fn recent(&self) -> Timestamp {
        self.now()
    }
}

/// The system's clock: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }

    /// The time of the kernel's last tick, which is read in a fifth of the time that the present one takes.
    #[cfg(target_os = "linux")]
    fn recent(&self) -> Timestamp {
        let now = clock_gettime(ClockId::RealtimeCoarse);
        let nanos = u64::try_from(now.tv_nsec).unwrap_or_default();
        Timestamp::from_secs(now.tv_sec).plus(Duration::from_nanos(nanos))
    }
}

/// A clock that stands still until it is moved, for tests and for checking old captures.
///
/// Clones show the same time: keep one, give the other to the layer.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.time() = now;
    }

    /// Moves the clock on.
    pub fn advance(&self, step: Duration) {
        let mut time = self.time();
        *time = time.plus(step);
    }

    fn time(&self) -> MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.time()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_at_hand_is_not_ahead() {
        for _ in 0..1000 {
            let recent = SystemClock.recent();
            let now = SystemClock.now();
            assert!(recent.since(now).is_none_or(|ahead| ahead.is_zero()), "{recent} at {now}");
            let late = now.since(recent);
            assert!(late < Some(Duration::from_secs(60)), "{recent} at {now}");
        }
    }
}
