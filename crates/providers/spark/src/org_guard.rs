//! Lets a request through only if every member of its room belongs to an allowed organisation.

mod api;
mod denial;
mod judge;
mod layer;
mod links;
mod orgs;
mod retry;
mod service;
mod verdicts;

pub use self::denial::{Denial, DenialReason};
pub use self::layer::{Roomless, SparkOrgGuard};
pub use self::orgs::IntoOrgs;
pub use self::service::{GuardFuture, Guarded};
