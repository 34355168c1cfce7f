//! Whether all is well, as those who send know it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What is known of the time between the beginning and the end of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// There was no fault.
    Well,
    /// It was in the middle of a fault.
    Fault,
    /// There was a fault for a part of it, or one that comes and goes.
    Unsure,
}

/// The phases, numbered: well, changing, failing, changing, and so on.
#[derive(Default)]
pub(super) struct Phases(AtomicUsize);

const WELL: usize = 0;
const CHANGING: usize = 1;
const FAILING: usize = 2;

impl Phases {
    /// From now on anything may happen: to be called before a fault begins or ends.
    pub(super) fn changing(&self) {
        self.become_next(CHANGING);
    }

    /// The fault has begun.
    pub(super) fn failing(&self) {
        self.become_next(FAILING);
    }

    /// The fault is over.
    pub(super) fn well(&self) {
        self.become_next(WELL);
    }

    pub(super) fn number(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// The phase that it was since it had that number.
    pub(super) fn since(&self, number: usize) -> Phase {
        if self.number() != number {
            return Phase::Unsure;
        }
        match number % 4 {
            WELL => Phase::Well,
            FAILING => Phase::Fault,
            _ => Phase::Unsure,
        }
    }

    fn become_next(&self, kind: usize) {
        let now = self.number();
        self.0.store((now / 4 + 1) * 4 + kind, Ordering::SeqCst);
    }
}
