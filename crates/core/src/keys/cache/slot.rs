//! What is known of one name.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_timer::Delay;

use super::Settings;
use crate::keys::{Flight, KeyError, KeyFuture, KeySet, Lookup};

type Answer<K> = Result<KeySet<K>, KeyError>;

/// An answer of the source, or the question that it is asked.
pub(super) struct Slot<K> {
    answer: OnceLock<Kept<K>>,
    question: OnceLock<Flight<K>>,
}

struct Kept<K> {
    answer: Answer<K>,
    since: Instant,
    period: Duration,
}

impl<K: Send + Sync + 'static> Slot<K> {
    fn empty() -> Self {
        Self { answer: OnceLock::new(), question: OnceLock::new() }
    }

    /// An answer that was at hand.
    pub(super) fn of(answer: Answer<K>, settings: Settings) -> Self {
        let slot = Self::empty();
        slot.keep(answer, settings);
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
        let slot = Arc::new(Self::empty());
        let landing = Arc::clone(&slot);
        let flight =
            Flight::start(within(settings.timeout, question), move |answer| match answer {
                Err(KeyError::Unavailable(_)) => drop(&landing),
                answer => landing.keep(answer.clone(), settings),
            })?;
        // It was empty until now.
        let _ = slot.question.set(flight);
        Some(slot)
    }

    fn keep(&self, answer: Answer<K>, settings: Settings) {
        let period = match answer {
            Ok(_) => settings.time_to_live,
            Err(_) => settings.unknown_time_to_live,
        };
        // It is filled once: a later answer has a slot of its own.
        let _ = self.answer.set(Kept { answer, since: Instant::now(), period });
    }

    /// What is known, or will be; nothing if that is too old, or will never be.
    pub(super) fn lookup(&self) -> Option<Lookup<K>> {
        if let Some(kept) = self.answer.get() {
            let is_good = kept.since.elapsed() < kept.period;
            return is_good.then(|| Lookup::Ready(kept.answer.clone()));
        }
        let flight = self.question.get().filter(|flight| !flight.is_lost())?;
        Some(Lookup::Later(Box::pin(flight.clone().answer())))
    }
}

async fn within<K>(limit: Duration, question: KeyFuture<K>) -> Result<KeySet<K>, KeyError> {
    let mut question = question;
    // Not tokio's timer: a runtime may have been built without one, and then it panics.
    let mut limit = Delay::new(limit);
    poll_fn(|cx| {
        if let Poll::Ready(answer) = question.as_mut().poll(cx) {
            return Poll::Ready(answer);
        }
        Pin::new(&mut limit)
            .poll(cx)
            .map(|()| Err(KeyError::unavailable("the source of the keys did not answer in time")))
    })
    .await
}
