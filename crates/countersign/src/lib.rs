//! Proves that an inbound request really comes from the provider it claims to come from, before
//! any of your code sees it: Tower layers for axum and plain tower, one a provider.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `axum` (default) | `Verified<T>`, the extractor |
//! | `json` (default) | `SignedJson<S, T>`, a payload of your own type |
//! | `axum-router` | what needs the router of axum: `PathTenant`, `VerifyLayer::route` |
//! | `cache` | `CachedKeys`, a cache in front of any key source |
//! | `explain` | `explain`, which says why a request was refused, and keeps refused ones for later |
//! | `redis` | `RedisReplay`, which remembers handled requests for many processes; `redis-tls` and `redis-cluster` add those |
//! | `discord` | Discord: `DiscordVerify` |
//! | `flow` | Autodesk Flow Production Tracking: `FlowActionVerify`, `FlowWebhookVerify` |
//! | `github` | GitHub: `GitHubVerify` |
//! | `gitlab` | GitLab: `GitLabSigningVerify`, and `GitLabTokenVerify`, which is weak |
//! | `hubspot` | HubSpot: `HubSpotVerify` |
//! | `line` | LINE: `LineVerify` |
//! | `linear` | Linear: `LinearVerify` |
//! | `meta` | Meta (WhatsApp, Messenger, Instagram): `MetaVerify` |
//! | `meya` | Meya: `MeyaVerify` |
//! | `notion` | Notion: `NotionVerify` |
//! | `sendgrid` | SendGrid, event webhook: `SendGridVerify` |
//! | `sendgrid-testing` | `sendgrid::testing`, a key pair to sign with as SendGrid does; for tests, and not in `full` |
//! | `shopify` | Shopify: `ShopifyVerify` |
//! | `slack` | Slack: `SlackVerify` |
//! | `space` | JetBrains Space: `SpacePublicKeyVerify`, `SpaceSigningKeyVerify`, `SpaceTokenVerify` |
//! | `space-fetch` | `SpaceKeys`, which fetches the public keys, and `Installer`; it brings an HTTP client |
//! | `space-testing` | `space::testing`, an RSA key to sign with as Space does; for tests, and not in `full` |
//! | `spark` | Cisco Spark (Webex): `SparkVerify` |
//! | `spark-org-guard` | `SparkOrgGuard`, which asks the Webex API who is in a room; it brings an HTTP client |
//! | `speakap` | Speakap: `SpeakapVerify` |
//! | `square` | Square: `SquareVerify` |
//! | `standard-webhooks` | Standard Webhooks, which Svix, OpenAI, Clerk, Resend, Supabase and others send: `StandardWebhooksVerify` |
//! | `stripe` | Stripe: `StripeVerify` |
//! | `telegram` | Telegram bots: `TelegramVerify`, which is weak |
//! | `twilio` | Twilio: `TwilioVerify` |
//! | `providers` | every provider |
//! | `full` | all of them, but for `sendgrid-testing`, `space-testing`, and Redis over TLS and in a cluster |
#![cfg_attr(all(feature = "spark", feature = "axum"), doc = include_str!("../docs/guide.md"))]
#![cfg_attr(
    all(feature = "spark", feature = "axum-router", feature = "cache"),
    doc = include_str!("../docs/keys.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use countersign_core::*;
#[cfg(feature = "discord")]
pub use countersign_discord as discord;
#[cfg(feature = "discord")]
pub use countersign_discord::{Discord, DiscordVerify};
#[cfg(feature = "explain")]
pub use countersign_explain as explain;
#[cfg(feature = "flow")]
pub use countersign_flow as flow;
#[cfg(feature = "flow")]
pub use countersign_flow::{FlowAction, FlowActionVerify, FlowWebhook, FlowWebhookVerify};
#[cfg(feature = "github")]
pub use countersign_github as github;
#[cfg(feature = "github")]
pub use countersign_github::{GitHub, GitHubVerify};
#[cfg(feature = "gitlab")]
pub use countersign_gitlab as gitlab;
#[cfg(feature = "gitlab")]
pub use countersign_gitlab::{GitLabSigning, GitLabSigningVerify, GitLabToken, GitLabTokenVerify};
#[cfg(feature = "hubspot")]
pub use countersign_hubspot as hubspot;
#[cfg(feature = "hubspot")]
pub use countersign_hubspot::{HubSpot, HubSpotVerify};
#[cfg(feature = "line")]
pub use countersign_line as line;
#[cfg(feature = "line")]
pub use countersign_line::{Line, LineVerify};
#[cfg(feature = "linear")]
pub use countersign_linear as linear;
#[cfg(feature = "linear")]
pub use countersign_linear::{Linear, LinearVerify};
#[cfg(feature = "meta")]
pub use countersign_meta as meta;
#[cfg(feature = "meta")]
pub use countersign_meta::{Meta, MetaVerify};
#[cfg(feature = "meya")]
pub use countersign_meya as meya;
#[cfg(feature = "meya")]
pub use countersign_meya::{Meya, MeyaVerify};
#[cfg(feature = "notion")]
pub use countersign_notion as notion;
#[cfg(feature = "notion")]
pub use countersign_notion::{Notion, NotionVerify};
#[cfg(feature = "redis")]
pub use countersign_redis as redis;
#[cfg(feature = "redis")]
pub use countersign_redis::RedisReplay;
#[cfg(feature = "sendgrid")]
pub use countersign_sendgrid as sendgrid;
#[cfg(feature = "sendgrid")]
pub use countersign_sendgrid::{SendGrid, SendGridVerify};
#[cfg(feature = "shopify")]
pub use countersign_shopify as shopify;
#[cfg(feature = "shopify")]
pub use countersign_shopify::{Shopify, ShopifyVerify};
#[cfg(feature = "slack")]
pub use countersign_slack as slack;
#[cfg(feature = "slack")]
pub use countersign_slack::{Slack, SlackVerify};
#[cfg(feature = "space")]
pub use countersign_space as space;
#[cfg(feature = "space")]
pub use countersign_space::{
    SpacePublicKey, SpacePublicKeyVerify, SpaceSigningKey, SpaceSigningKeyVerify, SpaceToken,
    SpaceTokenVerify,
};
#[cfg(feature = "spark")]
pub use countersign_spark as spark;
#[cfg(feature = "spark-org-guard")]
pub use countersign_spark::SparkOrgGuard;
#[cfg(feature = "spark")]
pub use countersign_spark::{Spark, SparkVerify};
#[cfg(feature = "speakap")]
pub use countersign_speakap as speakap;
#[cfg(feature = "speakap")]
pub use countersign_speakap::{Speakap, SpeakapVerify};
#[cfg(feature = "square")]
pub use countersign_square as square;
#[cfg(feature = "square")]
pub use countersign_square::{Square, SquareVerify};
#[cfg(feature = "standard-webhooks")]
pub use countersign_standard_webhooks as standard_webhooks;
#[cfg(feature = "standard-webhooks")]
pub use countersign_standard_webhooks::{StandardWebhooks, StandardWebhooksVerify};
#[cfg(feature = "stripe")]
pub use countersign_stripe as stripe;
#[cfg(feature = "stripe")]
pub use countersign_stripe::{Stripe, StripeVerify};
#[cfg(feature = "telegram")]
pub use countersign_telegram as telegram;
#[cfg(feature = "telegram")]
pub use countersign_telegram::{Telegram, TelegramVerify};
#[cfg(feature = "twilio")]
pub use countersign_twilio as twilio;
#[cfg(feature = "twilio")]
pub use countersign_twilio::{Twilio, TwilioVerify};
