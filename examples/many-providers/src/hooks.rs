//! A route for each provider: its layer, and a handler that only genuine requests reach.

use axum::Router;
use axum::routing::MethodRouter;
use countersign::github::{self, GitHubVerify};
use countersign::line::{self, LineVerify};
use countersign::meta::{self, Meta, MetaVerify};
use countersign::notion::{self, NotionVerify};
use countersign::shopify::{self, ShopifyVerify};
use countersign::slack::{self, SlackVerify};
use countersign::stripe::{self, StripeVerify};
use countersign::{ConfigError, Secret, Unsigned, Verified};

use crate::config::Config;

/// What a route is made of: the key, and the settings that some need besides.
type Hook = fn(Secret, &Config) -> Result<MethodRouter, ConfigError>;

/// All of them, by the last part of their URL.
const HOOKS: &[(&str, Hook)] = &[
    ("github", github),
    ("line", line),
    ("meta", meta),
    ("notion", notion),
    ("shopify", shopify),
    ("slack", slack),
    ("stripe", stripe),
];

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

/// The console's check, a webhook without events, is answered by the layer.
fn line(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(LineVerify::try_new(key)?.route(async |Verified(webhook): Verified<line::Webhook>| {
        format!("{} events\n", webhook.events.len())
    }))
}

/// Answers the challenge of a subscription, where there is a token to know it by.
fn meta(key: Secret, config: &Config) -> Result<MethodRouter, ConfigError> {
    let scheme = match &config.meta_verify_token {
        Some(token) => Meta::default().try_verify_token(token.as_str())?,
        None => Meta::default(),
    };
    let verify = MetaVerify::try_with(scheme, key)?;
    Ok(verify.route(async |Verified(webhook): Verified<meta::Webhook>| {
        format!("{} entries of {}\n", webhook.entry.len(), webhook.object)
    }))
}

/// The key is what Notion sent first: the documentation of `countersign-notion` has how to get it.
fn notion(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(NotionVerify::try_new(key)?
        .route(async |Verified(event): Verified<notion::Event>| format!("{}\n", event.kind)))
}

/// The topic and the shop are in headers, and not signed.
fn shopify(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(ShopifyVerify::try_new(key)?.route(
        async |Unsigned(delivery): Unsigned<shopify::Delivery>,
               Verified(order): Verified<shopify::Order>| {
            let topic = delivery.topic.as_deref().unwrap_or("no topic").to_owned();
            format!("order {}, said to be of {topic}\n", order.id)
        },
    ))
}

/// The URL verification is answered by the layer.
fn slack(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(SlackVerify::try_new(key)?.route(async |Verified(event): Verified<slack::EventCallback>| {
        format!("{} {}\n", event.kind, event.event_id)
    }))
}

fn stripe(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(StripeVerify::try_new(key)?
        .route(async |Verified(event): Verified<stripe::Event>| format!("{}\n", event.kind)))
}
