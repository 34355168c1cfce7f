//! The server of the demo: a route for every provider, each behind the provider's real layer.

use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use countersign::{MemoryReplay, Reason, Replay, Secret, VerifyError};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::registry::{Credentials, Provider, Settings, Verifier};
use crate::target::Target;

/// The window where a provider signs a time, but has no window of its own.
const WINDOW: Duration = Duration::from_secs(300);

/// The window with `--keep`: long enough to paste a call that is an hour old.
pub(crate) const KEPT: Duration = Duration::from_secs(3600);

/// One provider as it stands in the demo.
pub(crate) struct Stand {
    pub(crate) provider: &'static dyn Provider,
    pub(crate) target: Target,
    pub(crate) settings: Settings,
    pub(crate) signing: Secret,
    pub(crate) verifier: Box<dyn Verifier>,
    /// Whether each request is handled once: wherever requests can be told apart.
    pub(crate) remembers: bool,
    refusal: Refusal,
    /// How old a signed time may be, where one is signed.
    pub(crate) max_age: Option<Duration>,
}

/// Why the last request was refused, if it was: the layer leaves that in the extensions of its answer,
/// which do not leave the server.
#[derive(Clone, Default)]
struct Refusal(Arc<Mutex<Option<Reason>>>);

impl Refusal {
    fn note(&self, answer: &Response) {
        let reason = answer.extensions().get().map(VerifyError::reason);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }
}

/// Starts the server on a free port of the loopback interface, in the background.
pub(crate) async fn serve(
    providers: &[&'static dyn Provider],
    keep: bool,
) -> Result<Vec<Stand>, Failure> {
    let failed = |error| Failure::new(format!("cannot listen on 127.0.0.1: {error}"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let refusal = Refusal::default();
    let stands = providers
        .iter()
        .map(|&provider| Stand::new(provider, port, keep, refusal.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut router = Router::new();
    for stand in &stands {
        router = router.route(&format!("/{}", stand.name()), stand.verifier.mount());
    }
    let router = router.layer(map_response(move |answer: Response| {
        refusal.note(&answer);
        ready(answer)
    }));
    // It ends with the runtime; until then a failure shows in the answers that do not come.
    tokio::spawn(async move { axum::serve(listener, router.into_make_service()).await });
    Ok(stands)
}

impl Stand {
    fn new(
        provider: &'static dyn Provider,
        port: u16,
        keep: bool,
        refusal: Refusal,
    ) -> Result<Self, Failure> {
        let target = Target::parse(&format!("http://127.0.0.1:{port}/{}", provider.facts().name))?;
        let Credentials { signing, settings } = provider.credentials()?;
        let mut settings = settings.sent_to(target.as_str());
        let mut max_age = provider.defaults()?.max_age;
        if provider.facts().time.is_some() && (keep || max_age.is_none()) {
            let window = if keep { KEPT } else { WINDOW };
            settings
                .put(&provider.members(), "max_age_secs", Value::from(window.as_secs()))
                .map_err(|error| Failure::new(error.to_string()))?;
            max_age = Some(window);
        }
        let verifier = provider.verifier(&settings)?;
        // Long enough for the demo, where no window says it.
        let replay = Replay::new(MemoryReplay::with_capacity(1000)).retention(KEPT);
        let (verifier, remembers) = match verifier.remembering(replay) {
            Ok(remembering) => (remembering, true),
            Err(_) => (verifier, false),
        };
        Ok(Self { provider, target, settings, signing, verifier, remembers, refusal, max_age })
    }

    /// Why the last request to any stand was refused, if it was.
    pub(crate) fn refusal(&self) -> Option<Reason> {
        *self.refusal.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.provider.facts().name
    }
}
