//! One question at a time, whose answer everybody gets who waits.

use std::fmt::{self, Debug, Formatter};
use std::future::Future;

use tokio::runtime::Handle;
use tokio::sync::watch::{self, Receiver};

use super::{KeyError, KeySet};

/// A question for keys that is under way: a building block for a [`KeySource`](super::KeySource) that
/// fetches keys and keeps them. Clones wait for the same answer.
///
/// It runs in a task of its own, so who stops waiting does not stop it.
pub struct Flight<K>(Receiver<Option<Answer<K>>>);

type Answer<K> = Result<KeySet<K>, KeyError>;

impl<K: Send + Sync + 'static> Flight<K> {
    /// Starts it. `land` is called with the answer before anybody gets it: it is the place to keep
    /// it.
    ///
    /// `None` outside of a tokio runtime.
    pub fn start(
        question: impl Future<Output = Answer<K>> + Send + 'static,
        land: impl FnOnce(&Answer<K>) + Send + 'static,
    ) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let (landed, flight) = watch::channel(None);
        runtime.spawn(async move {
            let answer = question.await;
            land(&answer);
            // Nobody may be waiting any more.
            let _ = landed.send(Some(answer));
        });
        Some(Self(flight))
    }

    /// Whether there is no answer and none to come: its runtime was shut down, or the question
    /// panicked.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.0.has_changed().is_err() && self.0.borrow().is_none()
    }

    /// The answer.
    ///
    /// # Errors
    ///
    /// That of the question, and [`KeyError::Unavailable`] if there is none to come.
    pub async fn answer(mut self) -> Answer<K> {
        match self.0.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(answer)) => answer.clone(),
            _ => Err(KeyError::unavailable("the question for keys was broken off")),
        }
    }
}

impl<K> Clone for Flight<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Debug for Flight<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Flight(..)")
    }
}
