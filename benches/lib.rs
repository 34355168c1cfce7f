//! What the benchmarks share.

mod paired;
mod report;
pub mod ways;

pub use self::paired::{Budget, Paired};
pub use self::report::{Limit, markdown, median, quick};
