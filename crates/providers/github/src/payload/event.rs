//! An event as JSON, or as JSON in a form: which of the two a webhook sends is a setting of it.

use countersign_core::{PayloadError, read_json};
use serde::de::DeserializeOwned;

/// The event. It is told by its beginning which it is, since the content type is not signed.
pub(crate) fn read_event<T: DeserializeOwned>(body: &[u8]) -> Result<T, PayloadError> {
    if !body.starts_with(b"payload=") {
        return read_json(body);
    }
    let mut fields = form_urlencoded::parse(body);
    match (fields.next(), fields.next()) {
        (Some((_, json)), None) => read_json(json.as_bytes()),
        _ => Err(PayloadError::new("a form with other fields than `payload`")),
    }
}
