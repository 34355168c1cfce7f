//! A provider as the commands use it: without its types.

use axum::Extension;
use axum::routing::{MethodRouter, any};
use bytes::Bytes;
use countersign::explain::Receiver;
use countersign::{
    ConfigError, Covered, Defaults, ManualClock, Outcome, Proof, Replay, Scheme, Secret, Sign,
    Timestamp, VerifyError, VerifyLayer,
};
use http::{Request, Response, StatusCode};

use super::entry::{Credentials, Entry, Sample};
use super::facts::Facts;
use super::settings::{MAX_AGE, MAX_FUTURE, Member, Settings, WINDOW};

/// A provider that can be chosen at run time. Every [`Entry`] is one.
pub trait Provider: Send + Sync {
    /// What is said of it.
    fn facts(&self) -> &'static Facts;

    /// What it takes in a configuration.
    fn members(&self) -> Vec<Member>;

    /// A genuine request, but for its signature.
    fn sample(&self) -> &'static Sample;

    /// The window and the body limit that hold unless something else is said.
    ///
    /// # Errors
    ///
    /// Never for an entry whose scheme is content with a URL.
    fn defaults(&self) -> Result<Defaults, ConfigError>;

    /// A verifier as configured.
    ///
    /// # Errors
    ///
    /// When it cannot be built like that: an empty secret, say.
    fn verifier(&self, settings: &Settings) -> Result<Box<dyn Verifier>, ConfigError>;

    /// What explains its requests: the same verifier, made anew with any secrets and URLs.
    fn receiver(&self, settings: &Settings) -> Receiver;

    /// Signs a request as the provider would.
    ///
    /// # Errors
    ///
    /// When the secret does not have the vendor's shape, or the provider does not sign such
    /// requests.
    fn sign(
        &self,
        settings: &Settings,
        secret: &Secret,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError>;

    /// Fresh credentials, for one run of the demo.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    fn credentials(&self) -> Result<Credentials, ConfigError>;
}

/// A verifier of some provider, as configured.
pub trait Verifier: Send + Sync {
    /// Checks a request that is in memory, as of `now`.
    ///
    /// # Errors
    ///
    /// When it is refused.
    fn verify(&self, request: Request<Bytes>, now: Timestamp) -> Result<Accepted, VerifyError>;

    /// The same, but it handles each request once.
    ///
    /// # Errors
    ///
    /// When its requests cannot be told from replayed ones: they carry nothing but a token.
    fn remembering(&self, replay: Replay) -> Result<Box<dyn Verifier>, ConfigError>;

    /// The real layer on an axum route, in front of a handler that says what it got.
    fn mount(&self) -> MethodRouter;
}

/// What became of a request that was not refused.
#[derive(Debug)]
pub enum Accepted {
    /// It is genuine, and the handler gets it.
    Genuine(Genuine),
    /// It is a handshake: this is the answer, and the handler does not see it.
    Answer(Response<Bytes>),
}

/// What was proven of a request.
#[derive(Clone, Debug)]
pub struct Genuine {
    /// The bytes that the handler gets.
    pub body: Bytes,
    /// The index of the secret that matched; 0 is the newest.
    pub key: usize,
    /// How much of the body the signature covers.
    pub covered: Covered,
    /// The signed time.
    pub timestamp: Option<Timestamp>,
    /// The signed id.
    pub id: Option<String>,
}

impl<E: Entry> Provider for E {
    fn facts(&self) -> &'static Facts {
        E::FACTS
    }

    fn members(&self) -> Vec<Member> {
        E::MEMBERS.iter().chain(WINDOW).copied().collect()
    }

    fn sample(&self) -> &'static Sample {
        E::SAMPLE
    }

    fn defaults(&self) -> Result<Defaults, ConfigError> {
        Ok(E::scheme(&Settings::default().sent_to("https://example.com/"))?.defaults())
    }

    fn verifier(&self, settings: &Settings) -> Result<Box<dyn Verifier>, ConfigError> {
        Ok(Box::new(layer::<E>(settings)?))
    }

    fn receiver(&self, settings: &Settings) -> Receiver {
        let settings = settings.clone();
        Receiver::new(move |setup| layer::<E>(&settings.set_up(setup)))
    }

    fn sign(
        &self,
        settings: &Settings,
        secret: &Secret,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        E::scheme(settings)?.sign(secret, now, request)
    }

    fn credentials(&self) -> Result<Credentials, ConfigError> {
        E::credentials()
    }
}

/// The layer as configured, with its window.
fn layer<E: Entry>(settings: &Settings) -> Result<VerifyLayer<E::Scheme>, ConfigError> {
    let mut layer = E::layer(settings)?;
    if let Some(max_age) = settings.seconds(MAX_AGE) {
        layer = layer.max_age(max_age);
    }
    if let Some(max_future) = settings.seconds(MAX_FUTURE) {
        layer = layer.max_future(max_future);
    }
    Ok(layer)
}

impl<S: Scheme> Verifier for VerifyLayer<S> {
    fn verify(&self, request: Request<Bytes>, now: Timestamp) -> Result<Accepted, VerifyError> {
        let layer = self.clone().clock(ManualClock::at(now));
        Ok(match VerifyLayer::verify(&layer, request)? {
            Outcome::Answer(answer) => Accepted::Answer(answer),
            Outcome::Genuine(proof) => Accepted::Genuine(Genuine {
                body: proof.body().clone(),
                key: proof.key(),
                covered: proof.covered(),
                timestamp: proof.timestamp(),
                id: proof.id().map(str::to_owned),
            }),
            // `Outcome` may grow; what is not known to be genuine must not pass for it.
            _ => Accepted::Answer(not_known()),
        })
    }

    fn remembering(&self, replay: Replay) -> Result<Box<dyn Verifier>, ConfigError> {
        Ok(Box::new(self.clone().try_replay(replay)?))
    }

    fn mount(&self) -> MethodRouter {
        any(handle::<S>).layer(self.clone())
    }
}

fn not_known() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

async fn handle<S: Scheme>(Extension(proof): Extension<Proof<S>>) -> String {
    format!("genuine: {} bytes were verified\n", proof.body().len())
}
