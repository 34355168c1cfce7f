//! Remembering what was handled, so that no request is handled twice.
//!
//! A [`ReplayStore`] holds claims. The layer claims a request when its signature holds, and
//! confirms or releases the claim when the handler has answered: see [`Replay`] for the rules.

mod held;
mod key;
mod memory;
mod settings;
mod unfinished;

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::held::{Claiming, Held, Settling, claim};
pub use self::key::ReplayKey;
pub(crate) use self::key::keys;
pub use self::memory::MemoryReplay;
pub use self::settings::{Duplicates, Replay, ReplayMode};
pub(crate) use self::unfinished::Unfinished;

/// Where claims are kept: in memory, in a database, for one process or for many.
///
/// `claim`, `confirm` and `release` have to be atomic for their key, and no two need to be atomic
/// together. A claim ends by itself when its time is over. That is best measured by a clock that
/// nobody sets; a store whose clock can be set, as that of Redis can, says in
/// [`reserve`](Self::reserve) how far it may step ahead without harm.
pub trait ReplayStore: Send + Sync + 'static {
    /// Claims `key` for `lease`, unless it is claimed already.
    fn claim(&self, key: &ReplayKey, lease: Duration) -> Reply<ClaimOutcome>;

    /// Marks `key` as done and keeps it for `keep`, if it is claimed by `owner` still, or by nobody;
    /// says whether it did.
    ///
    /// `owner` is what [`claim`](Self::claim) gave. If its lease ran out and nobody has claimed the
    /// key since, it was handled all the same. Where somebody else has it, or it is done, nothing is
    /// changed.
    fn confirm(&self, key: &ReplayKey, owner: Owner, keep: Duration) -> Reply<bool>;

    /// Forgets `key`, if it is claimed by `owner` still; says whether it was. An owner whose lease ran
    /// out changes nothing.
    fn release(&self, key: &ReplayKey, owner: Owner) -> Reply<bool>;

    /// For how much longer than asked for what was handled is kept, because the store's clock may be
    /// set ahead: it is added to what a layer keeps, and not to a lease. None by default.
    fn reserve(&self) -> Duration {
        Duration::ZERO
    }
}

impl<T: ReplayStore + ?Sized> ReplayStore for Arc<T> {
    fn claim(&self, key: &ReplayKey, lease: Duration) -> Reply<ClaimOutcome> {
        (**self).claim(key, lease)
    }

    fn confirm(&self, key: &ReplayKey, owner: Owner, keep: Duration) -> Reply<bool> {
        (**self).confirm(key, owner, keep)
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> Reply<bool> {
        (**self).release(key, owner)
    }

    fn reserve(&self) -> Duration {
        (**self).reserve()
    }
}

/// The answer of a [`ReplayStore`]: now, or later.
pub enum Reply<T> {
    /// At hand: that costs no allocation.
    Ready(Result<T, ReplayError>),
    /// To be waited for. It should end by itself, with an error if need be.
    Later(ReplyFuture<T>),
}

/// An answer that has to be waited for.
pub type ReplyFuture<T> = Pin<Box<dyn Future<Output = Result<T, ReplayError>> + Send>>;

impl<T> Reply<T> {
    pub(crate) async fn wait(self) -> Result<T, ReplayError> {
        match self {
            Self::Ready(answer) => answer,
            Self::Later(answer) => answer.await,
        }
    }
}

impl<T: Debug> Debug for Reply<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(answer) => f.debug_tuple("Ready").field(answer).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// What came of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimOutcome {
    /// Nobody had claimed it: it is this owner's now.
    Fresh(Owner),
    /// Somebody has, and has not said what came of it.
    InFlight,
    /// It was confirmed.
    Done,
}

/// Who holds a claim: a number that a store gives to one claim and to no later one of the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(u128);

impl Owner {
    /// The owner with this number.
    #[must_use]
    pub const fn new(number: u128) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u128 {
        self.0
    }
}

/// Why a [`ReplayStore`] could not do what was asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ReplayError {
    /// There is no room for another claim.
    Full,
    /// It does not answer at present. The text is for the log.
    Unavailable(Arc<str>),
}

impl ReplayError {
    /// It does not answer at present, and why.
    #[must_use]
    pub fn unavailable(why: impl Display) -> Self {
        Self::Unavailable(why.to_string().into())
    }
}

impl Display for ReplayError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the store of handled requests is full"),
            Self::Unavailable(why) => {
                write!(f, "the store of handled requests does not answer: {why}")
            }
        }
    }
}

impl Error for ReplayError {}
