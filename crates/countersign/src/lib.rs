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
//! | `flow` | Autodesk Flow Production Tracking: `FlowActionVerify`, `FlowWebhookVerify` |
//! | `github` | GitHub: `GitHubVerify` |
//! | `hubspot` | HubSpot: `HubSpotVerify` |
//! | `linear` | Linear: `LinearVerify` |
//! | `meya` | Meya: `MeyaVerify` |
//! | `sendgrid` | SendGrid, event webhook: `SendGridVerify` |
//! | `sendgrid-testing` | `sendgrid::testing`, a key pair to sign with as SendGrid does; for tests, and not in `full` |
//! | `space` | JetBrains Space: `SpacePublicKeyVerify`, `SpaceSigningKeyVerify`, `SpaceTokenVerify` |
//! | `space-fetch` | `SpaceKeys`, which fetches the public keys, and `Installer`; it brings an HTTP client |
//! | `space-testing` | `space::testing`, an RSA key to sign with as Space does; for tests, and not in `full` |
//! | `spark` | Cisco Spark (Webex): `SparkVerify` |
//! | `spark-org-guard` | `SparkOrgGuard`, which asks the Webex API who is in a room; it brings an HTTP client |
//! | `speakap` | Speakap: `SpeakapVerify` |
//! | `twilio` | Twilio: `TwilioVerify` |
//! | `square` | Square: `SquareVerify` |
//! | `redis` | `RedisReplay`, which remembers handled requests for many processes; `redis-tls` and `redis-cluster` add those |
//! | `providers` | every provider |
//! | `full` | all of them, but for `sendgrid-testing`, `space-testing`, and Redis over TLS and in a cluster |
#![cfg_attr(all(feature = "spark", feature = "axum"), doc = include_str!("../docs/guide.md"))]
#![cfg_attr(
    all(feature = "spark", feature = "axum-router", feature = "cache"),
    doc = include_str!("../docs/keys.md")
)]

#[doc(inline)]
pub use countersign_core::*;
#[cfg(feature = "flow")]
pub use countersign_flow as flow;
#[cfg(feature = "flow")]
pub use countersign_flow::{FlowAction, FlowActionVerify, FlowWebhook, FlowWebhookVerify};
#[cfg(feature = "github")]
pub use countersign_github as github;
#[cfg(feature = "github")]
pub use countersign_github::{GitHub, GitHubVerify};
#[cfg(feature = "hubspot")]
pub use countersign_hubspot as hubspot;
#[cfg(feature = "hubspot")]
pub use countersign_hubspot::{HubSpot, HubSpotVerify};
#[cfg(feature = "linear")]
pub use countersign_linear as linear;
#[cfg(feature = "linear")]
pub use countersign_linear::{Linear, LinearVerify};
#[cfg(feature = "meya")]
pub use countersign_meya as meya;
#[cfg(feature = "meya")]
pub use countersign_meya::{Meya, MeyaVerify};
#[cfg(feature = "redis")]
pub use countersign_redis as redis;
#[cfg(feature = "redis")]
pub use countersign_redis::RedisReplay;
#[cfg(feature = "sendgrid")]
pub use countersign_sendgrid as sendgrid;
#[cfg(feature = "sendgrid")]
pub use countersign_sendgrid::{SendGrid, SendGridVerify};
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
#[cfg(feature = "twilio")]
pub use countersign_twilio as twilio;
#[cfg(feature = "twilio")]
pub use countersign_twilio::{Twilio, TwilioVerify};
