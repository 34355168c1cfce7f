//! A route for each provider: its layer, and a handler that only genuine requests reach.

use axum::Router;
use axum::routing::MethodRouter;
use countersign::github::{self, GitHubVerify};
use countersign::{ConfigError, Secret, Unsigned, Verified};

use crate::config::Config;

/// What a route is made of: the key, and the settings that some need besides.
type Hook = fn(Secret, &Config) -> Result<MethodRouter, ConfigError>;

/// All of them, by the last part of their URL.
const HOOKS: &[(&str, Hook)] = &[("github", github)];

/// A route for each provider whose key is there.
pub(crate) fn routes(config: &Config) -> Result<Router, String> {
    let mut app = Router::new();
    for (name, hook) in HOOKS {
        let named = |error: ConfigError| format!("{name}: {error}");
        if let Some(key) = Config::key(name).map_err(named)? {
            app = app.route(&format!("/{name}"), hook(key, config).map_err(named)?);
            tracing::info!("mounted /{name}");
        }
    }
    Ok(app)
}

/// What happened is in the body, and signed; its name in a header is not.
fn github(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(GitHubVerify::try_new(key)?.route(
        async |Unsigned(delivery): Unsigned<github::Delivery>,
               Verified(event): Verified<github::Event>| {
            let (kind, action) = (delivery.event, event.action.unwrap_or_default());
            format!("{action}, said to be of {}\n", kind.as_deref().unwrap_or("no kind"))
        },
    ))
}
