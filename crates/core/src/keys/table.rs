//! Keys by the name that a request gives.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::by::By;
use super::{KeyError, KeyHint, KeySet, KeySource, Lookup};

/// Several senders, each with a name and a source of its own: an application that is installed in
/// several organisations, say.
///
/// The name is the [key id](KeyHint::key_id) of the scheme, or the [tenant](KeyHint::tenant) that the
/// layer located. It is a stranger's word, so all it does is choose an entry of this table: a name
/// that is not in it is [`KeyError::Unknown`], and so is none at all. It becomes the
/// [tenant](crate::Proof::tenant) of the proof once the signature holds under the keys of that entry.
///
/// Entries can be added and removed while it is in use. Clones share them.
pub struct KeyTable<K> {
    entries: Arc<RwLock<Entries<K>>>,
    by: By,
}

type Entries<K> = HashMap<Arc<str>, Arc<dyn KeySource<K>>>;

impl<K: Send + Sync + 'static> KeyTable<K> {
    /// A table by the [key id](KeyHint::key_id) of the scheme. Without entries, every request is
    /// refused.
    #[must_use]
    pub fn by_key_id() -> Self {
        Self { entries: Arc::default(), by: By::KeyId }
    }

    /// A table by the [tenant](KeyHint::tenant) that the layer located.
    #[must_use]
    pub fn by_tenant() -> Self {
        Self { entries: Arc::default(), by: By::Tenant }
    }

    /// Adds an entry of a name that is not in the table yet.
    ///
    /// # Errors
    ///
    /// When there is one of that name: it stays as it is. Names may come from strangers, and who
    /// comes second with a name must not take the requests of the first over.
    pub fn insert(
        &self,
        name: impl Into<Arc<str>>,
        keys: impl KeySource<K>,
    ) -> Result<(), NameTaken> {
        match self.write().entry(name.into()) {
            Entry::Vacant(free) => {
                free.insert(Arc::new(keys));
                Ok(())
            }
            Entry::Occupied(_) => Err(NameTaken),
        }
    }

    /// Adds an entry, **in place of one of that name** if there is one: for a name that the
    /// configuration gives, or a change that a request asks for which the old keys verified.
    pub fn replace(&self, name: impl Into<Arc<str>>, keys: impl KeySource<K>) {
        self.write().insert(name.into(), Arc::new(keys));
    }

    /// Removes the entry of that name, if there is one. Requests that already have its keys go on
    /// with them.
    pub fn remove(&self, name: &str) {
        self.write().remove(name);
    }

    /// The entry of that name, and the name; the lock is not held any more.
    fn find(&self, hint: &KeyHint<'_>) -> Option<(Arc<str>, Arc<dyn KeySource<K>>)> {
        let name = self.by.name(hint)?;
        let entries = self.read();
        let (name, keys) = entries.get_key_value(name)?;
        Some((Arc::clone(name), Arc::clone(keys)))
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries<K>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries<K>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There is an entry of that name in the [`KeyTable`] already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTaken;

impl Display for NameTaken {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("there are keys under that name already")
    }
}

impl Error for NameTaken {}

impl<K: Send + Sync + 'static> KeySource<K> for KeyTable<K> {
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<K> {
        match self.find(hint) {
            Some((name, keys)) => named(keys.keys(hint), name),
            None => Lookup::Ready(Err(KeyError::Unknown)),
        }
    }

    fn newer(&self, hint: &KeyHint<'_>, tried: &KeySet<K>) -> Option<Lookup<K>> {
        let (name, keys) = self.find(hint)?;
        keys.newer(hint, tried).map(|lookup| named(lookup, name))
    }
}

fn named<K: Send + Sync + 'static>(lookup: Lookup<K>, name: Arc<str>) -> Lookup<K> {
    match lookup {
        Lookup::Ready(keys) => Lookup::Ready(keys.map(|keys| keys.tenant(name))),
        Lookup::Later(keys) => {
            Lookup::Later(Box::pin(async { keys.await.map(|keys| keys.tenant(name)) }))
        }
    }
}

impl<K> Clone for KeyTable<K> {
    fn clone(&self) -> Self {
        Self { entries: Arc::clone(&self.entries), by: self.by }
    }
}

/// Shows how many entries there are, not whose.
impl<K: Send + Sync + 'static> Debug for KeyTable<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyTable")
            .field("by", &self.by)
            .field("entries", &self.read().len())
            .finish()
    }
}
