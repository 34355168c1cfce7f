//! Dates as they stand in the fields of a form.

use countersign_core::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

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
    let zoned = date_time.ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp::from_secs(zoned.timestamp().as_second()))
}

/// Writes the whole seconds of a time as `YYYY-MM-DDTHH:MM:SS`; `None` outside the years that have
/// four digits.
#[must_use]
pub fn format_utc(time: Timestamp) -> Option<String> {
    let secs = i64::try_from(time.as_secs()).ok()?;
    let timestamp = jiff::Timestamp::from_second(secs).ok()?;
    Some(timestamp.strftime("%Y-%m-%dT%H:%M:%S").to_string()).filter(|text| text.len() == 19)
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
}
