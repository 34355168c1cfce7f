//! The time that both ways of signing put before the body.

use countersign_core::{Evidence, Head, Message, Reason, Signature, Timestamp};
use http::header::HeaderName;

const TIMESTAMP: &str = "X-Space-Timestamp";
pub(crate) const TIMESTAMP_HEADER: HeaderName = HeaderName::from_static("x-space-timestamp");

/// What `signature` has to be of: the digits of the time, `:`, the raw body.
pub(crate) fn evidence(head: &Head<'_>, signature: Signature) -> Result<Evidence, Reason> {
    let digits = head.required(&TIMESTAMP_HEADER, TIMESTAMP)?;
    let timestamp = timestamp(digits).ok_or(Reason::Malformed(TIMESTAMP))?;
    let message = Message::body().prefix(digits).prefix(b":");
    Ok(Evidence::new(signature).message(message).timestamp(timestamp))
}

/// `[1-9][0-9]{0,18}` milliseconds that fit an `i64`.
///
/// Digits and nothing else: the text between time and body is signed without saying where one ends
/// and the other begins, so a time with a `:` in it could take the beginning of the body along.
fn timestamp(digits: &[u8]) -> Option<Timestamp> {
    if !matches!(digits, [b'1'..=b'9', rest @ ..] if rest.len() <= 18 && rest.iter().all(u8::is_ascii_digit))
    {
        return None;
    }
    let millis = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(Timestamp::from_millis(millis))
}
