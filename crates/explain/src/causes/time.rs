//! A signed time that is out of the window.

use std::time::Duration;

use countersign_core::Timestamp;
use countersign_core::dissect::Held;

use super::Code;
use crate::case::{Case, Variants};
use crate::explanation::Cause;

pub(super) const UNIT: Code = Code {
    code: "timestamp-unit",
    sentence: "the time is in another unit than the provider's: seconds, milliseconds, microseconds or nanoseconds",
    fix: "write the time in the unit that the provider uses",
};

const OFFSET: Code = Code {
    code: "clock-offset",
    sentence: "a clock is wrong by whole quarters of an hour: it shows the time of another zone",
    fix: "set the clock, or the zone that it is taken to be in: the signed time is UTC",
};

const PASSED: Code = Code {
    code: "time-passed",
    sentence: "the signature holds, but the signed time is past the window: it came late, or was captured and checked later",
    fix: "give the time at which it arrived; if that is what it is, look for what delays requests, or for who sends them again",
};

const AHEAD: Code = Code {
    code: "clock-ahead",
    sentence: "the signature holds, but the signed time is ahead of the clock by more than the window allows",
    fix: "set both clocks by NTP",
};

/// Those that no change of the request undoes.
pub(super) const CODES: &[Code] = &[OFFSET, PASSED, AHEAD];

/// Why the time of a request whose signature holds is out of the window, the likeliest first; nothing if it is
/// in there. A clock is suspected first only where it is `known` what it showed.
pub(crate) fn of_time(
    held: &Held,
    window: Option<(Duration, Duration)>,
    now: Timestamp,
    known: bool,
) -> Vec<Cause> {
    let (Ok(Some(signed)), Some(window)) = (held.timestamp, window) else { return Vec::new() };
    let window = Window { window, now: now.as_nanos() };
    let signed = signed.as_nanos();
    if window.holds(signed) {
        return Vec::new();
    }
    if UNITS
        .iter()
        .any(|unit| window.holds(signed.saturating_mul(*unit)) || window.holds(signed / unit))
    {
        return vec![UNIT.cause("")];
    }
    let age = window.now.saturating_sub(signed);
    let itself = if age > 0 { PASSED } else { AHEAD }.cause("");
    let mut causes: Vec<_> = zone(age).into_iter().chain([itself]).collect();
    if !known {
        causes.reverse();
    }
    causes
}

/// Zones differ by whole hours, and some by 30 or 45 minutes more; a quarter is only late.
fn zone(age: i128) -> Option<Cause> {
    let quarters = age.saturating_add(QUARTER / 2).div_euclid(QUARTER);
    let rest = age.saturating_sub(quarters.saturating_mul(QUARTER));
    let (hours, minutes) = (quarters.unsigned_abs() / 4, quarters.unsigned_abs() % 4 * 15);
    let is_zone = (2..=56).contains(&quarters.unsigned_abs()) && minutes != 15;
    (is_zone && (-NEARLY..=NEARLY).contains(&rest)).then(|| {
        let side = if quarters > 0 { "behind" } else { "ahead of" };
        OFFSET.cause(&format!(
            "the signed time is {hours} h {minutes} min {side} the receiver's clock"
        ))
    })
}

/// The cause where a time is in such a unit that it cannot be read.
pub(crate) fn unreadable() -> Cause {
    UNIT.cause("it has too few digits, or too many")
}

/// Whether the request claims a time that is in the window. A provider that takes so many digits and no others
/// cannot read a time that was signed in the wrong unit, and what was signed then cannot be known: that the
/// time can be read in another unit, and is about now, has to do.
pub(crate) fn claims_a_time_in_the_window(case: &Case, now: Timestamp) -> bool {
    let claimed = case.check.dissect(&case.request).claimed.ok();
    let time = claimed.and_then(|claimed| claimed.timestamp);
    let window = case.check.window().map(|window| Window { window, now: now.as_nanos() });
    time.zip(window).is_some_and(|(time, window)| window.holds(time.as_nanos()))
}

/// From each unit to those that are finer.
const UNITS: [i128; 3] = [1_000, 1_000_000, 1_000_000_000];

/// 15 minutes, in nanoseconds.
const QUARTER: i128 = 15 * 60 * 1_000_000_000;

/// How far from whole quarters an offset may be: both clocks go, and the request took a while.
const NEARLY: i128 = 60 * 1_000_000_000;

struct Window {
    window: (Duration, Duration),
    now: i128,
}

impl Window {
    fn holds(&self, signed: i128) -> bool {
        let nanos = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
        let (max_age, max_future) = self.window;
        let age = self.now.saturating_sub(signed);
        (nanos(max_future).saturating_neg()..=nanos(max_age)).contains(&age)
    }
}

/// A time that stands in a header in another unit than it was signed in.
pub(crate) fn unit(case: &Case) -> Variants<'_> {
    let headers = case.request.headers().keys().flat_map(|name| {
        let values = case.request.headers().get_all(name).iter().enumerate();
        values.map(move |(at, value)| (name, at, value.as_bytes()))
    });
    Box::new(headers.flat_map(move |(name, at, value)| {
        let times = times(value)
            .into_iter()
            .flat_map(|(start, length)| rescaled(value, start, length).into_iter().flatten());
        let times: Vec<_> = times.collect();
        times.into_iter().filter_map(move |value| case.with_header(name, at, &value, ""))
    }))
}

/// Where 10, 13, 16 or 19 digits stand alone: a time since 2001 in one of the units. Beside letters they are
/// part of something else, of a signature say.
fn times(value: &[u8]) -> Vec<(usize, usize)> {
    let mut times = Vec::new();
    let mut start = 0;
    for run in value.split(|byte| !byte.is_ascii_alphanumeric()) {
        if [10, 13, 16, 19].contains(&run.len()) && run.iter().all(u8::is_ascii_digit) {
            times.push((start, run.len()));
        }
        start += run.len() + 1;
    }
    times
}

fn rescaled(value: &[u8], start: usize, length: usize) -> [Option<Vec<u8>>; 4] {
    [10, 13, 16, 19].map(|wanted: usize| {
        let digits = value.get(start..start + length)?;
        let mut other = digits.get(..wanted.min(length))?.to_vec();
        other.resize(wanted, b'0');
        let rest = value.get(start + length..)?;
        Some([value.get(..start)?, &other, rest].concat())
    })
}
