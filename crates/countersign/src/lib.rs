//! Proves that an inbound request really comes from the provider it claims to come from, before
//! any of your code sees it: Tower layers for axum and plain tower, one a provider.
//!
//! # Providers
//!
//! A feature a provider; what is not named is not built. A request signs a time where there is a window.
//!
//! | feature | provider | layer | signed | window |
//! |---|---|---|---|---|
//! | `spark` | Cisco Spark (Webex) | `SparkVerify` | raw body | none: no time is signed |
//! | `flow` | Flow Production Tracking, action menu item | `FlowActionVerify` | the other fields of the form | -5..10 s |
//! | `flow` | Flow Production Tracking, webhook | `FlowWebhookVerify` | raw body | none; `.max_age(..)` checks the body's time |
//! | `space` | JetBrains Space, public key | `SpacePublicKeyVerify` | time and raw body | 300 s both ways |
//! | `space` | JetBrains Space, signing key | `SpaceSigningKeyVerify` | time and raw body | 300 s both ways |
//! | `space` | JetBrains Space, verification token (weak) | `SpaceTokenVerify` | **nothing**: it is obsolete | none |
//! | `meya` | Meya | `MeyaVerify` | external URL, then the body as sorted JSON | none; `.max_age(..)` checks the body's time |
//! | `speakap` | Speakap | `SpeakapVerify` | the other fields of the form | -5..60 s |
//! | `discord` | Discord | `DiscordVerify` | time and raw body | 300 s both ways |
//! | `github` | GitHub | `GitHubVerify` | raw body | none: no time is signed |
//! | `gitlab` | GitLab, secret token (weak) | `GitLabTokenVerify` | **nothing** | none |
//! | `gitlab` | GitLab, signing token | `GitLabSigningVerify` | id, time and raw body | 300 s both ways |
//! | `hubspot` | HubSpot | `HubSpotVerify` | method, external URL, raw body and time | 300 s both ways |
//! | `line` | LINE | `LineVerify` | raw body | none: no time is signed |
//! | `linear` | Linear | `LinearVerify` | raw body, the time inside | 60 s both ways |
//! | `meta` | Meta (WhatsApp, Messenger, Instagram) | `MetaVerify` | raw body | none: no time is signed |
//! | `notion` | Notion | `NotionVerify` | raw body | none: no time is signed |
//! | `sendgrid` | SendGrid, event webhook | `SendGridVerify` | time and raw body | -300 s..25 h |
//! | `shopify` | Shopify | `ShopifyVerify` | raw body | none: no time is signed |
//! | `slack` | Slack | `SlackVerify` | time and raw body | 300 s both ways |
//! | `square` | Square | `SquareVerify` | external URL and raw body | none: no time is signed |
//! | `standard-webhooks` | Standard Webhooks: Svix, OpenAI, Clerk, Resend, Supabase and others | `StandardWebhooksVerify` | id, time and raw body | 300 s both ways |
//! | `stripe` | Stripe | `StripeVerify` | time and raw body | 300 s both ways |
//! | `telegram` | Telegram bots (weak) | `TelegramVerify` | **nothing** | none |
//! | `twilio` | Twilio | `TwilioVerify` | external URL, then the sorted fields of the form; or in the URL the digest of another body | none: no time is signed |
//!
//! # Other features
//!
//! | feature | what it adds |
//! |---|---|
//! | `axum` (default) | `Verified<T>`, the extractor |
//! | `json` (default) | `SignedJson<S, T>`, a payload of your own type |
//! | `axum-router` | what needs the router of axum: `PathTenant`, `VerifyLayer::route` |
//! | `cache` | `CachedKeys`, a cache in front of any key source |
//! | `explain` | `explain`, which says why a request was refused, and keeps refused ones for later |
//! | `metrics` | what becomes of requests is counted by the recorder of the crate `metrics`: see [observability](guide::observability) |
//! | `redis` | `RedisReplay`, which remembers handled requests for many processes; `redis-tls` and `redis-cluster` add those |
//! | `space-fetch` | `SpaceKeys`, which fetches the public keys, and `Installer`; it brings an HTTP client |
//! | `spark-org-guard` | `SparkOrgGuard`, which asks the Webex API who is in a room; it brings an HTTP client |
//! | `sendgrid-testing` | `sendgrid::testing`, a key pair to sign with as SendGrid does; for tests, and not in `full` |
//! | `space-testing` | `space::testing`, an RSA key to sign with as Space does; for tests, and not in `full` |
//! | `providers` | every provider |
//! | `full` | all of them, but for `sendgrid-testing`, `space-testing`, and Redis over TLS and in a cluster |
//!
//! # Pages
//!
//! - [Which layer goes outside, and which inside](guide::layer_order)
//! - [What is promised, against whom, and what a flood costs](guide::threat_model)
//! - [Testing your handler](guide::testing)
//! - [From a middleware of your own](guide::migrating)
//! - [Replay protection](guide::replay)
//! - [What can be watched: events and metrics](guide::observability)
//! - [Every provider](guide::providers), with what it signs and what it is compared with
//! - From the vendor's sample: [Webex](guide::spark), [Flow Production Tracking](guide::flow),
//!   [JetBrains Space](guide::space), [Meya](guide::meya), [Speakap](guide::speakap)
#![cfg_attr(all(feature = "spark", feature = "axum"), doc = include_str!("../docs/guide.md"))]
#![cfg_attr(
    all(feature = "spark", feature = "axum-router", feature = "cache"),
    doc = include_str!("../docs/keys.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(doc, not(doctest)))]
pub mod guide;

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
