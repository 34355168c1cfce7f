//! Looks for changes under which the request verifies: one at a time, then two.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use countersign_core::dissect::Held;
use countersign_core::{Reason, Timestamp};

use crate::case::{Case, Variant};
use crate::causes::{MUTATIONS, claims_a_time_in_the_window, of_time, unit, unreadable};
use crate::explanation::Cause;

/// How long it may take, and how much it may try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) budget: Duration,
    pub(crate) tries: usize,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Searched {
    pub(crate) causes: Vec<Cause>,
    pub(crate) tries: usize,
    pub(crate) end: End,
}

/// Why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All was tried, or enough found.
    Done,
    /// There are more than may be tried.
    Tries,
    /// The time was over.
    Budget,
    /// There was no thread for it, or it panicked in a scheme.
    BrokenOff,
}

/// Searches in a thread of its own, and returns when it is through or the budget is: however long one
/// try takes, of a large body say. A thread that was left behind ends after the try that it is at.
pub(crate) fn search(case: Case, limits: Limits, now: Timestamp, known: bool) -> Searched {
    let deadline = Instant::now().checked_add(limits.budget);
    let tries = Arc::new(AtomicUsize::new(0));
    let (found, finds) = mpsc::channel();
    let search =
        Search { tries: Arc::clone(&tries), most: limits.tries, deadline, now, known, found };
    // Without a thread `found` is gone, and nothing comes.
    let _ = thread::Builder::new().spawn(move || {
        let end = search.run(&case);
        // Nobody listens any more where the time was over.
        let _ = search.found.send(Find::End(end));
    });
    let mut causes = Vec::new();
    let end = loop {
        let left =
            deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
        match finds.recv_timeout(left) {
            Ok(Find::Cause(cause)) => causes.push(cause),
            Ok(Find::End(end)) => break end,
            Err(RecvTimeoutError::Timeout) => break End::Budget,
            Err(RecvTimeoutError::Disconnected) => break End::BrokenOff,
        }
    };
    Searched { causes, tries: tries.load(Ordering::Relaxed), end }
}

enum Find {
    Cause(Cause),
    End(End),
}

struct Search {
    tries: Arc<AtomicUsize>,
    most: usize,
    deadline: Option<Instant>,
    now: Timestamp,
    /// Whether that is when the request arrived, and not only the present.
    known: bool,
    found: Sender<Find>,
}

impl Search {
    fn run(&self, case: &Case) -> End {
        self.one_after_the_other(case).err().unwrap_or(End::Done)
    }

    /// Two at a time only where nothing was found by one.
    fn one_after_the_other(&self, case: &Case) -> Result<(), End> {
        if self.one_at_a_time(case)? > 0 || self.is_unreadable_time(case)? {
            return Ok(());
        }
        self.two_at_a_time(case)
    }

    /// How many causes there are; of each mutation the first variant that verifies.
    fn one_at_a_time(&self, case: &Case) -> Result<usize, End> {
        let mut causes = 0;
        for mutation in MUTATIONS {
            for variant in (mutation.variants)(case) {
                if let Some(held) = self.verifies(&variant)? {
                    let time = self.time(&variant, &held);
                    self.found(Cause::together(
                        [mutation.cause(&variant.detail)].into_iter().chain(time),
                    ));
                    causes += 1;
                    break;
                }
            }
        }
        Ok(causes)
    }

    /// Of what is malformed, whether it is so for its time alone.
    fn is_unreadable_time(&self, case: &Case) -> Result<bool, End> {
        if !matches!(case.check.dissect(&case.request).claimed, Err(Reason::Malformed(_))) {
            return Ok(false);
        }
        for variant in unit(case) {
            self.count()?;
            if claims_a_time_in_the_window(&variant.case, self.now) {
                self.found(unreadable());
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The second of a pair is tried on what the first one left; the first pair will do. Those that change the
    /// same part are tried either way round: a body is written as it was, and then the line end put to it.
    fn two_at_a_time(&self, case: &Case) -> Result<(), End> {
        for (index, first) in MUTATIONS.iter().enumerate() {
            for one in (first.variants)(case) {
                self.in_time()?;
                let seconds = MUTATIONS.iter().enumerate().filter(|(other, second)| {
                    *other > index || (*other < index && second.part == first.part)
                });
                for (other, second) in seconds {
                    for both in (second.variants)(&one.case) {
                        if let Some(held) = self.verifies(&both)? {
                            let mut pair = [
                                (index, first.cause(&one.detail)),
                                (other, second.cause(&both.detail)),
                            ];
                            // Whichever was tried first, in the order of the table.
                            pair.sort_by_key(|(place, _)| *place);
                            let pair = pair.into_iter().map(|(_, cause)| cause);
                            self.found(Cause::together(pair.chain(self.time(&both, &held))));
                            return Ok(());
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn verifies(&self, variant: &Variant) -> Result<Option<Held>, End> {
        self.count()?;
        Ok(variant.case.check.holds(&variant.case.request).ok())
    }

    /// What is wrong with the time as well: where it is not known when the request arrived, that it is past
    /// says nothing.
    fn time(&self, variant: &Variant, held: &Held) -> Option<Cause> {
        let causes = of_time(held, variant.case.check.window(), self.now, self.known);
        causes.into_iter().next().filter(|_| self.known)
    }

    /// Before each try.
    fn count(&self) -> Result<(), End> {
        self.in_time()?;
        if self.tries.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.tries.store(self.most, Ordering::Relaxed);
            return Err(End::Tries);
        }
        Ok(())
    }

    fn in_time(&self) -> Result<(), End> {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(End::Budget),
            _ => Ok(()),
        }
    }

    fn found(&self, cause: Cause) {
        let _ = self.found.send(Find::Cause(cause));
    }
}
