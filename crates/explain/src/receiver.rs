//! What a request is checked against, made anew for each change that is tried.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use countersign_core::dissect::{self, Dissection, Held};
use countersign_core::{ConfigError, ManualClock, Reason, Scheme, Secret, Timestamp, VerifyLayer};
use http::Request;

/// What may be wrong with a receiver: its secrets and its external URLs.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    secrets: Vec<Secret>,
    urls: Vec<String>,
}

impl Setup {
    /// Adds a secret, after those that are there: the newest comes first.
    #[must_use]
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Adds an external URL, for a provider that signs it.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.urls.push(url.into());
        self
    }

    /// The secrets, newest first.
    #[must_use]
    pub fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The external URLs.
    #[must_use]
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// The same with another secret in that place.
    pub(crate) fn with_secret(&self, at: usize, secret: Secret) -> Self {
        let mut setup = self.clone();
        if let Some(place) = setup.secrets.get_mut(at) {
            *place = secret;
        }
        setup
    }

    /// The same with another URL in that place.
    pub(crate) fn with_url(&self, at: usize, url: String) -> Self {
        let mut setup = self.clone();
        if let Some(place) = setup.urls.get_mut(at) {
            *place = url;
        }
        setup
    }
}

/// A receiver of a provider's webhooks, which can be made with any [`Setup`].
#[derive(Clone)]
pub struct Receiver {
    name: &'static str,
    make: Arc<Make>,
}

type Make = dyn Fn(&Setup) -> Result<Arc<dyn Check>, ConfigError> + Send + Sync;

impl Receiver {
    /// The receiver whose layer that closure makes: with the secrets and the URLs of the setup it is
    /// given, and else as it is configured where the request was refused.
    ///
    /// ```
    /// use countersign_core::{Scheme, SecretOnly, VerifyLayer};
    /// use countersign_explain::Receiver;
    ///
    /// fn receiver<S: SecretOnly>() -> Receiver {
    ///     Receiver::new(|setup| VerifyLayer::<S>::try_new(setup.secrets().to_vec()))
    /// }
    /// ```
    #[must_use]
    pub fn new<S: Scheme>(
        make: impl Fn(&Setup) -> Result<VerifyLayer<S>, ConfigError> + Send + Sync + 'static,
    ) -> Self {
        let make = move |setup: &Setup| -> Result<Arc<dyn Check>, ConfigError> {
            Ok(Arc::new(make(setup)?))
        };
        Self { name: S::NAME, make: Arc::new(make) }
    }

    /// The name of the scheme.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What a request claims, as such a receiver reads it. It holds the expected signatures.
    ///
    /// # Errors
    ///
    /// When the receiver cannot be built with that setup.
    pub fn dissect(
        &self,
        setup: &Setup,
        request: &Request<Bytes>,
    ) -> Result<Dissection, ConfigError> {
        Ok(self.with(setup)?.dissect(request))
    }

    pub(crate) fn with(&self, setup: &Setup) -> Result<Arc<dyn Check>, ConfigError> {
        (self.make)(setup)
    }
}

impl Debug for Receiver {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A layer without its type.
pub(crate) trait Check: Send + Sync {
    /// What the layer says to the request at that time.
    fn verdict(&self, request: &Request<Bytes>, now: Timestamp) -> Result<(), Reason>;

    /// Whether the signature holds, whatever the time.
    fn holds(&self, request: &Request<Bytes>) -> Result<Held, Reason>;

    /// What the request claims.
    fn dissect(&self, request: &Request<Bytes>) -> Dissection;

    /// The largest age and the furthest future; `None` where there is no window.
    fn window(&self) -> Option<(Duration, Duration)>;
}

impl<S: Scheme> Check for VerifyLayer<S> {
    fn verdict(&self, request: &Request<Bytes>, now: Timestamp) -> Result<(), Reason> {
        dissect::verdict(&self.clone().clock(ManualClock::at(now)), request)
    }

    fn holds(&self, request: &Request<Bytes>) -> Result<Held, Reason> {
        dissect::holds(self, request)
    }

    fn dissect(&self, request: &Request<Bytes>) -> Dissection {
        dissect::dissect(self, request)
    }

    fn window(&self) -> Option<(Duration, Duration)> {
        dissect::window(self)
    }
}
