//! What has to be written for a provider.

use base16ct::lower;
use countersign::{ConfigError, Scheme, Secret, Sign, VerifyLayer};
use http::Method;

use super::facts::Facts;
use super::settings::{Member, SECRETS, Settings};

/// A provider, as its author writes it down. Everything that can be derived from the scheme is:
/// see [`Provider`](super::Provider), which every entry is.
pub trait Entry: Send + Sync + 'static {
    /// The scheme.
    type Scheme: Scheme + Sign;

    /// What is said of it.
    const FACTS: &'static Facts;

    /// What it takes in a configuration, besides the window that every layer takes.
    const MEMBERS: &'static [Member] = &[SECRETS];

    /// A genuine request, but for its signature.
    const SAMPLE: &'static Sample;

    /// The scheme as configured.
    ///
    /// # Errors
    ///
    /// When something is missing or wrong: a verifier cannot be built like that.
    fn scheme(settings: &Settings) -> Result<Self::Scheme, ConfigError>;

    /// The layer as configured, without the window: to be written where keys are not secrets.
    ///
    /// # Errors
    ///
    /// When the layer cannot be built like that.
    fn layer(settings: &Settings) -> Result<VerifyLayer<Self::Scheme>, ConfigError> {
        VerifyLayer::try_with(Self::scheme(settings)?, settings.keys())
    }

    /// Fresh credentials, made for one run of the demo: to be written where a secret has a shape.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    fn credentials() -> Result<Credentials, ConfigError> {
        Credentials::shared(random_text()?)
    }
}

/// What signs, and the settings of a verifier that believes it.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// What the provider signs with.
    pub signing: Secret,
    /// What the receiver verifies with.
    pub settings: Settings,
}

/// A request as the provider sends it, but for its signature.
#[derive(Debug)]
pub struct Sample {
    /// The method.
    pub method: Method,
    /// The headers that say what the body is, and those that are signed.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body.
    pub body: &'static [u8],
}

impl Credentials {
    /// For a provider that signs with the secret that its users verify with.
    ///
    /// # Errors
    ///
    /// When the secret is empty.
    pub fn shared(secret: String) -> Result<Self, ConfigError> {
        let mut settings = Settings::default();
        settings.secret(secret.clone().into_bytes());
        Ok(Self { signing: Secret::new(secret)?, settings })
    }
}

/// 32 hexadecimal digits that nobody can guess.
///
/// # Errors
///
/// When the system has no randomness to give.
pub fn random_text() -> Result<String, ConfigError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| ConfigError::new(format!("the system gives no randomness: {error}")))?;
    Ok(lower::encode_string(&bytes))
}
