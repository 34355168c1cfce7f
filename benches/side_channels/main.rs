//! Whether the time of a comparison tells of what is secret: how much of a MAC or of a token was right, how long
//! the token is, which key signed.
//!
//! `scripts/dudect`, which runs `cargo bench -p countersign-side-channels` on a core of its own
//!
//! Requests of two kinds come in an order that is random, and each is timed; Welch's t says whether the means
//! differ, of all times and of the shorter ones alone, which have less noise in them. Of two kinds that do not
//! differ it is seldom above 4.5, however many there are; of two that do it grows with their number. That it shows
//! a difference is shown by comparisons that end early. It takes a minute, and with `QUICK=1` three seconds.

mod controls;
mod macs;
// What the benchmarks print is printed here too, without the crates that they need.
#[path = "../report.rs"]
mod report;
mod timed;
mod tokens;

use std::process::ExitCode;

use crate::report::{Limit, markdown};
use crate::timed::Timed;

/// Above this, two kinds differ, as one takes it in this field.
const DIFFERS: f64 = 4.5;

/// What ends early has to differ by far.
const PLAIN: f64 = 10.0;

fn main() -> ExitCode {
    let mut limits = Vec::new();
    let mut table = markdown(["two kinds", "measured", "median, ns", "difference, ns", "t"]);
    let ours = macs::all().into_iter().chain(tokens::all()).map(|timed| (timed, true));
    let controls = controls::all().into_iter().map(|timed| (timed, false));
    for (Timed { what, count, median, difference, t }, is_ours) in ours.chain(controls) {
        table.add_row([
            what.clone(),
            format!("{count}"),
            format!("{median:.0}"),
            format!("{difference:+.2}"),
            format!("{t:.2}"),
        ]);
        let what = format!("t of {what}");
        limits.push(match is_ours {
            true => Limit::at_most(what, t, DIFFERS),
            false => Limit::at_least(what, t, PLAIN),
        });
    }
    println!("{table}\n");
    Limit::judge(&limits)
}
