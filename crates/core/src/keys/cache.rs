//! Keys that are kept for a while.

mod slot;

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use self::slot::Slot;
use super::by::By;
use super::{KeyError, KeyFuture, KeyHint, KeySet, KeySource, Lookup};
use crate::meter::CacheMeter;

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
/// An answer that is kept costs no allocation. It has to be used within a tokio runtime: outside of one,
/// keys that have to be waited for are unavailable. A source must not ask its own cache.
///
/// Clones share the cache, so set it up before it is cloned: a setting gives it a cache of its own.
pub struct CachedKeys<K: Send + Sync + 'static> {
    source: Arc<dyn KeySource<K>>,
    by: By,
    settings: Settings,
    slots: Arc<Slots<K>>,
    permits: Arc<Semaphore>,
    meter: CacheMeter,
}

/// A slot a name.
type Slots<K> = Cache<Arc<str>, Arc<Slot<K>>>;

#[derive(Clone, Copy, Debug)]
struct Settings {
    time_to_live: Duration,
    unknown_time_to_live: Duration,
    timeout: Duration,
    capacity: usize,
    questions: usize,
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
            questions: 256,
        };
        let (slots, permits) = (settings.slots(), settings.permits());
        let (source, meter) = (Arc::new(source), CacheMeter::new());
        Self { source, by, settings, slots, permits, meter }
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
    pub fn capacity(self, names: usize) -> Self {
        self.edit(|settings| settings.capacity = names)
    }

    /// How many questions may be under way at the same time, 256 by default. A request that would need
    /// one more gets 503: names that strangers make up must not keep a database from answering
    /// others.
    #[must_use]
    pub fn questions(self, number: usize) -> Self {
        self.edit(|settings| settings.questions = number)
    }

    /// Drops what is known of a name: the next request asks the source.
    pub fn forget(&self, name: &str) {
        self.slots.remove(name);
    }

    /// A cache of its own: what a clone keeps is kept by other rules.
    fn edit(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        Self { slots: self.settings.slots(), permits: self.settings.permits(), ..self }
    }

    /// What is known of a name, or will be.
    fn kept(&self, name: &str) -> Option<Lookup<K>> {
        let slot = self.slots.get(name)?;
        let kept = slot.lookup();
        if kept.is_none() {
            remove(&self.slots, name, &slot);
        }
        kept
    }

    /// Asks the source, unless somebody else has just begun to.
    fn ask(&self, name: &str, hint: &KeyHint<'_>) -> Lookup<K> {
        let name = Arc::<str>::from(name);
        // The closure is run for one of those who come at the same time; the others wait for it,
        // not for the answer.
        let slot = self.slots.get_or_insert_with(&name, || match self.source(&name, hint) {
            Lookup::Ready(Err(error @ KeyError::Unavailable(_))) => Err(error),
            Lookup::Ready(answer) => Ok(Arc::new(Slot::of(answer, self.settings))),
            Lookup::Later(question) => {
                let question = self.admit(question)?;
                let (slots, name) = (Arc::clone(&self.slots), Arc::clone(&name));
                let drop = move |slot: &Arc<Slot<K>>| remove(&slots, &name, slot);
                Slot::asking(question, self.settings, drop)
                    .ok_or_else(|| KeyError::unavailable("there is no tokio runtime"))
            }
        });
        match slot {
            // Too old already, where nothing is to be kept: then everybody asks.
            Ok(slot) => slot.lookup().unwrap_or_else(|| self.source(&name, hint)),
            Err(error) => Lookup::Ready(Err(error)),
        }
    }

    /// What the source says. The keys are the name's, unless it says whose they are.
    fn source(&self, name: &Arc<str>, hint: &KeyHint<'_>) -> Lookup<K> {
        owned(self.source.keys(hint), name)
    }

    /// A question, if there are not too many under way: strangers make names up, and a database has
    /// others to serve.
    fn admit(&self, question: KeyFuture<K>) -> Result<KeyFuture<K>, KeyError> {
        let permit = Arc::clone(&self.permits).try_acquire_owned();
        let permit = permit.map_err(|_| {
            KeyError::unavailable("too many questions for keys are under way at the same time")
        })?;
        Ok(Box::pin(async {
            let answer = question.await;
            drop(permit);
            answer
        }))
    }
}

/// Removes that slot, and not a newer one in its place.
fn remove<K>(slots: &Slots<K>, name: &str, slot: &Arc<Slot<K>>) {
    slots.remove_if(name, |present| Arc::ptr_eq(present, slot));
}

fn owned<K: Send + Sync + 'static>(lookup: Lookup<K>, name: &Arc<str>) -> Lookup<K> {
    match lookup {
        Lookup::Ready(answer) => Lookup::Ready(answer.map(|keys| keys.or_tenant(name))),
        Lookup::Later(question) => {
            let name = Arc::clone(name);
            Lookup::Later(Box::pin(async move { Ok(question.await?.or_tenant(&name)) }))
        }
    }
}

impl<K: Send + Sync + 'static> KeySource<K> for CachedKeys<K> {
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<K> {
        let Some(name) = self.by.name(hint) else { return Lookup::Ready(Err(KeyError::Unknown)) };
        let kept = self.kept(name);
        if let Some(Lookup::Ready(_)) = &kept {
            self.meter.hit();
        } else {
            self.meter.miss();
        }
        kept.unwrap_or_else(|| self.ask(name, hint))
    }

    /// Whether there are newer keys is the source's to say; those that it has are kept.
    fn newer(&self, hint: &KeyHint<'_>, tried: &KeySet<K>) -> Option<Lookup<K>> {
        let name = self.by.name(hint)?;
        // Of a name that was forgotten or pushed out meanwhile, nothing is kept.
        let slot = self
            .slots
            .get(name)
            .unwrap_or_else(|| Arc::new(Slot::of(Ok(tried.clone()), self.settings)));
        slot.newer(tried, || {
            self.source.newer(hint, tried).map(|lookup| owned(lookup, &Arc::from(name)))
        })
    }
}

impl Settings {
    fn slots<K>(self) -> Arc<Slots<K>> {
        Arc::new(Cache::new(self.capacity))
    }

    fn permits(self) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(self.questions.min(Semaphore::MAX_PERMITS)))
    }
}

impl<K: Send + Sync + 'static> Clone for CachedKeys<K> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            by: self.by,
            settings: self.settings,
            slots: Arc::clone(&self.slots),
            permits: Arc::clone(&self.permits),
            meter: self.meter.clone(),
        }
    }
}

/// Without the names and the keys.
impl<K: Send + Sync + 'static> Debug for CachedKeys<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedKeys")
            .field("by", &self.by)
            .field("settings", &self.settings)
            .field("names", &self.slots.len())
            .finish_non_exhaustive()
    }
}
