//! How long the API asks to wait.

use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, RETRY_AFTER};
use httpdate::parse_http_date;

/// Where the API does not say, or not so that it can be read.
const DEFAULT: Duration = Duration::from_secs(15);
/// So that an API that says 0 is not asked in a tight loop.
const LEAST: Duration = Duration::from_secs(1);

/// The wait by `Retry-After`: seconds, or a date that is measured against `now`.
pub(super) fn wait(headers: &HeaderMap, now: SystemTime) -> Duration {
    let asked = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    asked.and_then(|text| parse(text.trim(), now)).unwrap_or(DEFAULT).max(LEAST)
}

fn parse(text: &str, now: SystemTime) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds: longer than anybody waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}
