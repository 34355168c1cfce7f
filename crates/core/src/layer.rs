//! The layer and its settings.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use tower_layer::Layer;

use crate::clock::{Clock, SystemClock};
use crate::error::{ConfigError, Reason, VerifyError};
use crate::head::Head;
use crate::keys::{KeySet, KeySource};
use crate::meter::{Answered, Meter};
use crate::method::Method;
use crate::proof::Proof;
use crate::refused::{OnRefused, Refused};
use crate::replay::{self, Claiming, Duplicates, Replay};
use crate::scheme::{KeyOf, Scheme, SecretOnly};
use crate::secret::IntoSecrets;
use crate::service::Verify;
use crate::tenant::Locate;
use crate::window::Window;

/// A [`Layer`] that lets only requests through that are signed as scheme `S` wants it.
///
/// Every provider has an alias of it, such as `SparkVerify` for `VerifyLayer<Spark>`.
///
/// 1. The head is read: what is in it and is missing, there twice, malformed or outside the window
///    is refused before a byte of the body is read. (Where the body has to be read to know what is
///    signed or whose key it is, the window is looked at after that, and before keys are looked up.)
/// 2. The body is hashed as it arrives, up to [`body_limit`](Self::body_limit); one that comes in a single piece, when it
///    is there.
/// 3. The signature is compared in constant time under every configured key, and the window is
///    checked again, since the body may have taken long.
/// 4. With [`replay`](Self::replay), the request is claimed: if it was handled already, it is refused.
/// 5. The service inside gets the verified bytes as its body, and the [`Proof`](crate::Proof) in
///    the extensions. It is made ready only now, so strangers hold none of its permits.
///
/// Anything else is answered with 401 (413, 408 or 400 if the body itself could not be had, 503 if the
/// keys or the store could not, 409 while the same request is being handled) and an empty body. The
/// reason goes to `tracing`, target `countersign`, and as a [`VerifyError`] into the extensions of the
/// answer.
///
/// On a route, use `post(handler).route_layer(layer)`, so that other methods get 405 and other
/// paths 404. A layer that decompresses bodies must not be outside of this one. A client that
/// drips its body is cut off by `tower_http::timeout::RequestBodyDeadlineLayer` **outside** of it.
///
/// Cloning is cheap, and configuring a clone does not change the original.
pub struct VerifyLayer<S: Scheme> {
    config: Arc<Config<S>>,
}

pub(crate) struct Config<S: Scheme> {
    pub(crate) scheme: Arc<S>,
    pub(crate) keys: Arc<dyn KeySource<KeyOf<S>>>,
    pub(crate) window: Window,
    pub(crate) body_limit: usize,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) reject: Option<Arc<Reject>>,
    pub(crate) on_refused: Option<Arc<dyn OnRefused>>,
    pub(crate) locate: Option<Arc<dyn Locate>>,
    /// What is checked where the keys are unknown.
    pub(crate) decoy: Option<KeySet<KeyOf<S>>>,
    pub(crate) replay: Option<Arc<Replay>>,
    pub(crate) meter: Meter,
}

type Reject = dyn Fn(&VerifyError) -> Response<Bytes> + Send + Sync;

impl<S: Scheme> VerifyLayer<S> {
    /// A layer for one secret, or for several with the newest first.
    ///
    /// # Panics
    ///
    /// At start-up, if there is no secret, or one that is empty or has another shape than the
    /// provider's. [`try_new`](Self::try_new) returns the error instead.
    #[must_use]
    pub fn new(secrets: impl IntoSecrets) -> Self
    where
        S: SecretOnly,
    {
        Self::with(S::default(), secrets)
    }

    /// Like [`new`](Self::new), for secrets that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// When there is no secret, or one that is empty or has another shape than the provider's.
    pub fn try_new(secrets: impl IntoSecrets) -> Result<Self, ConfigError>
    where
        S: SecretOnly,
    {
        Self::try_with(S::default(), secrets)
    }

    /// A layer for a scheme with settings of its own.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new) does.
    #[must_use]
    #[expect(clippy::panic, reason = "start-up is the time to stop; `try_with` does not")]
    pub fn with(scheme: S, secrets: impl IntoSecrets) -> Self {
        Self::try_with(scheme, secrets).unwrap_or_else(|error| panic!("countersign: {error}"))
    }

    /// Like [`with`](Self::with), for secrets that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// As for [`try_new`](Self::try_new).
    pub fn try_with(scheme: S, secrets: impl IntoSecrets) -> Result<Self, ConfigError> {
        let keys = secrets
            .into_secrets()
            .and_then(|secrets| KeySet::try_collect(secrets.iter().map(|s| scheme.key(s))))
            .map_err(|error| error.of(S::NAME))?;
        Ok(Self::with_keys(scheme, keys))
    }

    /// A layer whose keys come from a [`KeySource`]: fetched, rotated, one set a tenant; or from a
    /// [`KeySet`] that was made elsewhere.
    #[must_use]
    pub fn with_keys(scheme: S, keys: impl KeySource<KeyOf<S>>) -> Self {
        let defaults = scheme.defaults();
        let decoy = scheme.decoy().map(|key| KeySet::new([key]));
        Self {
            config: Arc::new(Config {
                scheme: Arc::new(scheme),
                keys: Arc::new(keys),
                window: Window { max_age: defaults.max_age, max_future: defaults.max_future },
                body_limit: defaults.body_limit,
                clock: Arc::new(SystemClock),
                reject: None,
                on_refused: None,
                locate: None,
                decoy,
                replay: None,
                meter: Meter::new(S::NAME),
            }),
        }
    }

    /// How old a signed time may be, inclusive.
    ///
    /// From now on a request that signs no time is refused. For a provider that signs none, that
    /// is every request.
    ///
    /// Where there was no window, it has to come before [`replay`](Self::replay), whose retention follows from it.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        self.edit(|config| config.window.max_age = Some(max_age))
    }

    /// How far ahead of the clock a signed time may be, inclusive. It counts where there is a
    /// [`max_age`](Self::max_age), the provider's own or one that was set.
    #[must_use]
    pub fn max_future(self, max_future: Duration) -> Self {
        self.edit(|config| config.window.max_future = max_future)
    }

    /// The largest body in bytes; a larger one gets 413. The provider's own limit is the default.
    ///
    /// A client that goes on writing may see its connection reset instead of the 413: of a body that
    /// turned out too large while it came, no more is read.
    ///
    /// axum's `DefaultBodyLimit` does not apply here: it works in extractors, which come later.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        self.edit(|config| config.body_limit = bytes)
    }

    /// Handles each request once: see [`Replay`], which a [`ReplayStore`](crate::ReplayStore) turns
    /// into by itself.
    ///
    /// Where no window is set, neither by the provider nor by [`max_age`](Self::max_age) **before**, the
    /// [retention](Replay::retention) has to be given. What is handled without the layer, by
    /// [`verify`](Self::verify), is not claimed.
    ///
    /// # Panics
    ///
    /// At start-up, if the retention is not known, or is zero, or the lease is, or if the scheme's requests
    /// cannot be told apart: one token is like another. [`try_replay`](Self::try_replay) returns the error
    /// instead.
    #[must_use]
    #[expect(clippy::panic, reason = "start-up is the time to stop; `try_replay` does not")]
    pub fn replay(self, replay: impl Into<Replay>) -> Self {
        self.try_replay(replay).unwrap_or_else(|error| panic!("countersign: {error}"))
    }

    /// Like [`replay`](Self::replay), for settings that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// When it cannot be done what is asked for: it says what is missing.
    pub fn try_replay(self, replay: impl Into<Replay>) -> Result<Self, ConfigError> {
        let replay = replay.into();
        // Here, and not when the layer is applied: to a route, axum does that as late as for the first connection.
        self.config.check(&replay).map_err(|error| error.of(S::NAME))?;
        Ok(self.edit(|config| config.replay = Some(Arc::new(replay))))
    }

    /// The clock that windows are measured against, for tests.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        self.edit(|config| config.clock = Arc::new(clock))
    }

    /// Says where the name of the tenant is: in the path, in the host, in a header. Keys are then
    /// looked up by it, by [`KeyTable::by_tenant`](crate::KeyTable::by_tenant), a `CachedKeys`, or a
    /// [`KeySource`] that reads [`KeyHint::tenant`](crate::KeyHint::tenant).
    ///
    /// The name is what a stranger wrote until the signature holds under that tenant's keys.
    /// Afterwards it is [`Proof::tenant`](crate::Proof::tenant).
    #[must_use]
    pub fn tenant(self, locate: impl Locate) -> Self {
        self.edit(|config| config.locate = Some(Arc::new(locate)))
    }

    /// Makes the answer to a refused request. [`VerifyError::response`] is the default one, and a
    /// good start. What the closure reveals of the error, the sender learns. To keep what was refused,
    /// there is [`on_refused`](Self::on_refused).
    #[must_use]
    pub fn reject_with<F, B>(self, reject: F) -> Self
    where
        F: Fn(&VerifyError) -> Response<B> + Send + Sync + 'static,
        B: Into<Bytes>,
    {
        self.edit(|config| {
            config.reject = Some(Arc::new(move |error| reject(error).map(Into::into)));
        })
    }

    /// Tells of each refused request, beside the answer: what
    /// [`reject_with`](Self::reject_with) makes is made all the same. Nothing is told unless this is
    /// set, and nothing is kept for it.
    ///
    /// A request that was handled already, or is being handled, is genuine: it is not told of. Neither
    /// is one that [`verify`](Self::verify) refuses, since its caller has it.
    #[must_use]
    pub fn on_refused(self, on_refused: impl OnRefused) -> Self {
        self.edit(|config| config.on_refused = Some(Arc::new(on_refused)))
    }

    pub(crate) fn config(&self) -> &Config<S> {
        &self.config
    }

    fn edit(mut self, change: impl FnOnce(&mut Config<S>)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }
}

impl<S: Scheme> Config<S> {
    /// The name of the tenant, if there is a place for one.
    pub(crate) fn locate(&self, parts: &mut Parts) -> Option<Box<str>> {
        self.locate.as_ref()?.locate(parts)
    }

    /// Whether requests can be remembered so. What holds goes on to hold: no setting takes a window away.
    fn check(&self, replay: &Replay) -> Result<(), ConfigError> {
        if !S::Method::DISTINGUISHES && !S::SIGNED_ID {
            return Err(ConfigError::new(
                "its token is the same in every request, so that none can be told from a replayed \
                 one: leave `.replay(..)` out",
            ));
        }
        if self.keep(replay).is_none() {
            return Err(ConfigError::new(
                "no window is set, so it is not known for how long to remember what was handled: \
                 give `Replay::new(store).retention(..)`, or `.max_age(..)` before `.replay(..)` if a \
                 time is signed",
            ));
        }
        replay.check()
    }

    /// For how long a request is remembered; `None` if that is not known, which is refused.
    fn keep(&self, replay: &Replay) -> Option<Duration> {
        self.window.lifetime().max(replay.retention)
    }

    /// Claims a genuine request; `None` where nothing is remembered.
    pub(crate) fn claim(&self, proof: &Proof<S>) -> Option<Claiming> {
        let replay = self.replay.as_ref()?;
        // What `try_replay` has refused cannot come here; to remember for ever would be the safe side.
        let keep = self.keep(replay).unwrap_or(Duration::MAX);
        Some(match replay::keys(proof) {
            Ok(keys) => replay::claim(replay, S::NAME, self.meter.clone(), keys, keep),
            Err(reason) => Claiming::Ready(Err(reason)),
        })
    }

    /// Logs what became of a claim, and makes its answer.
    pub(crate) fn decline(&self, error: VerifyError) -> Response<Bytes> {
        let duplicates = self.replay.as_ref().map(|replay| replay.duplicates);
        if error.reason() != Reason::Replayed || duplicates != Some(Duplicates::Acknowledge) {
            return self.refuse(error);
        }
        self.meter.answered(Answered::Duplicate);
        let mut response = Response::new(Bytes::new());
        error.log_as(response.status());
        response.extensions_mut().insert(error);
        response
    }

    /// Tells of a refusal, logs it and makes its answer.
    pub(crate) fn refuse_request(
        &self,
        reason: Reason,
        head: &Parts,
        body: Option<&Bytes>,
    ) -> Response<Bytes> {
        let error = VerifyError::new(S::NAME, reason);
        if let Some(on_refused) = &self.on_refused {
            let bears_secret = self.scheme.bears_secret(&Head::new(head));
            on_refused.refused(&Refused { error: &error, head, body, bears_secret });
        }
        self.refuse(error)
    }

    /// Counts a refusal, logs it and makes its answer.
    fn refuse(&self, error: VerifyError) -> Response<Bytes> {
        self.meter.refused(error.reason());
        error.log();
        let mut response = match &self.reject {
            Some(reject) => reject(&error),
            None => error.response(),
        };
        response.extensions_mut().insert(error);
        response
    }
}

impl<S: Scheme, Inner> Layer<Inner> for VerifyLayer<S> {
    type Service = Verify<S, Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        self.config.meter.announce(self.config.replay.is_some());
        Verify::new(inner, Arc::clone(&self.config))
    }
}

impl<S: Scheme> Clone for VerifyLayer<S> {
    fn clone(&self) -> Self {
        Self { config: Arc::clone(&self.config) }
    }
}

impl<S: Scheme> Debug for VerifyLayer<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}

impl<S: Scheme> Clone for Config<S> {
    fn clone(&self) -> Self {
        Self {
            scheme: Arc::clone(&self.scheme),
            keys: Arc::clone(&self.keys),
            window: self.window,
            body_limit: self.body_limit,
            clock: Arc::clone(&self.clock),
            reject: self.reject.clone(),
            on_refused: self.on_refused.clone(),
            locate: self.locate.clone(),
            decoy: self.decoy.clone(),
            replay: self.replay.clone(),
            meter: self.meter.clone(),
        }
    }
}

impl<S: Scheme> Debug for Config<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("scheme", &S::NAME)
            .field("window", &self.window)
            .field("body_limit", &self.body_limit)
            .field("clock", &self.clock)
            .field("replay", &self.replay)
            .finish_non_exhaustive()
    }
}
