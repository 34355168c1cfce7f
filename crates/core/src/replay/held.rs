//! The claims of one request: taken one after the other, and settled when the handler has answered.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

use crate::error::Reason;
use crate::meter::{Claimed, Meter, Settled};
use crate::replay::key::Keys;
use crate::replay::unfinished::Unfinished;
use crate::replay::{
    ClaimOutcome, Owner, Replay, ReplayError, ReplayKey, ReplayMode, Reply, ReplyFuture,
};

/// The claims of one request.
///
/// They are settled by [`settle`](Self::settle), or, if it does not come to that, when this is
/// dropped: released if the service was not called yet, and else as the mode says.
pub(crate) struct Held {
    replay: Arc<Replay>,
    scheme: &'static str,
    meter: Meter,
    keep: Duration,
    claims: SmallVec<[(ReplayKey, Owner); 1]>,
    called: bool,
}

/// What comes of claiming: now, or later. A claim that nobody waits for any more is made to its
/// end, since the store may have it already, and released.
pub(crate) enum Claiming {
    Ready(Result<Held, Reason>),
    Later(Unfinished<Result<Held, Reason>>),
}

/// Claims that are being settled.
pub(crate) type Settling = Unfinished<()>;

/// Claims all of the keys, or none of them.
///
/// They are claimed in their order, which is the same for everybody: two requests that share keys
/// then cannot each hold one that the other waits for.
pub(crate) fn claim(
    replay: &Arc<Replay>,
    scheme: &'static str,
    meter: Meter,
    keys: Keys,
    keep: Duration,
) -> Claiming {
    let claims = SmallVec::new();
    let keep = keep.saturating_add(replay.store.reserve());
    let replay = Arc::clone(replay);
    let mut held = Held { replay, scheme, meter, keep, claims, called: false };
    let mut keys = keys.into_iter();
    while let Some(key) = keys.next() {
        match held.claim(&key) {
            Reply::Ready(outcome) => {
                if let Err(reason) = held.take(key, outcome) {
                    return Claiming::Ready(Err(reason));
                }
            }
            Reply::Later(first) => {
                return Claiming::Later(Unfinished::new(held.claim_rest(key, first, keys)));
            }
        }
    }
    Claiming::Ready(Ok(held))
}

/// What is to become of a claim.
#[derive(Clone, Copy)]
enum End {
    Confirm,
    Release,
}

impl End {
    fn named(self, answer: &Result<bool, ReplayError>) -> Settled {
        match (self, answer) {
            (_, Err(_)) => Settled::Failed,
            (Self::Confirm, Ok(true)) => Settled::Confirmed,
            (Self::Confirm, Ok(false)) => Settled::Lost,
            // That it was over before is as good.
            (Self::Release, Ok(_)) => Settled::Released,
        }
    }
}

impl Held {
    /// From now on the handler may have done something.
    pub(crate) fn called(&mut self) {
        self.called = true;
    }

    /// Settles the claims after the handler has answered: with a 5xx, or anything else.
    pub(crate) fn settle(self, failed: bool) -> Option<Settling> {
        self.end(if failed { End::Release } else { End::Confirm })
    }

    async fn claim_rest(
        mut self,
        key: ReplayKey,
        first: ReplyFuture<ClaimOutcome>,
        rest: impl Iterator<Item = ReplayKey>,
    ) -> Result<Self, Reason> {
        let mut taken = self.take(key, first.await);
        for key in rest {
            if taken.is_err() {
                break;
            }
            let outcome = self.claim(&key).wait().await;
            taken = self.take(key, outcome);
        }
        match taken {
            Ok(()) => Ok(self),
            Err(reason) => {
                if let Some(undone) = self.end(End::Release) {
                    undone.await;
                }
                Err(reason)
            }
        }
    }

    fn claim(&self, key: &ReplayKey) -> Reply<ClaimOutcome> {
        let lease = match self.replay.mode {
            ReplayMode::AtMostOnce => self.keep,
            ReplayMode::AtLeastOnce { lease } => lease,
        };
        self.replay.store.claim(key, lease)
    }

    fn take(
        &mut self,
        key: ReplayKey,
        outcome: Result<ClaimOutcome, ReplayError>,
    ) -> Result<(), Reason> {
        let scheme = self.scheme;
        self.meter.claimed(self.named(&outcome));
        match outcome {
            Ok(ClaimOutcome::Fresh(owner)) => {
                self.claims.push((key, owner));
                Ok(())
            }
            Ok(ClaimOutcome::InFlight) => Err(Reason::InFlight),
            Ok(ClaimOutcome::Done) => Err(Reason::Replayed),
            Err(why) if self.replay.fail_open => {
                tracing::error!(target: "countersign", scheme, %why, "handled without a claim");
                Ok(())
            }
            Err(why) => {
                tracing::error!(target: "countersign", scheme, %why, "not claimed");
                Err(Reason::ReplayUnavailable)
            }
        }
    }

    fn named(&self, outcome: &Result<ClaimOutcome, ReplayError>) -> Claimed {
        match outcome {
            Ok(ClaimOutcome::Fresh(_)) => Claimed::Fresh,
            Ok(ClaimOutcome::InFlight) => Claimed::InFlight,
            Ok(ClaimOutcome::Done) => Claimed::Replayed,
            Err(_) if self.replay.fail_open => Claimed::Open,
            Err(_) => Claimed::Unavailable,
        }
    }

    fn end(mut self, end: End) -> Option<Settling> {
        let mut claims = mem::take(&mut self.claims).into_iter();
        while let Some((key, owner)) = claims.next() {
            match self.ask(end, &key, owner) {
                Reply::Ready(answer) => self.note(end, answer),
                Reply::Later(first) => {
                    return Some(Unfinished::new(async move {
                        self.note(end, first.await);
                        for (key, owner) in claims {
                            let answer = self.ask(end, &key, owner).wait().await;
                            self.note(end, answer);
                        }
                    }));
                }
            }
        }
        None
    }

    fn ask(&self, end: End, key: &ReplayKey, owner: Owner) -> Reply<bool> {
        match end {
            End::Confirm => self.replay.store.confirm(key, owner, self.keep),
            End::Release => self.replay.store.release(key, owner),
        }
    }

    /// The answer to the client stays what it is.
    fn note(&self, end: End, answer: Result<bool, ReplayError>) {
        let scheme = self.scheme;
        self.meter.settled(end.named(&answer), 1);
        match (end, answer) {
            (End::Confirm, Err(why)) => {
                tracing::error!(target: "countersign", scheme, %why, "handled, but not confirmed");
            }
            (End::Release, Err(why)) => {
                tracing::error!(target: "countersign", scheme, %why, "not released");
            }
            (End::Confirm, Ok(false)) => {
                tracing::warn!(target: "countersign", scheme, "handled, but the claim was over and is another's");
            }
            (_, Ok(_)) => {}
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.claims.is_empty() {
            return;
        }
        if self.called && self.replay.mode == ReplayMode::AtMostOnce {
            let scheme = self.scheme;
            self.meter.settled(Settled::BrokenOff, self.claims.len());
            tracing::warn!(target: "countersign", scheme, "handling broke off: not handled again");
            return;
        }
        let replay = Arc::clone(&self.replay);
        let claims = mem::take(&mut self.claims);
        let (scheme, meter, keep) = (self.scheme, self.meter.clone(), self.keep);
        let left = Self { replay, scheme, meter, keep, claims, called: false };
        // What has to be waited for is finished in the background.
        drop(left.end(End::Release));
    }
}
