//! Keys that are kept for a while.

use std::fmt::{self, Debug, Formatter};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_timer::Delay;
use moka::Expiry;
use moka::ops::compute::Op;
use moka::sync::Cache;

use super::by::By;
use super::{Flight, KeyError, KeyFuture, KeyHint, KeySet, KeySource, Lookup};

/// A cache in front of any [`KeySource`], by the name of the tenant or of the key.
///
/// 1. Keys are kept for five minutes ([`time_to_live`](Self::time_to_live)), and that a name is unknown for
///    30 s ([`unknown_time_to_live`](Self::unknown_time_to_live)). That keys are unavailable is not kept.
/// 2. However many requests wait for a name, the source is asked once. It has
///    [`timeout`](Self::timeout) (5 s) to answer; who gives up does not stop it.
/// 3. 10,000 names are kept ([`capacity`](Self::capacity)), the ones that are used most: strangers
///    make names up.
/// 4. [`forget`](Self::forget) drops a name at once: after a rotation. An answer that was under way is
///    then not kept either.
///
/// An answer that is kept costs no allocation. Clones share the cache. It has to be used within a
/// tokio runtime: outside of one, keys that have to be waited for are unavailable.
pub struct CachedKeys<K: Send + Sync + 'static> {
    source: Arc<dyn KeySource<K>>,
    by: By,
    settings: Settings,
    cache: Cache<Arc<str>, Entry<K>>,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    time_to_live: Duration,
    unknown_time_to_live: Duration,
    timeout: Duration,
    capacity: u64,
}

/// What is known of a name.
enum Entry<K> {
    Known(KeySet<K>),
    Unknown,
    /// The source is being asked.
    Asked(Asked<K>),
}

struct Asked<K> {
    flight: Flight<K>,
    /// Tells this question from a later one for the same name.
    id: Arc<()>,
}

impl<K: Send + Sync + 'static> CachedKeys<K> {
    /// By the [tenant](KeyHint::tenant) that the layer located.
    #[must_use]
    pub fn by_tenant(source: impl KeySource<K>) -> Self {
        Self::new(source, By::Tenant)
    }

    /// By the [key id](KeyHint::key_id) of the scheme.
    #[must_use]
    pub fn by_key_id(source: impl KeySource<K>) -> Self {
        Self::new(source, By::KeyId)
    }

    fn new(source: impl KeySource<K>, by: By) -> Self {
        let settings = Settings {
            time_to_live: Duration::from_secs(5 * 60),
            unknown_time_to_live: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            capacity: 10_000,
        };
        Self { source: Arc::new(source), by, settings, cache: settings.cache() }
    }

    /// How long keys are kept. One that was withdrawn is believed for as long, unless it is
    /// [forgotten](Self::forget).
    #[must_use]
    pub fn time_to_live(self, period: Duration) -> Self {
        self.edit(|settings| settings.time_to_live = period)
    }

    /// How long it is kept that a name is unknown. A tenant that is added is refused for as long,
    /// if it was asked for before, unless it is [forgotten](Self::forget).
    #[must_use]
    pub fn unknown_time_to_live(self, period: Duration) -> Self {
        self.edit(|settings| settings.unknown_time_to_live = period)
    }

    /// How long the source has to answer.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.edit(|settings| settings.timeout = timeout)
    }

    /// How many names are kept.
    #[must_use]
    pub fn capacity(self, names: u64) -> Self {
        self.edit(|settings| settings.capacity = names)
    }

    /// Drops what is known of a name: the next request asks the source.
    pub fn forget(&self, name: &str) {
        self.cache.invalidate(name);
    }

    /// A cache of its own: what a clone keeps is kept by other rules.
    fn edit(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        Self { cache: self.settings.cache(), ..self }
    }

    /// Asks the source, unless somebody else has just begun to.
    fn ask(&self, name: &str, hint: &KeyHint<'_>) -> Lookup<K> {
        let mut answer = None;
        // The closure is run for one of those who come at the same time.
        let entry = self.cache.entry(Arc::from(name)).or_optionally_insert_with(|| {
            match self.source.keys(hint) {
                Lookup::Ready(at_hand) => {
                    let entry = Entry::of(&at_hand);
                    answer = Some(at_hand);
                    entry
                }
                Lookup::Later(question) => self.start(name.into(), question).map(Entry::Asked),
            }
        });
        match (answer, entry) {
            (Some(answer), _) => Lookup::Ready(answer),
            (None, Some(entry)) => entry.into_value().lookup(),
            (None, None) => Lookup::Ready(Err(KeyError::unavailable("there is no tokio runtime"))),
        }
    }

    fn start(&self, name: Arc<str>, question: KeyFuture<K>) -> Option<Asked<K>> {
        let id = Arc::new(());
        let (cache, own) = (self.cache.clone(), Arc::clone(&id));
        let question = within(self.settings.timeout, question);
        let flight = Flight::start(question, move |answer| {
            cache.entry(name).and_compute_with(|entry| match entry.map(moka::Entry::into_value) {
                Some(Entry::Asked(asked)) if Arc::ptr_eq(&asked.id, &own) => {
                    Entry::of(answer).map_or(Op::Remove, Op::Put)
                }
                // Forgotten since.
                _ => Op::Nop,
            });
        })?;
        Some(Asked { flight, id })
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

impl<K: Send + Sync + 'static> KeySource<K> for CachedKeys<K> {
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<K> {
        let Some(name) = self.by.name(hint) else { return Lookup::Ready(Err(KeyError::Unknown)) };
        match self.cache.get(name) {
            Some(Entry::Asked(asked)) if asked.flight.is_lost() => {
                self.cache.invalidate(name);
                self.ask(name, hint)
            }
            Some(entry) => entry.lookup(),
            None => self.ask(name, hint),
        }
    }

    /// Whether there are newer keys is the source's to say; those that it has are kept.
    fn newer(&self, hint: &KeyHint<'_>, tried: &KeySet<K>) -> Option<Lookup<K>> {
        let name = self.by.name(hint)?;
        if let Some(Entry::Known(keys)) = self.cache.get(name)
            && !keys.is_same(tried)
        {
            return Some(Lookup::Ready(Ok(keys)));
        }
        let (cache, name) = (self.cache.clone(), Arc::<str>::from(name));
        let keep = move |answer: &Result<KeySet<K>, KeyError>| {
            if let Ok(keys) = answer {
                cache.insert(name, Entry::Known(keys.clone()));
            }
        };
        Some(match self.source.newer(hint, tried)? {
            Lookup::Ready(answer) => {
                keep(&answer);
                Lookup::Ready(answer)
            }
            Lookup::Later(question) => Lookup::Later(Box::pin(async {
                let answer = question.await;
                keep(&answer);
                answer
            })),
        })
    }
}

impl<K: Send + Sync + 'static> Entry<K> {
    /// What is kept of an answer.
    fn of(answer: &Result<KeySet<K>, KeyError>) -> Option<Self> {
        match answer {
            Ok(keys) => Some(Self::Known(keys.clone())),
            Err(KeyError::Unknown) => Some(Self::Unknown),
            Err(KeyError::Unavailable(_)) => None,
        }
    }

    fn lookup(self) -> Lookup<K> {
        match self {
            Self::Known(keys) => Lookup::Ready(Ok(keys)),
            Self::Unknown => Lookup::Ready(Err(KeyError::Unknown)),
            Self::Asked(asked) => Lookup::Later(Box::pin(asked.flight.answer())),
        }
    }
}

impl Settings {
    fn cache<K: Send + Sync + 'static>(self) -> Cache<Arc<str>, Entry<K>> {
        Cache::builder().max_capacity(self.capacity).expire_after(self).build()
    }

    fn period<K>(&self, entry: &Entry<K>) -> Option<Duration> {
        match entry {
            Entry::Known(_) => Some(self.time_to_live),
            Entry::Unknown => Some(self.unknown_time_to_live),
            // It lands, or is found to be lost.
            Entry::Asked(_) => None,
        }
    }
}

impl<K> Expiry<Arc<str>, Entry<K>> for Settings {
    fn expire_after_create(&self, _: &Arc<str>, entry: &Entry<K>, _: Instant) -> Option<Duration> {
        self.period(entry)
    }

    fn expire_after_update(
        &self,
        _: &Arc<str>,
        entry: &Entry<K>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        self.period(entry)
    }
}

impl<K> Clone for Entry<K> {
    fn clone(&self) -> Self {
        match self {
            Self::Known(keys) => Self::Known(keys.clone()),
            Self::Unknown => Self::Unknown,
            Self::Asked(asked) => {
                let (flight, id) = (asked.flight.clone(), Arc::clone(&asked.id));
                Self::Asked(Asked { flight, id })
            }
        }
    }
}

impl<K: Send + Sync + 'static> Clone for CachedKeys<K> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            by: self.by,
            settings: self.settings,
            cache: self.cache.clone(),
        }
    }
}

/// Without the names and the keys.
impl<K: Send + Sync + 'static> Debug for CachedKeys<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedKeys")
            .field("by", &self.by)
            .field("settings", &self.settings)
            .field("names", &self.cache.entry_count())
            .finish_non_exhaustive()
    }
}
