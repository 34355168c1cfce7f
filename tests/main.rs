//! The integration tests of countersign, in one binary: see `docs/architecture.md` for the reason.

mod answers;
mod bit_flips;
mod cached_keys;
mod cli;
mod conformance;
mod docs;
mod example_logs;
mod explain;
mod faults;
mod form_servers;
mod forms;
mod hooks;
#[cfg(target_os = "linux")]
mod hostile;
mod incidents;
mod isolation;
mod keys;
mod many_providers;
mod meya;
mod meya_webhook;
mod multi_tenant;
mod no_early_exit;
mod observability;
mod packages;
mod pieces;
mod placement;
mod prometheus;
mod providers;
mod replay;
mod rules;
mod secrets;
mod space;
mod spark;
mod spark_bot;
mod spark_guard;
mod tenants;
mod vectors;
#[cfg(feature = "oracles")]
mod vendors;
mod wycheproof;

use peak_alloc::PeakAlloc;

/// Counts what is allocated, so that a test can say how much a request may cost.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;
