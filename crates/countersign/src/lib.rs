//! Proves that an inbound request really comes from the provider it claims to come from, before
//! any of your code sees it: Tower layers for axum and plain tower, one a provider.

#[doc(inline)]
pub use countersign_core::*;
#[cfg(feature = "spark")]
pub use countersign_spark as spark;
#[cfg(feature = "spark-org-guard")]
pub use countersign_spark::SparkOrgGuard;
#[cfg(feature = "spark")]
pub use countersign_spark::{Spark, SparkVerify};
