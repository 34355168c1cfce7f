//! The header that says how a request is signed. It is not signed itself.

use countersign_core::{Head, Reason};
use http::header::HeaderName;

pub(crate) const NAME: &str = "X-Twilio-Webhooks-Signature-Settings";
pub(crate) const SETTINGS: HeaderName =
    HeaderName::from_static("x-twilio-webhooks-signature-settings");

/// What it names as the algorithm, among `name=value` pairs that are parted by commas. As in the vendor's
/// packages, other parts are passed over, and an empty name is none.
pub(crate) fn algorithm<'a>(head: &Head<'a>) -> Result<Option<&'a [u8]>, Reason> {
    let text = head.single(&SETTINGS, NAME)?.unwrap_or_default();
    let mut named = text.split(|&byte| byte == b',').filter_map(|part| {
        let equals = part.iter().position(|&byte| byte == b'=')?;
        let (name, value) = part.split_at_checked(equals)?;
        let value = value.strip_prefix(b"=")?.trim_ascii();
        (name.trim_ascii() == b"algorithm" && !value.is_empty()).then_some(value)
    });
    let first = named.next();
    if named.next().is_some() { Err(Reason::Repeated(NAME)) } else { Ok(first) }
}
