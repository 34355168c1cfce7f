//! What a request costs in memory: how often it allocates and how much, the size of the layer's future, and
//! the peak for a body of 64 MiB.
//!
//! `cargo bench -p countersign-benches --bench memory`
//!
//! It takes some seconds: nothing here is a matter of time. It ends with an error if a number is worse than
//! what is promised. Where memory grows, old and new count both, as if it had to be copied.

mod allocations;
mod chunks;
mod future;
mod peak;

use std::process::ExitCode;

use countersign_benches::Limit;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let mut limits = allocations::under_axum(&runtime);
    limits.extend(allocations::in_plain_tower(&runtime));
    limits.extend(future::sizes());
    limits.extend(peak::of_a_long_body(&runtime));
    println!("## What is promised\n");
    Limit::judge(&limits)
}
