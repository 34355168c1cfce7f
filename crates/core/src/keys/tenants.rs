//! Keys of tenants, looked up by whatever the deployment has: a database, a vault.

use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::sync::Arc;

use super::{KeyError, KeyHint, KeySet, KeySource, Lookup};
use crate::scheme::{KeyOf, Scheme};
use crate::secret::Secret;

/// The secrets of the [tenant](KeyHint::tenant) that the layer located, asked for with each request;
/// so it belongs behind a `CachedKeys`.
///
/// No secrets mean that there is no such tenant.
pub struct TenantKeys<S, Load> {
    scheme: Arc<S>,
    load: Load,
}

impl<S, Load, Loading> TenantKeys<S, Load>
where
    S: Scheme,
    Load: Fn(Arc<str>) -> Loading + Send + Sync + 'static,
    Loading: Future<Output = Result<Vec<Secret>, KeyError>> + Send + 'static,
{
    /// Keys as `scheme` makes them of the secrets that `load` finds for a name, the newest first.
    ///
    /// The name is a stranger's word: hand it to a database as a parameter, not as a part of a
    /// statement. And **compare it exactly**: it becomes the tenant of the proof as it was written, so
    /// with a database that finds `acme` for `ACME`, one tenant would have many names.
    #[must_use]
    pub fn new(scheme: S, load: Load) -> Self {
        Self { scheme: Arc::new(scheme), load }
    }
}

impl<S, Load, Loading> KeySource<KeyOf<S>> for TenantKeys<S, Load>
where
    S: Scheme,
    Load: Fn(Arc<str>) -> Loading + Send + Sync + 'static,
    Loading: Future<Output = Result<Vec<Secret>, KeyError>> + Send + 'static,
{
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<KeyOf<S>> {
        let Some(name) = hint.tenant() else { return Lookup::Ready(Err(KeyError::Unknown)) };
        let name = Arc::<str>::from(name.as_unverified_str());
        let (scheme, loading) = (Arc::clone(&self.scheme), (self.load)(Arc::clone(&name)));
        Lookup::Later(Box::pin(async move {
            let secrets = loading.await?;
            if secrets.is_empty() {
                return Err(KeyError::Unknown);
            }
            let keys = KeySet::try_collect(secrets.iter().map(|secret| scheme.key(secret)));
            // Somebody has stored what is no secret of this provider.
            Ok(keys.map_err(KeyError::unavailable)?.tenant(name))
        }))
    }
}

impl<S: Scheme, Load> Debug for TenantKeys<S, Load> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantKeys").field("scheme", &S::NAME).finish_non_exhaustive()
    }
}
