//! Points in time as providers sign them: unix time, to the nanosecond.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NANOS_PER_SEC: i128 = 1_000_000_000;
const NANOS_PER_MILLI: i128 = 1_000_000;

/// A point in unix time, to the nanosecond, before or after 1970.
///
/// An `i64` of seconds or milliseconds, as a stranger may send it, fits. What goes beyond ends there; nothing
/// overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Rounded down.
    secs: i64,
    /// Behind them, less than a second.
    nanos: u32,
}

impl Timestamp {
    const FIRST: Self = Self { secs: i64::MIN, nanos: 0 };
    const LAST: Self = Self { secs: i64::MAX, nanos: NANOS_PER_SEC as u32 - 1 };

    /// From whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self { secs, nanos: 0 }
    }

    /// From whole milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        let nanos = millis.rem_euclid(1000) as u32 * NANOS_PER_MILLI as u32;
        Self { secs: millis.div_euclid(1000), nanos }
    }

    /// From nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        let second = NANOS_PER_SEC as i64;
        Self { secs: nanos.div_euclid(second), nanos: nanos.rem_euclid(second) as u32 }
    }

    /// From decimal digits, at most 19 of them, the first no zero: no sign, no white space, no fraction.
    #[must_use]
    pub fn parse(digits: &[u8], unit: TimeUnit) -> Option<Self> {
        // So many fit into a `u64`, whatever they are.
        const LONGEST: usize = 19;
        let ([b'1'..=b'9', ..], ..=LONGEST) = (digits, digits.len()) else { return None };
        let number = digits.iter().try_fold(0_u64, |number, digit| {
            let digit = u64::from(char::from(*digit).to_digit(10)?);
            Some(number * 10 + digit)
        })?;
        let number = i64::try_from(number).ok()?;
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
        self.secs as i128 * NANOS_PER_SEC + self.nanos as i128
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i128 {
        self.secs as i128
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> i128 {
        self.as_nanos().div_euclid(NANOS_PER_MILLI)
    }

    /// How long ago `earlier` was, if it was not after `self`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Duration> {
        if self < earlier {
            return None;
        }
        // Both may be far from 1970, so only the difference is sure to have a sign: none.
        let secs = self.secs.wrapping_sub(earlier.secs).cast_unsigned();
        Some(match self.nanos.checked_sub(earlier.nanos) {
            Some(nanos) => Duration::new(secs, nanos),
            None => Duration::new(secs - 1, self.nanos + NANOS_PER_SEC as u32 - earlier.nanos),
        })
    }

    /// Moves on by `step`.
    #[must_use]
    pub fn plus(self, step: Duration) -> Self {
        let nanos = self.nanos + step.subsec_nanos();
        let carry = nanos / NANOS_PER_SEC as u32;
        let secs = self.secs.checked_add_unsigned(step.as_secs());
        match secs.and_then(|secs| secs.checked_add(carry.into())) {
            Some(secs) => Self { secs, nanos: nanos % NANOS_PER_SEC as u32 },
            None => Self::LAST,
        }
    }

    /// Moves back by `step`.
    #[must_use]
    pub fn minus(self, step: Duration) -> Self {
        let (nanos, borrow) = match self.nanos.checked_sub(step.subsec_nanos()) {
            Some(nanos) => (nanos, 0),
            None => (self.nanos + NANOS_PER_SEC as u32 - step.subsec_nanos(), 1),
        };
        let secs = self.secs.checked_sub_unsigned(step.as_secs());
        match secs.and_then(|secs| secs.checked_sub(borrow)) {
            Some(secs) => Self { secs, nanos },
            None => Self::FIRST,
        }
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
            Ok(after) => Self::from_secs(0).plus(after),
            Err(before) => Self::from_secs(0).minus(before.duration()),
        }
    }
}

/// Unix seconds, with a fraction where there is one.
impl Display for Timestamp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = if self.secs < 0 { "-" } else { "" };
        let nanos = self.as_nanos().unsigned_abs();
        let (secs, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        if rest == 0 {
            return write!(f, "{sign}{secs}");
        }
        write!(f, "{sign}{secs}.{}", format!("{rest:09}").trim_end_matches('0'))
    }
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

    /// As whole nanoseconds, which need no carrying.
    #[test]
    fn moving_carries_and_borrows() {
        let times =
            [-1_500_000_001, -1_000_000_000, -1, 0, 1, 999_999_999, 1_000_000_000, 2_300_000_000];
        for one in times {
            for other in times {
                let [from, to] = [one, other].map(Timestamp::from_nanos);
                assert_eq!(from.as_nanos(), one.into());
                assert_eq!(from < to, one < other);
                let step = u64::try_from(other - one).ok().map(Duration::from_nanos);
                assert_eq!(to.since(from), step);
                if let Some(step) = step {
                    assert_eq!((from.plus(step), to.minus(step)), (to, from));
                }
            }
        }
        let before = SystemTime::UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(Timestamp::from(before), Timestamp::from_millis(-1));
    }

    #[test]
    fn the_ends_of_an_i64_do_not_overflow() {
        let (least, most) = (Timestamp::from_millis(i64::MIN), Timestamp::from_secs(i64::MAX));
        assert!(most.since(least).is_some());
        assert_eq!(least.since(most), None);
        assert!(most.plus(Duration::MAX) > most && least.minus(Duration::MAX) < least);
    }
}
