//! One question to the server at a time, whose answer everybody gets who waits.

use std::future::Future;

use countersign_core::{KeyError, KeySet};
use tokio::runtime::Handle;
use tokio::sync::watch::{self, Receiver};

use crate::public_key::RsaPublicKey;

pub(super) type Keys = Result<KeySet<RsaPublicKey>, KeyError>;

/// A question that is under way. Who stops waiting does not stop it: it runs in a task of its own.
#[derive(Clone)]
pub(super) struct Flight(Receiver<Option<Keys>>);

impl Flight {
    /// Starts it. `land` is called with the answer before anybody gets it.
    ///
    /// `None` outside of a tokio runtime.
    pub(super) fn start(
        fetch: impl Future<Output = Keys> + Send + 'static,
        land: impl FnOnce(&Keys) + Send + 'static,
    ) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let (answer, flight) = watch::channel(None);
        runtime.spawn(async move {
            let keys = fetch.await;
            land(&keys);
            // Nobody may be waiting any more.
            let _ = answer.send(Some(keys));
        });
        Some(Self(flight))
    }

    /// Whether it can still land: its runtime may have been shut down.
    pub(super) fn is_under_way(&self) -> bool {
        self.0.has_changed().is_ok()
    }

    pub(super) async fn answer(mut self) -> Keys {
        match self.0.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(keys)) => keys.clone(),
            _ => Err(KeyError::unavailable("the question to the server was broken off")),
        }
    }
}
