//! Replay protection for countersign over many processes and machines: claims in Redis.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use countersign_core::{Replay, ReplayMode};
//! use countersign_redis::RedisReplay;
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let store = RedisReplay::connect("redis://127.0.0.1/").await?;
//! let replay = Replay::new(store).retention(Duration::from_secs(24 * 3600));
//! # Ok(())
//! # }
//! ```
//!
//! and `layer.replay(replay)`. All processes of one application use the same
//! [prefix](RedisOptions::prefix), and each application that shares a Redis has one of its own: two
//! with the same prefix, provider and tenant would take each other's requests for handled.
//!
//! # What is needed
//!
//! Redis 7.0 or newer, or Valkey, alone or (feature `cluster`) as a Redis Cluster. Each command
//! touches one key, and a claim is one round trip. `rediss://` needs the feature `tls`.
//!
//! A user of an access control list needs the keys of the prefix and `SET`, `GET`, `PSETEX`, `DEL`, `EVAL`
//! and `EVALSHA`; for the warnings at connect also `INFO` and `CONFIG GET`; in a cluster also `CLUSTER`;
//! with a database other than 0 also `SELECT`:
//! `ACL SETUSER webhooks on >PASSWORD ~countersign:* -@all +set +get +psetex +del +eval +evalsha +info
//! +config|get`.
//!
//! # What Redis forgets
//!
//! What Redis forgets can be handled again. It forgets
//!
//! - with another `maxmemory-policy` than `noeviction`, whatever it likes, when its memory is full;
//! - without persistence, everything when it is restarted;
//! - with snapshots (`save`) what came after the last one: minutes;
//! - with `appendonly yes` and `appendfsync everysec`, when the machine dies, up to two seconds;
//! - with `appendfsync no`, when the machine dies, what the kernel had not written yet;
//! - with a failover to a replica, what was not replicated yet, since replication is asynchronous;
//! - with `FLUSHALL`, everything.
//!
//! `appendonly yes` with `appendfsync always` forgets nothing that it has answered. At
//! [connect](RedisReplay::connect) a warning says if it may evict or if nothing is persisted.
//!
//! # The clock of Redis
//!
//! Redis counts a time to live by the wall clock of its machine. If that steps ahead, by hand or by a
//! failover to a machine whose clock is ahead, what is kept is forgotten so much earlier; so all that was
//! handled is kept for an hour longer than the layer asks for, and a step of up to an hour forgets
//! nothing. A lease is not lengthened: it ends early then, and a retry may be handled beside the first
//! handler. If the clock steps back, everything stays for so much longer: leases too, and until then a
//! retry gets 409.
//!
//! # When Redis is away
//!
//! Each question ends within the [time-out](RedisOptions::timeout), and the request gets 503. The
//! connection is made again in the background, for as long as it takes. A claim whose answer was lost
//! may have taken effect; nothing was handled under it, so its release is tried after 0.1 s, then ever more
//! rarely, and every 30 s until Redis has answered, and for a minute more, since the claim may arrive late.
//! If this process ends before, or 10,000 others wait for the same (a warning says so), such a claim stays
//! until its time is over, and a retry gets 409.
//!
//! A server that became a replica refuses to write: a 503, and the connection is made anew, so that after a
//! failover it goes where the address leads to by then.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod commands;
mod connection;
mod durability;
mod options;
mod repeat;

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countersign_core::{ClaimOutcome, Owner, ReplayError, ReplayKey, ReplayStore, Reply};
use tokio::sync::Semaphore;

use self::commands::{Claimed, Commands};
pub use self::options::{ConnectError, RedisOptions};

/// A [`ReplayStore`] in Redis or Valkey. Cloning is cheap, and all clones share a connection.
///
/// It is used within the tokio runtime that it was made in.
#[derive(Clone)]
pub struct RedisReplay(Arc<Shared>);

struct Shared {
    commands: Commands,
    /// What no other process has: an owner is this and a counter.
    process: u64,
    claims: AtomicU64,
    /// How many attempts to make good what failed may be under way.
    repeats: Arc<Semaphore>,
}

impl RedisReplay {
    /// Connects with the default [options](RedisOptions): `redis://host:port/db`,
    /// `redis://user:password@..`, `rediss://..` for TLS, `redis+unix:///path`.
    ///
    /// # Errors
    ///
    /// When it is no such URL, when nothing answers within the time-out, when it refuses the connection
    /// for as long as that, or the password, or when it is too old.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        RedisOptions::default().connect(url).await
    }

    /// Connects to a Redis Cluster, of which some nodes are named.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect).
    #[cfg(feature = "cluster")]
    pub async fn cluster<'a>(
        nodes: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ConnectError> {
        RedisOptions::default().cluster(nodes).await
    }

    pub(crate) fn new(commands: Commands, process: u64) -> Self {
        Self(Arc::new(Shared {
            commands,
            process,
            claims: AtomicU64::new(0),
            repeats: Arc::new(Semaphore::new(repeat::AT_ONCE)),
        }))
    }

    fn next_owner(&self) -> Owner {
        let claim = self.0.claims.fetch_add(1, Ordering::Relaxed);
        Owner::new((u128::from(self.0.process) << 64) | u128::from(claim))
    }

    async fn try_claim(self, key: ReplayKey, lease: Duration) -> Result<ClaimOutcome, ReplayError> {
        let owner = self.next_owner();
        match self.0.commands.claim(&key, owner, lease).await {
            Ok(Claimed::Fresh) => Ok(ClaimOutcome::Fresh(owner)),
            Ok(Claimed::InFlight) => Ok(ClaimOutcome::InFlight),
            Ok(Claimed::Done) => Ok(ClaimOutcome::Done),
            Err(failure) => {
                // It may have taken effect, or will yet.
                if !failure.refused {
                    repeat::release(&self.0, key, owner, repeat::Until::Released);
                }
                Err(failure.why)
            }
        }
    }

    async fn try_release(self, key: ReplayKey, owner: Owner) -> Result<bool, ReplayError> {
        let released = self.0.commands.release(&key, owner).await;
        released.map_err(|failure| {
            repeat::release(&self.0, key, owner, repeat::Until::Answered);
            failure.why
        })
    }
}

impl ReplayStore for RedisReplay {
    fn claim(&self, key: &ReplayKey, lease: Duration) -> Reply<ClaimOutcome> {
        Reply::Later(Box::pin(self.clone().try_claim(*key, lease)))
    }

    fn confirm(&self, key: &ReplayKey, owner: Owner, keep: Duration) -> Reply<bool> {
        let (this, key) = (self.clone(), *key);
        Reply::Later(Box::pin(async move {
            this.0.commands.confirm(&key, owner, keep).await.map_err(|failure| failure.why)
        }))
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> Reply<bool> {
        Reply::Later(Box::pin(self.clone().try_release(*key, owner)))
    }

    /// An hour: Redis goes by a clock that can be set.
    fn reserve(&self) -> Duration {
        Duration::from_secs(3600)
    }
}

/// Without the URL, which may hold a password.
impl Debug for RedisReplay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisReplay").field("commands", &self.0.commands).finish_non_exhaustive()
    }
}
