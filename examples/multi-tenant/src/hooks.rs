//! What is behind `/hooks/{tenant}/{provider}`: the same for every provider.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::{MethodRouter, post};
use axum::{Extension, Json, Router};
use countersign::{
    CachedKeys, KeyError, PathTenant, Proof, Scheme, Secret, TenantKeys, VerifyLayer,
};
use serde::Serialize;
use tokio::task::spawn_blocking;
use tower::ServiceBuilder;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;

use crate::config::Config;
use crate::providers::PROVIDERS;
use crate::store::Store;
use crate::tenant::TenantName;

/// How long keys are kept, and that there are none.
///
/// Time, and not `PRAGMA data_version`, tells that the database has changed: the period of an old secret
/// ends without a change. It costs a look-up of some microseconds for a tenant that is busy, four times a
/// second.
const KEPT_FOR: Duration = Duration::from_millis(250);

/// Within this, every server goes by a change. Longer than keys are kept by as much as a look-up that had
/// begun before may take on a busy machine.
pub(crate) const NOTICED_WITHIN: Duration = Duration::from_secs(1);

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// How long a request may take in all. Longer than the deadline, so that who drips a body gets 408 from
/// the layer inside; and than a look-up may take.
const ANSWER_DEADLINE: Duration = Duration::from_secs(16);

pub(crate) fn app(config: &Config, secrets: &Secrets) -> Router {
    let routes = PROVIDERS.iter().fold(Router::new(), |router, provider| {
        let path = format!("/hooks/{{tenant}}/{}", provider.name());
        router.route(&path, provider.hook(config, secrets))
    });
    routes.layer(TraceLayer::new_for_http())
}

/// The handler behind the layer of that scheme.
pub(crate) fn verified<S: Scheme>(scheme: impl Fn() -> S, secrets: &Secrets) -> MethodRouter {
    let secrets = secrets.clone();
    let load = move |tenant| secrets.clone().load(tenant, S::NAME);
    let keys = CachedKeys::by_tenant(TenantKeys::new(scheme(), load))
        .time_to_live(KEPT_FOR)
        .unknown_time_to_live(KEPT_FOR);
    let verify = VerifyLayer::with_keys(scheme(), keys).tenant(PathTenant::new("tenant"));
    let layers = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_DEADLINE))
        // Outside of the verification, which reads the body: nobody has signed anything yet. A
        // deadline for the whole body, since a time-out that starts anew with every byte never ends.
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(verify);
    post(accept::<S>).route_layer(layers)
}

/// Only what is genuine gets here. The tenant is the one whose key matched. For the payload take
/// `Verified<T>`, or `proof.payload()`.
async fn accept<S: Scheme>(Extension(proof): Extension<Proof<S>>) -> Json<Accepted> {
    Json(Accepted { tenant: proof.tenant().map(ToOwned::to_owned), provider: S::NAME })
}

#[derive(Serialize)]
struct Accepted {
    tenant: Option<String>,
    provider: &'static str,
}

/// The secrets in the database. One connection is enough: a look-up takes microseconds, and there are four a
/// second for a tenant and provider at most.
#[derive(Clone)]
pub(crate) struct Secrets(Arc<Mutex<Store>>);

impl Secrets {
    pub(crate) fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    async fn load(self, tenant: Arc<str>, provider: &'static str) -> Result<Vec<Secret>, KeyError> {
        // Strangers make names up: what cannot be one is not looked up.
        let Ok(tenant) = tenant.parse::<TenantName>() else { return Ok(Vec::new()) };
        spawn_blocking(move || {
            let store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            store.secrets(&tenant, provider)
        })
        .await
        .map_err(KeyError::unavailable)?
        .map_err(KeyError::unavailable)
    }
}
