//! The field `issuedAt`.

use std::time::Duration;

use countersign_core::Timestamp;
use countersign_form::parse_utc;

/// Reads `YYYY-MM-DDTHH:MM:SS[.1-9 digits](Z|+hhmm|+hh:mm)` and nothing else. The offset counts.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
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
