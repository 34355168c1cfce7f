//! The time that both ways of signing put before the body, and how old it may be.

use std::time::Duration;

use countersign_core::{Evidence, Head, Message, Reason, Signature, TimeHeader, TimeUnit};
use http::header::HeaderName;

pub(crate) static TIMESTAMP: TimeHeader = TimeHeader::new(
    "X-Space-Timestamp",
    HeaderName::from_static("x-space-timestamp"),
    TimeUnit::Milliseconds,
);

/// The vendor documents none: this one is ours.
pub(crate) const WINDOW: Duration = Duration::from_secs(300);

/// What `signature` has to be of: the digits of the time, `:`, the raw body.
pub(crate) fn evidence(head: &Head<'_>, signature: Signature) -> Result<Evidence, Reason> {
    let (timestamp, digits) = TIMESTAMP.read(head)?;
    let message = Message::body().prefix(digits).prefix(b":");
    Ok(Evidence::new(signature).message(message).timestamp(timestamp))
}
