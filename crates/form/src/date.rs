//! Dates as they stand in signed fields.

use std::time::Duration;

use countersign_core::Timestamp;
use jiff::SignedDuration;
use jiff::civil::DateTime;

/// Reckoned from here without a time zone: with one, the last day of the year 9999 is out of range.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Reads exactly `YYYY-MM-DDTHH:MM:SS`, 19 characters, as UTC. Only real dates and times are read:
/// no 30th of February, no hour 24, no second 60.
#[must_use]
pub fn parse_utc(text: &str) -> Option<Timestamp> {
    let shape = b"0000-00-00T00:00:00";
    let fits = |(byte, shape): (u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        other => byte == *other,
    };
    if text.len() != shape.len() || !text.bytes().zip(shape).all(fits) {
        return None;
    }
    fn number<T: std::str::FromStr>(text: &str, at: std::ops::Range<usize>) -> Option<T> {
        text.get(at)?.parse().ok()
    }
    let date_time = DateTime::new(
        number(text, 0..4)?,
        number(text, 5..7)?,
        number(text, 8..10)?,
        number(text, 11..13)?,
        number(text, 14..16)?,
        number(text, 17..19)?,
        0,
    );
    Some(Timestamp::from_secs(date_time.ok()?.duration_since(EPOCH).as_secs()))
}

/// Reads `YYYY-MM-DDTHH:MM:SS[.1-9 digits](Z|+hhmm|+hh:mm)` and nothing else. The offset counts.
#[must_use]
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(19)?;
    let local = parse_utc(date)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, zone) = rest.split_at_checked(end)?;
            (nanoseconds(digits)?, zone)
        }
        None => (0, rest),
    };
    Some(local.plus(Duration::from_nanos(fraction)).minus(offset(zone)?))
}

/// One to nine digits of a fraction.
fn nanoseconds(digits: &str) -> Option<u64> {
    let missing = 9usize.checked_sub(digits.len()).filter(|_| !digits.is_empty())?;
    digits.parse::<u64>().ok()?.checked_mul(10u64.checked_pow(u32::try_from(missing).ok()?)?)
}

fn offset(zone: &str) -> Option<Duration> {
    if zone == "Z" {
        return Some(Duration::ZERO);
    }
    let digits = match zone.strip_prefix('+')?.as_bytes() {
        [a, b, c, d] | [a, b, b':', c, d] => [*a, *b, *c, *d],
        _ => return None,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let [hours, minutes] = [[digits[0], digits[1]], [digits[2], digits[3]]]
        .map(|[tens, ones]| u64::from(tens - b'0') * 10 + u64::from(ones - b'0'));
    (hours < 24 && minutes < 60).then(|| Duration::from_secs(hours * 3600 + minutes * 60))
}

/// Writes the whole seconds of a time as `YYYY-MM-DDTHH:MM:SS`; `None` outside the years that have
/// four digits.
#[must_use]
pub fn format_utc(time: Timestamp) -> Option<String> {
    let secs = i64::try_from(time.as_secs()).ok()?;
    let date_time = EPOCH.checked_add(SignedDuration::from_secs(secs)).ok()?;
    Some(date_time.strftime("%Y-%m-%dT%H:%M:%S").to_string()).filter(|text| text.len() == 19)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_times_in_that_form() {
        let good = "2023-11-14T22:13:20";
        assert_eq!(parse_utc(good), Some(Timestamp::from_secs(1_700_000_000)));
        assert_eq!(format_utc(Timestamp::from_millis(1_700_000_000_999)).as_deref(), Some(good));
        assert!(parse_utc("2024-02-29T23:59:59").is_some());
        for bad in [
            "",
            "2023-11-14",
            "2023-11-14 22:13:20",
            "2023-11-14T22:13:20Z",
            "2023-02-29T00:00:00",
            "2023-13-01T00:00:00",
            "2023-00-01T00:00:00",
            "2023-01-00T00:00:00",
            "2023-11-14T24:00:00",
            "2023-11-14T22:60:00",
            "2023-11-14T22:13:60",
            "+023-11-14T22:13:20",
            "2023-11-14t22:13:20",
            "2023-1\u{661}-14T22:13:20",
            " 023-11-14T22:13:20",
            "2023-11-14T22:13:-1",
        ] {
            assert_eq!(parse_utc(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_last_second_of_the_year_9999_is_a_time() {
        let last = "9999-12-31T23:59:59";
        assert_eq!(parse_utc(last), Some(Timestamp::from_secs(253_402_300_799)));
        assert_eq!(format_utc(Timestamp::from_secs(253_402_300_799)).as_deref(), Some(last));
        assert_eq!(format_utc(Timestamp::from_secs(253_402_300_800)), None);
        assert_eq!(parse_utc("0000-01-01T00:00:00"), Some(Timestamp::from_secs(-62_167_219_200)));
    }
}
