//! Points in time as providers sign them: unix time, to the nanosecond.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NANOS_PER_SEC: i128 = 1_000_000_000;
const NANOS_PER_MILLI: i128 = 1_000_000;

/// A point in unix time, in nanoseconds, before or after 1970.
///
/// No arithmetic on it overflows: an `i64` of seconds or milliseconds, as a stranger may send it,
/// fits many times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    nanos: i128,
}

impl Timestamp {
    /// From whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self { nanos: secs as i128 * NANOS_PER_SEC }
    }

    /// From whole milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self { nanos: millis as i128 * NANOS_PER_MILLI }
    }

    /// From nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self { nanos: nanos as i128 }
    }

    /// From decimal digits, at most 19 of them, the first no zero: no sign, no white space, no fraction.
    #[must_use]
    pub fn parse(digits: &[u8], unit: TimeUnit) -> Option<Self> {
        let [b'1'..=b'9', rest @ ..] = digits else { return None };
        if rest.len() > 18 || !rest.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
        Some(match unit {
            TimeUnit::Seconds => Self::from_secs(number),
            TimeUnit::Milliseconds => Self::from_millis(number),
        })
    }

    /// Whole units since 1970, rounded down, in decimal digits.
    #[must_use]
    pub fn to_digits(self, unit: TimeUnit) -> String {
        match unit {
            TimeUnit::Seconds => self.as_secs().to_string(),
            TimeUnit::Milliseconds => self.as_millis().to_string(),
        }
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_nanos(self) -> i128 {
        self.nanos
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i128 {
        self.nanos.div_euclid(NANOS_PER_SEC)
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> i128 {
        self.nanos.div_euclid(NANOS_PER_MILLI)
    }

    /// How long ago `earlier` was, if it was not after `self`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Duration> {
        let nanos = u128::try_from(self.nanos.saturating_sub(earlier.nanos)).ok()?;
        let secs = u64::try_from(nanos / NANOS_PER_SEC.unsigned_abs()).unwrap_or(u64::MAX);
        let rest = u32::try_from(nanos % NANOS_PER_SEC.unsigned_abs()).unwrap_or_default();
        Some(Duration::new(secs, rest))
    }

    /// Moves on by `step`.
    #[must_use]
    pub fn plus(self, step: Duration) -> Self {
        Self { nanos: self.nanos.saturating_add(nanos_of(step)) }
    }

    /// Moves back by `step`.
    #[must_use]
    pub fn minus(self, step: Duration) -> Self {
        Self { nanos: self.nanos.saturating_sub(nanos_of(step)) }
    }
}

/// What the number of a time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self { nanos: nanos_of(after) },
            Err(before) => Self { nanos: -nanos_of(before.duration()) },
        }
    }
}

/// Unix seconds, with a fraction where there is one.
impl Display for Timestamp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = if self.nanos < 0 { "-" } else { "" };
        let nanos = self.nanos.unsigned_abs();
        let (secs, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        if rest == 0 {
            return write!(f, "{sign}{secs}");
        }
        write!(f, "{sign}{secs}.{}", format!("{rest:09}").trim_end_matches('0'))
    }
}

fn nanos_of(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_seconds_and_their_fraction() {
        assert_eq!(Timestamp::from_secs(1_700_000_000).to_string(), "1700000000");
        assert_eq!(Timestamp::from_millis(1_500).to_string(), "1.5");
        assert_eq!(Timestamp::from_millis(-1_500).to_string(), "-1.5");
    }

    #[test]
    fn digits_and_nothing_else_are_a_time() {
        let parse = |text: &str| Timestamp::parse(text.as_bytes(), TimeUnit::Seconds);
        assert_eq!(parse("1700000000"), Some(Timestamp::from_secs(1_700_000_000)));
        assert_eq!(parse("9223372036854775807"), Some(Timestamp::from_secs(i64::MAX)));
        for bad in [
            "",
            "0",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.5",
            "1e3",
            "1_0",
            "9223372036854775808",
            "10000000000000000000",
            "\u{661}",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
        let millis = Timestamp::parse(b"1700000000123", TimeUnit::Milliseconds).expect("digits");
        assert_eq!(millis.to_digits(TimeUnit::Milliseconds), "1700000000123");
        assert_eq!(millis.to_digits(TimeUnit::Seconds), "1700000000");
    }

    #[test]
    fn the_ends_of_an_i64_do_not_overflow() {
        let (least, most) = (Timestamp::from_millis(i64::MIN), Timestamp::from_secs(i64::MAX));
        assert!(most.since(least).is_some());
        assert_eq!(least.since(most), None);
        assert!(most.plus(Duration::MAX) > most && least.minus(Duration::MAX) < least);
    }
}
