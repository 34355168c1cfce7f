//! The providers that the command line knows: one entry each.
//!
//! To add one, write its [`Entry`] in a file of its own and name it in [`PROVIDERS`]. Everything
//! else follows: `providers`, `sign`, `verify`, `explain`, `vectors run` and `demo` read this list.

mod discord;
mod entry;
mod facts;
mod flow;
mod github;
mod gitlab;
mod hubspot;
mod line;
mod linear;
mod meta;
mod meya;
mod notion;
mod provider;
mod sendgrid;
mod settings;
mod shopify;
mod slack;
mod space;
mod spark;
mod speakap;
mod square;
mod standard_webhooks;
mod stripe;
mod telegram;
mod twilio;
mod waiting;

use crate::failure::Failure;

pub use self::entry::{Credentials, Entry, Sample, random_text};
pub use self::facts::{Facts, Strength};
pub use self::provider::{Accepted, Genuine, Provider, Verifier};
pub use self::settings::{Kind, Member, PUBLIC_KEYS, SECRETS, SettingError, Settings};
pub use self::waiting::WAITING;

/// All providers, in the order in which they are listed.
pub static PROVIDERS: &[&dyn Provider] = &[
    &spark::Spark,
    &flow::Action,
    &flow::Webhook,
    &space::PublicKey,
    &space::SigningKey,
    &space::Token,
    &meya::Meya,
    &speakap::Speakap,
    &github::GitHub,
    &slack::Slack,
    &stripe::Stripe,
    &shopify::Shopify,
    &line::Line,
    &notion::Notion,
    &meta::Meta,
    &standard_webhooks::StandardWebhooks,
    &gitlab::Signing,
    &gitlab::Token,
    &discord::Discord,
    &telegram::Telegram,
    &twilio::Twilio,
    &hubspot::HubSpot,
    &linear::Linear,
    &sendgrid::SendGrid,
    &square::Square,
];

/// The provider of that name.
///
/// # Errors
///
/// When there is none; the error names those that there are.
pub fn find(name: &str) -> Result<&'static dyn Provider, Failure> {
    PROVIDERS.iter().copied().find(|provider| provider.facts().name == name).ok_or_else(|| {
        let names: Vec<_> = PROVIDERS.iter().map(|provider| provider.facts().name).collect();
        Failure::new(format!("there is no provider `{name}`; there are: {}", names.join(", ")))
    })
}
