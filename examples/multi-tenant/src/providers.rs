//! The providers: an entry each, and nothing else that is theirs alone.

use axum::routing::MethodRouter;
use countersign::{
    ConfigError, FlowAction, FlowWebhook, Scheme, Secret, SpacePublicKey, SpaceSigningKey, Spark,
    Speakap,
};

use crate::config::Config;
use crate::hooks::{self, Secrets};

/// All of them. Space's public key and its signing key are two, each with a path of its own: a request does
/// not choose how it is verified.
///
/// A scheme with settings takes them from the [`Config`]: Meya the external URL, which is signed too.
pub(crate) const PROVIDERS: &[&dyn Provider] = &[
    &Entry(|_| Spark::default()),
    &Entry(|_| FlowAction::default()),
    &Entry(|_| FlowWebhook),
    &Entry(|_| SpacePublicKey::default()),
    &Entry(|_| SpaceSigningKey::default()),
    &Entry(|config| config.meya.clone()),
    &Entry(|_| Speakap::default()),
];

pub(crate) trait Provider: Sync {
    /// In paths, in the database and on the command line.
    fn name(&self) -> &'static str;

    /// Whether the secret has the provider's shape.
    fn check(&self, config: &Config, secret: &Secret) -> Result<(), ConfigError>;

    /// The handler behind the provider's layer.
    fn hook(&self, config: &Config, secrets: &Secrets) -> MethodRouter;
}

pub(crate) fn find(name: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.name() == name)
}

struct Entry<S>(fn(&Config) -> S);

impl<S: Scheme> Provider for Entry<S> {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn check(&self, config: &Config, secret: &Secret) -> Result<(), ConfigError> {
        (self.0)(config).key(secret).map(drop)
    }

    fn hook(&self, config: &Config, secrets: &Secrets) -> MethodRouter {
        hooks::verified(|| (self.0)(config), secrets)
    }
}
