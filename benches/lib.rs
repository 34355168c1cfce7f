//! What the benchmarks share.

use std::process::ExitCode;

/// The value in the middle; zero of none.
#[must_use]
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A number, and what is promised of it.
#[derive(Debug)]
pub struct Limit {
    what: &'static str,
    value: f64,
    limit: f64,
    most: bool,
}

impl Limit {
    /// A number that is to be that or less.
    #[must_use]
    pub fn at_most(what: &'static str, value: f64, limit: f64) -> Self {
        Self { what, value, limit, most: true }
    }

    /// A number that is to be that or more.
    #[must_use]
    pub fn at_least(what: &'static str, value: f64, limit: f64) -> Self {
        Self { what, value, limit, most: false }
    }

    /// Prints them. It is a failure if one is worse than promised.
    #[must_use]
    pub fn judge(limits: &[Self]) -> ExitCode {
        let mut good = true;
        for Self { what, value, limit, most } in limits {
            let holds = if *most { value <= limit } else { value >= limit };
            let bound = if *most { "at most" } else { "at least" };
            let verdict = if holds { "" } else { " MISSED" };
            println!("{value:>9.2}  {what} ({bound} {limit}){verdict}");
            good &= holds;
        }
        if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
