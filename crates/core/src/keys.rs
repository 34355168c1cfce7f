//! The keys that a request is checked against, and where they come from.

mod by;
#[cfg(feature = "cache")]
mod cache;
mod flight;
mod reload;
mod table;
mod tenants;

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::ConfigError;
use crate::head::Head;

#[cfg(feature = "cache")]
pub use self::cache::CachedKeys;
pub use self::flight::Flight;
pub use self::reload::ReloadedKeys;
pub use self::table::{KeyTable, NameTaken};
pub use self::tenants::TenantKeys;

/// Where keys come from: a fixed [`KeySet`], a cache in front of a vendor's endpoint, a table of
/// tenants.
///
/// It is asked for each request, after its head was found to be in order, so an answer that is at
/// hand should be [`Lookup::Ready`]: that costs no allocation.
pub trait KeySource<K>: Send + Sync + 'static {
    /// The keys for a request.
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<K>;

    /// Keys that are newer than those that were tried. Asked once, when none of them matched, or when
    /// [`keys`](Self::keys) knew none of that name: the vendor may have rotated, the name may be new.
    /// The body is then hashed again. `None`: the refusal stands.
    fn newer(&self, hint: &KeyHint<'_>, tried: &KeySet<K>) -> Option<Lookup<K>> {
        let _ = (hint, tried);
        None
    }
}

/// A fixed set of keys is the simplest source.
impl<K: Send + Sync + 'static> KeySource<K> for KeySet<K> {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<K> {
        Lookup::Ready(Ok(self.clone()))
    }
}

impl<K, T: KeySource<K> + ?Sized> KeySource<K> for Arc<T> {
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<K> {
        (**self).keys(hint)
    }

    fn newer(&self, hint: &KeyHint<'_>, tried: &KeySet<K>) -> Option<Lookup<K>> {
        (**self).newer(hint, tried)
    }
}

/// The answer of a [`KeySource`]: now, or later.
pub enum Lookup<K> {
    /// At hand.
    Ready(Result<KeySet<K>, KeyError>),
    /// To be waited for.
    Later(KeyFuture<K>),
}

/// Keys that have to be waited for.
pub type KeyFuture<K> = Pin<Box<dyn Future<Output = Result<KeySet<K>, KeyError>> + Send>>;

impl<K> Debug for Lookup<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(answer) => f.debug_tuple("Ready").field(answer).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// What a request says of the key that it wants to be checked with. None of it is verified.
#[derive(Clone, Copy, Debug)]
pub struct KeyHint<'a> {
    head: Head<'a>,
    key_id: Option<&'a str>,
}

impl<'a> KeyHint<'a> {
    pub(crate) fn new(head: Head<'a>, key_id: Option<&'a str>) -> Self {
        Self { head, key_id: key_id.filter(|name| is_short(name)) }
    }

    /// The head of the request.
    #[must_use]
    pub fn head(&self) -> Head<'a> {
        self.head
    }

    /// The name of the key, where the scheme has names for keys.
    #[must_use]
    pub fn key_id(&self) -> Option<UnverifiedName<'a>> {
        self.key_id.map(UnverifiedName)
    }

    /// The name of the tenant, where the layer [locates](crate::VerifyLayer::tenant) one.
    #[must_use]
    pub fn tenant(&self) -> Option<UnverifiedName<'a>> {
        self.head.tenant().filter(|name| is_short(name)).map(UnverifiedName)
    }
}

/// Names are kept, and strangers make them up: one that is longer is none.
fn is_short(name: &str) -> bool {
    name.len() <= UnverifiedName::MAX_LENGTH
}

/// The name of a key or a tenant as a stranger wrote it: good for a look into a local table, and
/// for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnverifiedName<'a>(&'a str);

impl<'a> UnverifiedName<'a> {
    /// The longest name there is, in bytes. A longer one counts as none.
    pub const MAX_LENGTH: usize = 256;

    /// The name, still unverified.
    #[must_use]
    pub fn as_unverified_str(self) -> &'a str {
        self.0
    }
}

/// Why there are no keys for a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// Nobody of that name is known: the request is refused with 401.
    Unknown,
    /// The keys cannot be had at present: 503, so that the provider tries again. The text is for
    /// the log.
    Unavailable(Arc<str>),
}

impl KeyError {
    /// The keys cannot be had at present, and why.
    #[must_use]
    pub fn unavailable(why: impl Display) -> Self {
        Self::Unavailable(why.to_string().into())
    }
}

impl Display for KeyError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no key of that name"),
            Self::Unavailable(why) => write!(f, "the keys cannot be had: {why}"),
        }
    }
}

impl Error for KeyError {}

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

    /// Whether this is the very set that `other` was cloned from, whatever tenant either names. For
    /// a source that is asked for [newer](KeySource::newer) keys: it may have them already.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.keys, &other.keys)
    }

    pub(crate) fn try_collect(
        keys: impl IntoIterator<Item = Result<K, ConfigError>>,
    ) -> Result<Self, ConfigError> {
        keys.into_iter().collect::<Result<Vec<_>, _>>().map(Self::new)
    }

    /// The same, of that tenant unless it names one already.
    #[cfg(feature = "cache")]
    fn or_tenant(self, tenant: &Arc<str>) -> Self {
        Self { tenant: self.tenant.or_else(|| Some(Arc::clone(tenant))), ..self }
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
