//! The keys that a request is checked against.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use crate::error::ConfigError;

/// The keys of one sender, the newest first. Cheap to clone.
///
/// There may be none: then every request is refused.
pub struct KeySet<K> {
    keys: Arc<[K]>,
    tenant: Option<Arc<str>>,
}

impl<K> KeySet<K> {
    /// A set of keys, the newest first.
    #[must_use]
    pub fn new(keys: impl Into<Arc<[K]>>) -> Self {
        Self { keys: keys.into(), tenant: None }
    }

    /// Names the tenant that these keys belong to; the handler reads it from the proof.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<Arc<str>>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The keys, the newest first.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    pub(crate) fn try_collect(
        keys: impl IntoIterator<Item = Result<K, ConfigError>>,
    ) -> Result<Self, ConfigError> {
        keys.into_iter().collect::<Result<Vec<_>, _>>().map(Self::new)
    }

    pub(crate) fn owner(&self) -> Option<Arc<str>> {
        self.tenant.clone()
    }
}

impl<K> Clone for KeySet<K> {
    fn clone(&self) -> Self {
        Self { keys: Arc::clone(&self.keys), tenant: self.tenant.clone() }
    }
}

impl<K> Debug for KeySet<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet")
            .field("keys", &self.keys.len())
            .field("tenant", &self.tenant)
            .finish()
    }
}
