//! Webhooks of Cisco Spark, now Webex.
//!
//! | | |
//! |---|---|
//! | signature | `X-Spark-Signature`, 40 hexadecimal digits |
//! | algorithm | HMAC-SHA1 over the raw body, the key is the webhook's secret |
//! | window | none: the provider signs no time |
//! | source | <https://developer.webex.com/docs/api/guides/webhooks> |
//!
//! The header comes only from webhooks that were created with a secret. An empty body is refused
//! even under a valid signature. A newer header, `X-Webex-Signature`, is read where
//! [`Spark::webex_signature`] says so: its format was not confirmed by a primary source.
//!
//! A genuine event may still come from a room with strangers in it: `SparkOrgGuard`, with the
//! feature `org-guard`, lets it through only if every member belongs to an allowed organisation.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_spark::{Event, SparkVerify};
//! use http::Request;
//!
//! let layer = SparkVerify::new("myBongoSecret");
//! let body = r#"{"a":1,"b":2,"c":{"d":3}}"#;
//! let request = |body: &'static str| {
//!     Request::post("/spark")
//!         .header("X-Spark-Signature", "01e0cb6a53731b9615b483335d77d97023410c72")
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request(body)) else { panic!("refused") };
//! assert_eq!(proof.body(), body);
//! // Genuine, though not an event: that shows when the payload is read.
//! assert!(proof.payload::<Event>().is_err());
//!
//! let error = layer.verify(request(r#"{"a":1,"b":2,"c":{"d":4}}"#)).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "org-guard")]
mod org_guard;
mod payload;
mod scheme;

#[cfg(feature = "org-guard")]
pub use self::org_guard::{
    Denial, DenialReason, GuardFuture, Guarded, IntoOrgs, Roomless, SparkOrgGuard,
};
pub use self::payload::{
    AttachmentAction, Data, Event, EventKind, Membership, Message, Recording, Resource, Room,
    ServiceApp,
};
pub use self::scheme::Spark;

/// The layer for Spark: `SparkVerify::new(secret)`, or
/// `SparkVerify::with(Spark::default().webex_signature(true), secret)`.
pub type SparkVerify = countersign_core::VerifyLayer<Spark>;
