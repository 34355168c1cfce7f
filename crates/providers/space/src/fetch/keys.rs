//! The keys of a Space server, fetched and kept.

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use countersign_core::{ConfigError, Flight, KeyError, KeyHint, KeySet, KeySource, Lookup};
use reqwest::Client;
use tokio::time::timeout;

use super::api;
use crate::installation::Installation;
use crate::public_key::RsaPublicKey;

/// The keys that a Space server signs with, fetched by the client credentials of an
/// [`Installation`] when the first request comes, and kept.
///
/// 1. Keys are kept for an hour ([`max_age`](Self::max_age)). Then the next request waits for new
///    ones; if they cannot be had, the old ones stay in use.
/// 2. A signature that matches none of them has them fetched again, **at most once a minute**
///    ([`refetch_pause`](Self::refetch_pause)): the server may have rotated. If that fails, the
///    request gets 503 and the old keys stay in use; while it is not allowed yet, 401. A stranger's
///    junk can use it up, so after a rotation genuine requests may be refused for up to a minute.
/// 3. While there are no keys at all, requests get 503. The server is asked again with the next
///    one, and after failures in a row only after a pause that grows up to a minute.
/// 4. However many requests wait, the server is asked once. It has
///    [`timeout`](Self::timeout) (5 s) for both answers, of up to 256 KiB; a redirect to another
///    origin is not followed. A request that is given up does not stop the question.
///
/// Clones share the keys. It has to be used within a tokio runtime with I/O and time enabled
/// (`enable_all`), which the HTTP client takes for granted: outside of one, keys that are not there
/// yet are unavailable.
#[derive(Clone)]
pub struct SpaceKeys {
    config: Arc<Config>,
    state: Arc<Mutex<State>>,
}

#[derive(Clone)]
struct Config {
    client: Client,
    installation: Installation,
    max_age: Duration,
    refetch_pause: Duration,
    timeout: Duration,
}

impl SpaceKeys {
    /// The keys of that installation.
    ///
    /// # Panics
    ///
    /// At start-up, where [`try_new`](Self::try_new) returns an error.
    #[must_use]
    #[expect(clippy::panic, reason = "start-up is the time to stop; `try_new` does not")]
    pub fn new(installation: Installation) -> Self {
        Self::try_new(installation).unwrap_or_else(|error| panic!("countersign: space: {error}"))
    }

    /// Like [`new`](Self::new), for a system that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made: the system has no certificates, say.
    pub fn try_new(installation: Installation) -> Result<Self, ConfigError> {
        let client = api::client(installation.is_plain())?;
        Ok(Self::with_client(installation, client))
    }

    pub(super) fn with_client(installation: Installation, client: Client) -> Self {
        let config = Config {
            client,
            installation,
            max_age: Duration::from_secs(60 * 60),
            refetch_pause: Duration::from_secs(60),
            timeout: Duration::from_secs(5),
        };
        Self { config: Arc::new(config), state: Arc::default() }
    }

    /// How long keys are kept, an hour by default. The first request after that has them fetched
    /// again, and a key that the server withdrew is believed until then.
    ///
    /// Renewing is under [`refetch_pause`](Self::refetch_pause) as well, so keys are kept for that
    /// long where it is the longer one. While renewing fails they stay in use, and it is tried once
    /// in a pause.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        self.edit(|config| config.max_age = max_age)
    }

    /// How long keys are not fetched again after they were, a minute by default: neither because a
    /// signature matched none of them, nor because they are older than [`max_age`](Self::max_age). The
    /// first fetch does not count.
    #[must_use]
    pub fn refetch_pause(self, pause: Duration) -> Self {
        self.edit(|config| config.refetch_pause = pause)
    }

    /// How long the server has to answer both questions, 5 s by default. Requests wait as long.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.edit(|config| config.timeout = timeout)
    }

    /// Keys of its own: what a clone has fetched was fetched by other rules.
    fn edit(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.config));
        Self { state: Arc::default(), ..self }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The question that is under way.
    fn asked(&self, state: &State) -> Option<Flight<RsaPublicKey>> {
        state.flight.clone().filter(|flight| !flight.is_lost())
    }

    /// A new question; `None` outside of a tokio runtime.
    fn ask(&self, state: &mut State) -> Option<Flight<RsaPublicKey>> {
        let config = Arc::clone(&self.config);
        let landing = Arc::clone(&self.state);
        let flight =
            Flight::start(self.config.timeout, async move { config.fetch().await }, move |keys| {
                lock(&landing).land(keys, Instant::now())
            });
        state.flight.clone_from(&flight);
        flight
    }

    /// The question that is under way, or a new one if it is time for one.
    fn ask_again(&self, state: &mut State, now: Instant) -> Option<Flight<RsaPublicKey>> {
        if let Some(flight) = self.asked(state) {
            return Some(flight);
        }
        if state.refetched.is_some_and(|last| since(last, now) < self.config.refetch_pause) {
            return None;
        }
        let flight = self.ask(state)?;
        state.refetched = Some(now);
        Some(flight)
    }
}

impl Config {
    async fn fetch(&self) -> Keys {
        let client_id = self.installation.client_id();
        let answer = timeout(self.timeout, api::fetch(&self.client, &self.installation)).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(format!("the server did not answer within {:?}", self.timeout))
        });
        match answer {
            Ok(jwks) => {
                let keys = jwks.key_set().keys().len();
                if keys == 0 {
                    tracing::warn!(target: "countersign", client_id, "the server has no usable key");
                } else {
                    tracing::debug!(target: "countersign", client_id, keys, "keys were fetched");
                }
                Ok(jwks.key_set().clone())
            }
            Err(why) => {
                tracing::warn!(target: "countersign", client_id, why, "keys could not be fetched");
                Err(KeyError::unavailable(why))
            }
        }
    }
}

impl KeySource<RsaPublicKey> for SpaceKeys {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<RsaPublicKey> {
        let now = Instant::now();
        let mut state = self.lock();
        let Some(kept) = &state.kept else { return self.first(&mut state, now) };
        let keys = kept.keys.clone();
        if since(kept.fetched, now) < self.config.max_age {
            return Lookup::Ready(Ok(keys));
        }
        match self.ask_again(&mut state, now) {
            Some(flight) => {
                Lookup::Later(Box::pin(async { Ok(flight.answer().await.unwrap_or(keys)) }))
            }
            None => Lookup::Ready(Ok(keys)),
        }
    }

    fn newer(&self, _: &KeyHint<'_>, tried: &KeySet<RsaPublicKey>) -> Option<Lookup<RsaPublicKey>> {
        let mut state = self.lock();
        // Somebody else may have fetched them since.
        if let Some(kept) = state.kept.as_ref().filter(|kept| !kept.keys.is_same(tried)) {
            return Some(Lookup::Ready(Ok(kept.keys.clone())));
        }
        let flight = self.ask_again(&mut state, Instant::now())?;
        Some(Lookup::Later(Box::pin(flight.answer())))
    }
}

impl SpaceKeys {
    /// While there are no keys at all.
    fn first(&self, state: &mut State, now: Instant) -> Lookup<RsaPublicKey> {
        if let Some(error) = state.pausing(now) {
            return Lookup::Ready(Err(error));
        }
        match self.asked(state).or_else(|| self.ask(state)) {
            Some(flight) => Lookup::Later(Box::pin(flight.answer())),
            None => Lookup::Ready(Err(KeyError::unavailable("there is no tokio runtime"))),
        }
    }
}

type Keys = Result<KeySet<RsaPublicKey>, KeyError>;

/// What was fetched, and what may be asked.
#[derive(Default)]
struct State {
    kept: Option<Kept>,
    flight: Option<Flight<RsaPublicKey>>,
    /// When keys were last asked for while there were some.
    refetched: Option<Instant>,
    /// Since there were keys, or ever.
    failures: Option<Failures>,
}

struct Kept {
    keys: KeySet<RsaPublicKey>,
    fetched: Instant,
}

struct Failures {
    count: u32,
    last: Instant,
    error: KeyError,
}

impl State {
    fn land(&mut self, keys: &Keys, now: Instant) {
        self.flight = None;
        match keys {
            Ok(keys) => {
                self.kept = Some(Kept { keys: keys.clone(), fetched: now });
                self.failures = None;
            }
            Err(error) => {
                let count = self.failures.as_ref().map_or(0, |failures| failures.count);
                let count = count.saturating_add(1);
                self.failures = Some(Failures { count, last: now, error: error.clone() });
            }
        }
    }

    /// Whether there are to be no questions for a while, after two in a row had no answer.
    fn pausing(&self, now: Instant) -> Option<KeyError> {
        let failures = self.failures.as_ref()?;
        let pause = match failures.count {
            0 | 1 => 0,
            count => 1_u64.checked_shl(count - 2).unwrap_or(u64::MAX).min(60),
        };
        (since(failures.last, now) < Duration::from_secs(pause)).then(|| failures.error.clone())
    }
}

fn since(earlier: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(earlier)
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Without the keys.
impl Debug for SpaceKeys {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpaceKeys")
            .field("server_url", &self.config.installation.server_url())
            .field("client_id", &self.config.installation.client_id())
            .field("max_age", &self.config.max_age)
            .field("refetch_pause", &self.config.refetch_pause)
            .field("timeout", &self.config.timeout)
            .finish_non_exhaustive()
    }
}
