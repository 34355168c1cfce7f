//! Proves that an inbound request really comes from the provider it claims to come from, before
//! any of your code sees it: Tower layers for axum and plain tower, one a provider.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `axum` (default) | `Verified<T>`, the extractor |
//! | `json` (default) | `SignedJson<S, T>`, a payload of your own type |
//! | `spark` | Cisco Spark (Webex): `SparkVerify` |
//! | `spark-org-guard` | `SparkOrgGuard`, which asks the Webex API who is in a room; it brings an HTTP client |
//! | `full` | all of them |
#![cfg_attr(all(feature = "spark", feature = "axum"), doc = include_str!("../docs/guide.md"))]

#[doc(inline)]
pub use countersign_core::*;
#[cfg(feature = "spark")]
pub use countersign_spark as spark;
#[cfg(feature = "spark")]
pub use countersign_spark::{Spark, SparkVerify};
