//! What became of requests and of their claims, and how long that took.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};

use super::{Answered, Claimed, Settled};
use crate::error::Reason;

const ACCEPTED: &str = "countersign_accepted_total";
const REFUSED: &str = "countersign_refused_total";
const ANSWERED: &str = "countersign_answered_total";
const SECONDS: &str = "countersign_verification_seconds";
const CLAIMS: &str = "countersign_replay_claims_total";
const SETTLED: &str = "countersign_replay_settled_total";

/// How old a key was, in generations: only so many are told apart, whoever configures more.
const GENERATIONS: [&str; 5] = ["0", "1", "2", "3", "4+"];

/// Each reason, where [`slot`] says that it is. What it names is no label.
const REASONS: [Reason; 20] = [
    Reason::Missing(""),
    Reason::Repeated(""),
    Reason::Malformed(""),
    Reason::TooMany(""),
    Reason::Unexpected(""),
    Reason::NotCanonical(""),
    Reason::UnknownKey,
    Reason::KeysUnavailable,
    Reason::Mismatch,
    Reason::BodyDigest,
    Reason::EmptyBody,
    Reason::Stale,
    Reason::FromTheFuture,
    Reason::NoTimestamp,
    Reason::Replayed,
    Reason::InFlight,
    Reason::ReplayUnavailable,
    Reason::BodyTooLarge,
    Reason::BodyTimeout,
    Reason::BodyUnreadable,
];

/// The compiler wants one for each reason.
const fn slot(reason: Reason) -> usize {
    match reason {
        Reason::Missing(_) => 0,
        Reason::Repeated(_) => 1,
        Reason::Malformed(_) => 2,
        Reason::TooMany(_) => 3,
        Reason::Unexpected(_) => 4,
        Reason::NotCanonical(_) => 5,
        Reason::UnknownKey => 6,
        Reason::KeysUnavailable => 7,
        Reason::Mismatch => 8,
        Reason::BodyDigest => 9,
        Reason::EmptyBody => 10,
        Reason::Stale => 11,
        Reason::FromTheFuture => 12,
        Reason::NoTimestamp => 13,
        Reason::Replayed => 14,
        Reason::InFlight => 15,
        Reason::ReplayUnavailable => 16,
        Reason::BodyTooLarge => 17,
        Reason::BodyTimeout => 18,
        Reason::BodyUnreadable => 19,
    }
}

/// Counts for one layer and its clones. The handles are made with its first request, and kept: a recorder may be
/// installed after the layer was built, and no request looks one up.
#[derive(Clone)]
pub(crate) struct Meter(Arc<Handles>);

struct Handles {
    scheme: &'static str,
    announced: Announced,
    requests: OnceLock<Requests>,
    /// For those layers alone that remember what was handled.
    replay: OnceLock<Replay>,
}

/// Which series a recorder was told of. Clones share it, and not all of them need have a replay store.
#[derive(Default)]
struct Announced {
    requests: AtomicBool,
    replay: AtomicBool,
}

struct Requests {
    accepted: [Counter; GENERATIONS.len()],
    refused: [Counter; REASONS.len()],
    handshakes: Counter,
    duplicates: Counter,
    receiving: Histogram,
    judging: Histogram,
}

struct Replay {
    fresh: Counter,
    replayed: Counter,
    in_flight: Counter,
    unavailable: Counter,
    open: Counter,
    confirmed: Counter,
    released: Counter,
    lost: Counter,
    failed: Counter,
    broken_off: Counter,
}

/// When the stage began that a request is in.
pub(crate) struct Watch(Instant);

impl Meter {
    pub(crate) fn new(scheme: &'static str) -> Self {
        let (requests, replay) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Handles { scheme, announced: Announced::default(), requests, replay }))
    }

    /// The layer is built. A recorder that is there already is told of all its series, so that they are there with 0;
    /// the handles are made later, for one that is not there yet.
    pub(crate) fn announce(&self, remembers: bool) {
        let Handles { scheme, announced, .. } = &*self.0;
        if !announced.requests.swap(true, Ordering::Relaxed) {
            Requests::register(scheme);
        }
        if remembers && !announced.replay.swap(true, Ordering::Relaxed) {
            Replay::register(scheme);
        }
    }

    /// `remembers`: the layer has a replay store.
    pub(crate) fn arrived(&self, remembers: bool) -> Watch {
        // Now, so that no verdict has to wait for it, and all series are there from the first request on.
        self.requests();
        if remembers {
            self.replay();
        }
        Watch(Instant::now())
    }

    /// The body is there.
    pub(crate) fn received(&self, watch: &mut Watch) {
        let now = Instant::now();
        self.requests().receiving.record(now - watch.0);
        watch.0 = now;
    }

    /// So is the verdict.
    pub(crate) fn judged(&self, watch: &Watch) {
        self.requests().judging.record(watch.0.elapsed());
    }

    /// `key` is the index of the key that matched: 0 is the newest.
    pub(crate) fn accepted(&self, key: usize) {
        let generation = key.min(GENERATIONS.len() - 1);
        if let Some(accepted) = self.requests().accepted.get(generation) {
            accepted.increment(1);
        }
    }

    pub(crate) fn refused(&self, reason: Reason) {
        if let Some(refused) = self.requests().refused.get(slot(reason)) {
            refused.increment(1);
        }
    }

    pub(crate) fn answered(&self, answered: Answered) {
        let Requests { handshakes, duplicates, .. } = self.requests();
        match answered {
            Answered::Handshake => handshakes.increment(1),
            Answered::Duplicate => duplicates.increment(1),
        }
    }

    pub(crate) fn claimed(&self, claimed: Claimed) {
        let replay = self.replay();
        let counter = match claimed {
            Claimed::Fresh => &replay.fresh,
            Claimed::Replayed => &replay.replayed,
            Claimed::InFlight => &replay.in_flight,
            Claimed::Unavailable => &replay.unavailable,
            Claimed::Open => &replay.open,
        };
        counter.increment(1);
    }

    pub(crate) fn settled(&self, settled: Settled, claims: usize) {
        let replay = self.replay();
        let counter = match settled {
            Settled::Confirmed => &replay.confirmed,
            Settled::Released => &replay.released,
            Settled::Lost => &replay.lost,
            Settled::Failed => &replay.failed,
            Settled::BrokenOff => &replay.broken_off,
        };
        counter.increment(claims as u64);
    }

    fn requests(&self) -> &Requests {
        self.0.requests.get_or_init(|| Requests::register(self.0.scheme))
    }

    fn replay(&self) -> &Replay {
        self.0.replay.get_or_init(|| Replay::register(self.0.scheme))
    }
}

impl Requests {
    #[cold]
    fn register(scheme: &'static str) -> Self {
        describe_counter!(ACCEPTED, Unit::Count, "Genuine requests let through to the handler");
        describe_counter!(REFUSED, Unit::Count, "Requests that were refused");
        describe_counter!(ANSWERED, Unit::Count, "Requests that the layer answered by itself");
        describe_histogram!(SECONDS, Unit::Seconds, "What the layer takes before the handler");
        let answered = |what| counter!(ANSWERED, "scheme" => scheme, "what" => what);
        let seconds = |stage| histogram!(SECONDS, "scheme" => scheme, "stage" => stage);
        Self {
            accepted: GENERATIONS.map(|key| counter!(ACCEPTED, "scheme" => scheme, "key" => key)),
            refused: REASONS
                .map(|reason| counter!(REFUSED, "scheme" => scheme, "reason" => reason.code())),
            handshakes: answered("handshake"),
            duplicates: answered("duplicate"),
            receiving: seconds("receiving"),
            judging: seconds("judging"),
        }
    }
}

impl Replay {
    #[cold]
    fn register(scheme: &'static str) -> Self {
        describe_counter!(CLAIMS, Unit::Count, "Claims that were asked for in the replay store");
        describe_counter!(SETTLED, Unit::Count, "Fresh claims that have come to their end");
        let claims = |outcome| counter!(CLAIMS, "scheme" => scheme, "outcome" => outcome);
        let settled = |outcome| counter!(SETTLED, "scheme" => scheme, "outcome" => outcome);
        Self {
            fresh: claims("fresh"),
            replayed: claims("replayed"),
            in_flight: claims("in-flight"),
            unavailable: claims("unavailable"),
            open: claims("open"),
            confirmed: settled("confirmed"),
            released: settled("released"),
            lost: settled("lost"),
            failed: settled("failed"),
            broken_off: settled("broken-off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_where_its_slot_says() {
        for (index, reason) in REASONS.into_iter().enumerate() {
            assert_eq!(slot(reason), index, "{}", reason.code());
        }
    }
}
