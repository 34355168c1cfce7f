//! Times as they are signed, and what is reckoned with them.

use std::time::Duration;

use countersign::{TimeUnit, Timestamp};
use countersign_form::{format_utc, parse_instant, parse_utc};

/// What is read is what the digits say, and nothing overflows.
pub fn check(data: &[u8]) {
    for (unit, nanos) in [(TimeUnit::Seconds, 1_000_000_000), (TimeUnit::Milliseconds, 1_000_000)] {
        let parsed = Timestamp::parse(data, unit);
        assert_eq!(parsed.map(Timestamp::as_nanos), digits(data).map(|number| number * nanos));
        if let Some(time) = parsed {
            assert_eq!(time.to_digits(unit).as_bytes(), data);
        }
    }
    if let Ok(text) = str::from_utf8(data) {
        let utc = parse_utc(text);
        assert_eq!(utc.map(Timestamp::as_secs), civil(data), "{text}");
        if let Some(time) = utc {
            assert_eq!(format_utc(time).as_deref(), Some(text));
        }
        assert_eq!(parse_instant(text).map(Timestamp::as_nanos), instant(data), "{text}");
    }
    if let Some((numbers, _)) = data.split_first_chunk::<24>() {
        let number = |at: usize| u64::from_le_bytes(numbers[at..at + 8].try_into().expect("eight"));
        reckon(number(0).cast_signed(), number(8).cast_signed(), number(16));
    }
}

/// With whole nanoseconds, which need no carrying.
fn reckon(one: i64, other: i64, step: u64) {
    for from in [Timestamp::from_secs(one), Timestamp::from_millis(one), Timestamp::from_nanos(one)]
    {
        let to = Timestamp::from_millis(other);
        let apart = to.as_nanos() - from.as_nanos();
        let since = to.since(from).map(|it| it.as_nanos().cast_signed());
        assert_eq!(since, (apart >= 0).then_some(apart));
        assert_eq!(from < to, apart > 0);
        for step in [Duration::from_nanos(step), Duration::from_secs(step)] {
            let (first, last) =
                (i128::from(i64::MIN) * SECOND, i128::from(i64::MAX) * SECOND + SECOND - 1);
            let nanos = step.as_nanos().cast_signed();
            assert_eq!(from.plus(step).as_nanos(), (from.as_nanos() + nanos).min(last));
            assert_eq!(from.minus(step).as_nanos(), (from.as_nanos() - nanos).max(first));
        }
    }
}

const SECOND: i128 = 1_000_000_000;

/// Digits, the first no zero, of an `i64`.
#[must_use]
pub fn digits(text: &[u8]) -> Option<i128> {
    let [b'1'..=b'9', rest @ ..] = text else { return None };
    let is_number = rest.iter().all(u8::is_ascii_digit) && rest.len() < 19;
    let number: i128 = str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()?;
    (number <= i64::MAX.into()).then_some(number)
}

/// Unix seconds of `YYYY-MM-DDTHH:MM:SS` in UTC, by counting days.
#[must_use]
pub fn civil(text: &[u8]) -> Option<i128> {
    let [y3, y2, y1, y0, b'-', m1, m0, b'-', d1, d0, b'T', h1, h0, b':', n1, n0, b':', s1, s0] =
        text
    else {
        return None;
    };
    let number = |digits: &[&u8]| {
        let mut digits =
            digits.iter().map(|&&digit| char::from(digit).to_digit(10).map(i128::from));
        digits.try_fold(0, |number, digit| Some(number * 10 + digit?))
    };
    let (year, month, day) = (number(&[y3, y2, y1, y0])?, number(&[m1, m0])?, number(&[d1, d0])?);
    let (hour, minute, second) = (number(&[h1, h0])?, number(&[n1, n0])?, number(&[s1, s0])?);
    let is_leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Before the first day of a year there were so many leap days since the year 0, which was one itself.
    let leap_days = |year: i128| (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    let years = year * 365 + leap_days(year) - (1970 * 365 + leap_days(1970));
    let months: i128 = lengths.iter().take(usize::try_from(month - 1).ok()?).sum();
    Some(((years + months + day - 1) * 24 + hour) * 3600 + minute * 60 + second)
}

/// Nanoseconds of `YYYY-MM-DDTHH:MM:SS[.1-9 digits](Z|+hhmm|+hh:mm)`.
#[must_use]
pub fn instant(text: &[u8]) -> Option<i128> {
    let (date, mut rest) = text.split_at_checked(19)?;
    let mut nanos = civil(date)? * SECOND;
    if let [b'.', fraction @ ..] = rest {
        let end = fraction.iter().position(|byte| !byte.is_ascii_digit())?;
        let (digits, zone) = fraction.split_at(end);
        if !(1..=9).contains(&digits.len()) {
            return None;
        }
        let padded = format!("{:0<9}", str::from_utf8(digits).ok()?);
        nanos += padded.parse::<i128>().ok()?;
        rest = zone;
    }
    let [h1, h0, m1, m0] = match rest {
        b"Z" => return Some(nanos),
        [b'+', h1, h0, b':', m1, m0] | [b'+', h1, h0, m1, m0] => {
            [h1, h0, m1, m0].map(|&digit| char::from(digit).to_digit(10).map(i128::from))
        }
        _ => return None,
    };
    let (hours, minutes) = (h1? * 10 + h0?, m1? * 10 + m0?);
    (hours < 24 && minutes < 60).then_some(nanos - (hours * 60 + minutes) * 60 * SECOND)
}
