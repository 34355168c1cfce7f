//! The engine of [countersign]: everything that is not a provider.
//!
//! Use it through the `countersign` crate, which adds the providers. This crate is for who writes
//! one. Four pieces fit together:
//!
//! - a [`Scheme`] says where the signature is and what it covers,
//! - a [`Method`] is the cryptography,
//! - a [`KeySource`] has the keys, in the simplest case a fixed [`KeySet`],
//! - a [`Clock`] tells the time that windows are measured against, and a [`ReplayStore`] remembers
//!   what was handled.
//!
//! [`VerifyLayer`] puts them in front of a service; [`VerifyLayer::verify`] checks a request that
//! is already in memory. Both end in a [`Proof`], from which a [`Payload`] is read.
//!
//! # Features
//!
//! - `axum`: `Verified<T>`, the extractor.
//! - `cache`: `CachedKeys`, a cache in front of any key source.
//! - `axum-router`: what needs the router of axum: `PathTenant`, `VerifyLayer::route`, and for signed URLs the
//!   one from before a router nested it.
//! - `dissect`: the module `dissect`, which takes a check apart to say why a request was refused.
//! - `json`: `SignedJson<S, T>`, a payload of the user's own type.
//! - `metrics`: what becomes of requests is counted by the recorder of the crate `metrics`.
//!
//! [countersign]: https://crates.io/crates/countersign
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod clock;
pub mod danger;
#[cfg(feature = "dissect")]
pub mod dissect;
mod drain;
mod engine;
mod error;
mod evidence;
mod future;
mod gather;
pub mod handshake;
mod head;
mod headers;
mod id;
#[cfg(feature = "json")]
mod json;
mod keys;
mod layer;
mod looked;
mod meter;
mod method;
mod offline;
mod outcome;
mod payload;
mod proof;
mod refused;
mod replay;
#[cfg(feature = "axum-router")]
mod route;
mod scheme;
mod secret;
mod service;
mod sign;
mod tenant;
mod time;
mod unsigned;
mod urls;
#[cfg(feature = "axum")]
mod verified;
mod window;

pub use self::body::ResponseBody;
pub use self::clock::{Clock, ManualClock, SystemClock};
pub use self::error::{ConfigError, PayloadError, Reason, VerifyError};
pub use self::evidence::{Algorithm, Canonical, Claim, Evidence, Message, Need, Signature};
pub use self::future::ResponseFuture;
pub use self::head::Head;
pub use self::headers::{Encoding, SignatureHeader, TimeHeader, TokenHeader, insert_header};
#[cfg(feature = "json")]
pub use self::json::{JsonObject, Members, Sensitive, SignedJson, read_json};
#[cfg(feature = "cache")]
pub use self::keys::CachedKeys;
pub use self::keys::{
    Flight, KeyError, KeyFuture, KeyHint, KeySet, KeySource, KeyTable, Lookup, NameTaken,
    ReloadedKeys, TenantKeys, UnverifiedName,
};
pub use self::layer::VerifyLayer;
pub use self::looked::looked_for;
pub use self::method::{Hmac, HmacKey, HmacState, Match, Method, Nonce, Token, TokenKey};
pub use self::outcome::Outcome;
pub use self::payload::{Carries, Payload, PayloadBytes, Via};
pub use self::proof::{Covered, Proof};
pub use self::refused::{OnRefused, Refused};
pub use self::replay::{
    ClaimOutcome, Duplicates, MemoryReplay, Owner, Replay, ReplayError, ReplayKey, ReplayMode,
    ReplayStore, Reply, ReplyFuture,
};
pub use self::scheme::{Attested, Defaults, Inspect, KeyOf, Scheme, SecretOnly, TokenOnly};
pub use self::secret::{IntoSecret, IntoSecrets, Secret};
pub use self::service::Verify;
pub use self::sign::Sign;
#[cfg(feature = "axum-router")]
pub use self::tenant::PathTenant;
pub use self::tenant::{HeaderTenant, HostTenant, Locate};
pub use self::time::{TimeUnit, Timestamp};
pub use self::unsigned::{FromHeaders, Unsigned, header_text};
pub use self::urls::{IntoUrls, Urls};
#[cfg(feature = "axum")]
pub use self::verified::{Verified, VerifiedRejection};
