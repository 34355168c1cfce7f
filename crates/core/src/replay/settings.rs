//! How a layer remembers: where, what it promises, for how long, and what a duplicate is told.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use crate::error::ConfigError;
use crate::replay::ReplayStore;

/// How a layer keeps a request from being handled twice: a [`ReplayStore`], and what it promises.
///
/// A store alone will do: `layer.replay(store)`. The rest has defaults: [`ReplayMode::AtMostOnce`],
/// [`Duplicates::Refuse`], and, where a window is set, the retention that the window calls for.
///
/// 1. A request is claimed when its signature holds and its time was checked for the second time.
///    So strangers cannot fill the store.
/// 2. Its key is the provider, the tenant where there is one, and the signed id; or else **each** of
///    its fingerprints, so that the same text signed with the old and with the new secret is the same
///    request. One of them seen is a duplicate, and what was claimed of the others is released.
/// 3. It is kept until it cannot pass the window any more. Where no window is set, the
///    [`retention`](Self::retention) has to be given.
/// 4. The service inside is made ready and called only then. If the request goes away before it was
///    called, the claim is released.
/// 5. What becomes of the claim afterwards, the [mode](ReplayMode) says.
///
/// A duplicate of what is done gets what [`Duplicates`] says; one of what is being handled gets 409
/// with `Retry-After`. If the store is down or full it is 503, and nothing is handled.
#[derive(Clone)]
pub struct Replay {
    pub(crate) store: Arc<dyn ReplayStore>,
    pub(crate) mode: ReplayMode,
    pub(crate) duplicates: Duplicates,
    pub(crate) retention: Option<Duration>,
    pub(crate) fail_open: bool,
}

/// What is promised of the handling of one request.
///
/// | while it is handled | `AtMostOnce` | `AtLeastOnce` |
/// |---|---|---|
/// | the handler answers, but not 5xx | done | done |
/// | the handler answers 5xx | released: a retry is handled | released: a retry is handled |
/// | the client goes away, the handler panics or the service fails | **never handled again** | released: a retry is handled |
/// | the process crashes | **never handled again**, if the store survives it | a retry is handled when the lease is over |
///
/// What [`MemoryReplay`](crate::MemoryReplay) knows ends with the process: after a crash, as after any
/// restart, whatever was handled or in flight is handled if it comes again, in either mode.
///
/// "Done" and "never" are for the [retention](Replay::retention). A panic has to pass this layer to
/// count as one: a layer that catches it goes outside, since one inside answers 500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayMode {
    /// Never handled twice, and lost if the handling breaks off.
    ///
    /// Who captured a request cannot buy another try by disconnecting.
    #[default]
    AtMostOnce,
    /// Handled again if the handling broke off, so perhaps more than once.
    AtLeastOnce {
        /// For how long nobody else handles it. It should be longer than handling takes: after that
        /// a retry is handled as well, even if the first handler is at work still.
        lease: Duration,
    },
}

impl ReplayMode {
    /// [`AtLeastOnce`](Self::AtLeastOnce) with a lease of 30 s.
    #[must_use]
    pub fn at_least_once() -> Self {
        Self::AtLeastOnce { lease: Duration::from_secs(30) }
    }
}

/// What a duplicate of a request is told that is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duplicates {
    /// 401, as of any other request that is refused.
    #[default]
    Refuse,
    /// 200 and no body, so that a provider which retries what it believes lost stops.
    Acknowledge,
}

impl Replay {
    /// Remembers in that store.
    #[must_use]
    pub fn new(store: impl ReplayStore) -> Self {
        Self {
            store: Arc::new(store),
            mode: ReplayMode::default(),
            duplicates: Duplicates::default(),
            retention: None,
            fail_open: false,
        }
    }

    /// What is promised: [`ReplayMode::AtMostOnce`] by default.
    #[must_use]
    pub fn mode(mut self, mode: ReplayMode) -> Self {
        self.mode = mode;
        self
    }

    /// What a duplicate is told that is done: [`Duplicates::Refuse`] by default.
    #[must_use]
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// For how long a request is remembered, at least.
    ///
    /// It has to be given where no window is set: a captured request then stays good for as long as
    /// the secret does, and after the retention it is handled again. Where there is a window, it can
    /// only be longer than the window calls for: for a provider that signs its retries anew, under
    /// the same id.
    ///
    /// What was handled already is kept for what was asked for then. So where the window is to be
    /// made wider, raise the retention first, and the window when the old time is over.
    #[must_use]
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = Some(retention);
        self
    }

    /// **Dangerous**: while the store is down or full, requests are handled without being
    /// remembered. Who captured one can have it handled as often as they like then.
    #[must_use]
    pub fn danger_fail_open(mut self) -> Self {
        self.fail_open = true;
        self
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.retention.is_some_and(|retention| retention.is_zero()) {
            return Err(ConfigError::new("the retention of handled requests is zero"));
        }
        match self.mode {
            ReplayMode::AtLeastOnce { lease } if lease.is_zero() => {
                Err(ConfigError::new("the lease of a request in flight is zero"))
            }
            ReplayMode::AtLeastOnce { .. } | ReplayMode::AtMostOnce => Ok(()),
        }
    }
}

impl<T: ReplayStore> From<T> for Replay {
    fn from(store: T) -> Self {
        Self::new(store)
    }
}

impl Debug for Replay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("mode", &self.mode)
            .field("duplicates", &self.duplicates)
            .field("retention", &self.retention)
            .field("fail_open", &self.fail_open)
            .finish_non_exhaustive()
    }
}
