//! One question at a time, whose answer everybody gets who waits.

use std::fmt::{self, Debug, Formatter};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_timer::Delay;
use tokio::runtime::Handle;
use tokio::sync::watch::{self, Receiver};

use super::{KeyError, KeySet};

/// How much longer than the question who waits for its answer does: it may be on its way.
const GRACE: Duration = Duration::from_secs(1);

/// A question for keys that is under way: a building block for a [`KeySource`](super::KeySource) that
/// fetches keys and keeps them. Clones wait for the same answer.
///
/// It runs in a task of its own, so who stops waiting does not stop it. It has a limit, and so has who
/// waits: if the runtime of the task is busy or asleep, the answer does not come, and nobody hangs.
pub struct Flight<K> {
    landed: Receiver<Option<Answer<K>>>,
    started: Instant,
    limit: Duration,
}

type Answer<K> = Result<KeySet<K>, KeyError>;

impl<K: Send + Sync + 'static> Flight<K> {
    /// Starts it. `land` is called with the answer, or with [`KeyError::Unavailable`] after `limit`,
    /// before anybody gets it: it is the place to keep it.
    ///
    /// `None` outside of a tokio runtime.
    pub fn start(
        limit: Duration,
        question: impl Future<Output = Answer<K>> + Send + 'static,
        land: impl FnOnce(&Answer<K>) + Send + 'static,
    ) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let (answered, landed) = watch::channel(None);
        runtime.spawn(async move {
            let answer = within(limit, question).await;
            land(&answer);
            // Nobody may be waiting any more.
            let _ = answered.send(Some(answer));
        });
        Some(Self { landed, started: Instant::now(), limit })
    }

    /// Whether it is neither answered nor lost.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.landed.borrow().is_none() && !self.is_lost()
    }

    /// Whether there is no answer and none to come: its runtime was shut down or does not run, or the
    /// question panicked.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        let is_over = self.landed.has_changed().is_err() || self.left().is_zero();
        is_over && self.landed.borrow().is_none()
    }

    /// The answer.
    ///
    /// # Errors
    ///
    /// That of the question, and [`KeyError::Unavailable`] if there is none to come.
    pub async fn answer(mut self) -> Answer<K> {
        let left = self.left();
        let landing = async {
            match self.landed.wait_for(Option::is_some).await.as_deref() {
                Ok(Some(answer)) => answer.clone(),
                _ => Err(KeyError::unavailable("the question for keys was broken off")),
            }
        };
        within(left, landing).await
    }

    /// How long an answer may still take.
    fn left(&self) -> Duration {
        self.limit.saturating_add(GRACE).saturating_sub(self.started.elapsed())
    }
}

async fn within<K>(limit: Duration, question: impl Future<Output = Answer<K>>) -> Answer<K> {
    let mut question = pin!(question);
    // Not tokio's timer: a runtime may have been built without one, and then it panics.
    let mut limit = pin!(Delay::new(limit));
    poll_fn(|cx| {
        if let Poll::Ready(answer) = question.as_mut().poll(cx) {
            return Poll::Ready(answer);
        }
        limit
            .as_mut()
            .poll(cx)
            .map(|()| Err(KeyError::unavailable("the question for keys was not answered in time")))
    })
    .await
}

impl<K> Clone for Flight<K> {
    fn clone(&self) -> Self {
        Self { landed: self.landed.clone(), started: self.started, limit: self.limit }
    }
}

impl<K> Debug for Flight<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Flight(..)")
    }
}
