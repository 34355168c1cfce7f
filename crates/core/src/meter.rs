//! What is counted and timed: with the feature `metrics` by the recorder of that crate, and without it by nobody.
//!
//! Both have one interface, so that the rest of the core does not know which of them it was built with. Without the feature
//! all of it is of size zero and does nothing.

#[cfg(all(feature = "metrics", feature = "cache"))]
mod cached;
#[cfg(feature = "metrics")]
mod loads;
#[cfg(not(feature = "metrics"))]
mod nobody;
#[cfg(feature = "metrics")]
mod requests;

#[cfg(all(feature = "metrics", feature = "cache"))]
pub(crate) use self::cached::CacheMeter;
#[cfg(feature = "metrics")]
pub(crate) use self::loads::LoadMeter;
#[cfg(all(not(feature = "metrics"), feature = "cache"))]
pub(crate) use self::nobody::CacheMeter;
#[cfg(not(feature = "metrics"))]
pub(crate) use self::nobody::{LoadMeter, Meter, Watch};
#[cfg(feature = "metrics")]
pub(crate) use self::requests::{Meter, Watch};

/// What the layer answered itself, without refusing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// A handshake or a challenge.
    Handshake,
    /// What was handled already, where duplicates are acknowledged.
    Duplicate,
}

/// What came of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    Fresh,
    Replayed,
    InFlight,
    /// The store did not say, and so it is refused.
    Unavailable,
    /// The store did not say, and it is handled all the same.
    Open,
}

/// What became of a claim that was fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    Confirmed,
    Released,
    /// It was over before it was confirmed.
    Lost,
    /// The store could not be told.
    Failed,
    /// Handling broke off, and it is not handled again.
    BrokenOff,
}
