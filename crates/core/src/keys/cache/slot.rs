//! What is known of one name.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant};

use super::Settings;
use crate::keys::{Flight, KeyError, KeyFuture, KeySet, Lookup};

type Answer<K> = Result<KeySet<K>, KeyError>;

/// An answer of the source, or the question that it is asked.
///
/// Answers land here and not in the cache, so one that was under way while its name was forgotten is
/// forgotten with its slot.
pub(super) struct Slot<K> {
    state: RwLock<State<K>>,
    settings: Settings,
}

struct State<K> {
    kept: Option<Kept<K>>,
    question: Option<Flight<K>>,
    /// The question for keys that are newer than those that are kept.
    newer: Option<Flight<K>>,
}

struct Kept<K> {
    answer: Answer<K>,
    since: Instant,
    period: Duration,
}

impl<K: Send + Sync + 'static> Slot<K> {
    fn empty(settings: Settings) -> Self {
        let state = State { kept: None, question: None, newer: None };
        Self { state: RwLock::new(state), settings }
    }

    /// An answer that was at hand.
    pub(super) fn of(answer: Answer<K>, settings: Settings) -> Self {
        let slot = Self::empty(settings);
        slot.keep(answer);
        slot
    }

    /// A question. If its answer is not one to keep, `drop` is to remove the slot.
    ///
    /// `None` outside of a tokio runtime.
    pub(super) fn asking(
        question: KeyFuture<K>,
        settings: Settings,
        drop: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) -> Option<Arc<Self>> {
        let slot = Arc::new(Self::empty(settings));
        let landing = Arc::clone(&slot);
        let flight = Flight::start(settings.timeout, question, move |answer| match answer {
            Err(KeyError::Unavailable(_)) => drop(&landing),
            answer => landing.keep(answer.clone()),
        })?;
        slot.write().question = Some(flight);
        Some(slot)
    }

    /// What is known, or will be; nothing if that is too old, or will never be.
    pub(super) fn lookup(&self) -> Option<Lookup<K>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &state.kept {
            return kept.is_good().then(|| Lookup::Ready(kept.answer.clone()));
        }
        let flight = state.question.as_ref().filter(|flight| !flight.is_lost())?;
        Some(Lookup::Later(Box::pin(flight.clone().answer())))
    }

    /// Keys that are newer than those that were tried: what others have found out since, what
    /// somebody is asking just now, or what the source says.
    pub(super) fn newer(
        self: &Arc<Self>,
        tried: &KeySet<K>,
        ask: impl FnOnce() -> Option<Lookup<K>>,
    ) -> Option<Lookup<K>> {
        let mut state = self.write();
        if let Some(Kept { answer: Ok(keys), .. }) = &state.kept
            && !keys.is_same(tried)
        {
            return Some(Lookup::Ready(Ok(keys.clone())));
        }
        if let Some(flight) = state.newer.as_ref().filter(|flight| flight.is_under_way()) {
            return Some(Lookup::Later(Box::pin(flight.clone().answer())));
        }
        match ask()? {
            Lookup::Ready(answer) => {
                if answer.is_ok() {
                    state.kept = Some(Kept::new(answer.clone(), self.settings));
                }
                Some(Lookup::Ready(answer))
            }
            Lookup::Later(question) => {
                let landing = Arc::clone(self);
                let flight = Flight::start(self.settings.timeout, question, move |answer| {
                    if answer.is_ok() {
                        landing.keep(answer.clone());
                    }
                })?;
                state.newer = Some(flight.clone());
                Some(Lookup::Later(Box::pin(flight.answer())))
            }
        }
    }

    fn keep(&self, answer: Answer<K>) {
        self.write().kept = Some(Kept::new(answer, self.settings));
    }

    fn write(&self) -> RwLockWriteGuard<'_, State<K>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Kept<K> {
    fn new(answer: Answer<K>, settings: Settings) -> Self {
        let period = match answer {
            Ok(_) => settings.time_to_live,
            Err(_) => settings.unknown_time_to_live,
        };
        Self { answer, since: Instant::now(), period }
    }

    fn is_good(&self) -> bool {
        self.since.elapsed() < self.period
    }
}
