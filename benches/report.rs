//! What a benchmark says: medians, tables in Markdown, and whether it is what was promised.

use std::process::ExitCode;

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

/// Whether the environment has `QUICK`: short runs, to see that a benchmark works. What they measure is
/// noisy.
#[must_use]
pub fn quick() -> bool {
    std::env::var_os("QUICK").is_some()
}

/// The value in the middle, or halfway between the two that are; zero of none.
#[must_use]
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values.len() / 2;
    let lower = values.len().saturating_sub(1) / 2;
    let at = |index| values.get(index).copied().unwrap_or_default();
    f64::midpoint(at(lower), at(upper))
}

/// A table with these columns, which prints itself in Markdown: for `docs/performance.md`.
#[must_use]
pub fn markdown<'a>(columns: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(columns);
    table
}

/// A number, and what is promised of it.
#[derive(Debug)]
pub struct Limit {
    what: String,
    value: f64,
    limit: f64,
    most: bool,
}

impl Limit {
    /// A number that is to be that or less.
    #[must_use]
    pub fn at_most(what: impl Into<String>, value: f64, limit: f64) -> Self {
        Self { what: what.into(), value, limit, most: true }
    }

    /// A number that is to be that or more.
    #[must_use]
    pub fn at_least(what: impl Into<String>, value: f64, limit: f64) -> Self {
        Self { what: what.into(), value, limit, most: false }
    }

    /// Prints them as a table. It is a failure if one is worse than promised.
    #[must_use]
    pub fn judge(limits: &[Self]) -> ExitCode {
        let mut table = markdown(["number", "measured", "promised", ""]);
        for limit in limits {
            let promised =
                format!("{} {}", if limit.most { "at most" } else { "at least" }, limit.limit);
            let missed = if limit.holds() { "" } else { "**missed**" };
            // So many digits that what is missed by little is seen to be.
            let is_short = limit.value >= 100.0 || limit.value.fract() == 0.0;
            let digits = if is_short { 0 } else { 3 };
            table.add_row([&limit.what, &format!("{:.digits$}", limit.value), &promised, missed]);
        }
        println!("{table}");
        if limits.iter().all(Self::holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn holds(&self) -> bool {
        if self.most { self.value <= self.limit } else { self.value >= self.limit }
    }
}
