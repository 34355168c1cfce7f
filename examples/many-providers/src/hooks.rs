//! A route for each provider: its layer, and a handler that only genuine requests reach.

use axum::Router;
use axum::routing::MethodRouter;
use countersign::discord::{self, DiscordVerify};
use countersign::github::{self, GitHubVerify};
use countersign::gitlab::{self, GitLabSigningVerify, GitLabToken, GitLabTokenVerify};
use countersign::hubspot::{self, HubSpot, HubSpotVerify};
use countersign::line::{self, LineVerify};
use countersign::linear::{self, LinearVerify};
use countersign::meta::{self, Meta, MetaVerify};
use countersign::notion::{self, NotionVerify};
use countersign::sendgrid::{self, SendGridVerify};
use countersign::shopify::{self, ShopifyVerify};
use countersign::slack::{self, SlackVerify};
use countersign::square::{self, Square, SquareVerify};
use countersign::standard_webhooks::{self, StandardWebhooksVerify};
use countersign::stripe::{self, StripeVerify};
use countersign::telegram::{self, TelegramVerify};
use countersign::twilio::{self, Twilio, TwilioVerify};
use countersign::{ConfigError, Secret, Unsigned, Verified, Via};

use crate::config::Config;

/// What a route is made of: the key, and the settings that some need besides.
type Hook = fn(Secret, &Config) -> Result<MethodRouter, ConfigError>;

/// All of them, by the last part of their URL.
const HOOKS: &[(&str, Hook)] = &[
    ("discord", discord),
    ("github", github),
    ("gitlab-signing", gitlab_signing),
    ("gitlab-token", gitlab_token),
    ("hubspot", hubspot),
    ("line", line),
    ("linear", linear),
    ("meta", meta),
    ("notion", notion),
    ("sendgrid", sendgrid),
    ("shopify", shopify),
    ("slack", slack),
    ("square", square),
    ("standard-webhooks", standard_webhooks),
    ("stripe", stripe),
    ("telegram", telegram),
    ("twilio", twilio),
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
    if !app.has_routes() {
        // A key whose name is misspelled looks the same as one that is not there.
        let names: Vec<_> = HOOKS.iter().map(|(name, _)| Config::variable(name)).collect();
        tracing::warn!("no route is mounted: set one or more of {}", names.join(", "));
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

/// The ping is answered by the layer; Discord wants a 401 for what is forged, and tries.
fn discord(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(DiscordVerify::try_new(key)?.route(
        async |Verified(interaction): Verified<discord::Interaction>| {
            format!("interaction {}\n", interaction.id)
        },
    ))
}

fn gitlab_signing(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(GitLabSigningVerify::try_new(key)?
        .route(async |Verified(push): Verified<gitlab::PushEvent>| format!("{}\n", push.reference)))
}

/// **The weak tier**: no byte of the body is signed, and the handler says so by `Via`.
fn gitlab_token(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(GitLabTokenVerify::try_new(key)?.route(
        async |Verified(push): Verified<Via<GitLabToken, gitlab::PushEvent>>| {
            format!("{}\n", push.reference)
        },
    ))
}

/// The URL is signed, so it has to be known from outside.
fn hubspot(key: Secret, config: &Config) -> Result<MethodRouter, ConfigError> {
    let scheme = HubSpot::try_under(&config.external_url)?;
    Ok(HubSpotVerify::try_with(scheme, key)?.route(
        async |Verified(events): Verified<hubspot::Events>| format!("{} events\n", events.0.len()),
    ))
}

/// The time is in the body, and looked at when the signature holds.
fn linear(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(LinearVerify::try_new(key)?
        .route(async |Verified(event): Verified<linear::Event>| format!("{}\n", event.kind)))
}

fn sendgrid(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(SendGridVerify::try_new(key)?.route(async |Verified(events): Verified<sendgrid::Events>| {
        format!("{} events\n", events.0.len())
    }))
}

/// The URL is signed as it was entered at Square.
fn square(key: Secret, config: &Config) -> Result<MethodRouter, ConfigError> {
    let scheme = Square::try_at(format!("{}/square", config.external_url))?;
    Ok(SquareVerify::try_with(scheme, key)?
        .route(async |Verified(event): Verified<square::Event>| format!("{}\n", event.kind)))
}

/// A secret (`whsec_..`) or a public key (`whpk_..`).
fn standard_webhooks(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(StandardWebhooksVerify::try_new(key)?.route(
        async |Verified(event): Verified<standard_webhooks::Event>| format!("{}\n", event.kind),
    ))
}

/// **The weak tier**: who has seen the token once can send anything.
fn telegram(key: Secret, _: &Config) -> Result<MethodRouter, ConfigError> {
    Ok(TelegramVerify::try_new(key)?.route(async |Verified(update): Verified<telegram::Update>| {
        format!("{}\n", update.update_id)
    }))
}

/// The fields of the form are what is signed, and what the handler gets.
fn twilio(key: Secret, config: &Config) -> Result<MethodRouter, ConfigError> {
    let scheme = Twilio::try_under(&config.external_url)?;
    Ok(TwilioVerify::try_with(scheme, key)?.route(
        async |Verified(message): Verified<twilio::IncomingMessage>| {
            format!("from {}\n", message.from)
        },
    ))
}
