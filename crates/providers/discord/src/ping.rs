//! What Discord sends to see whether an endpoint verifies what it gets.

use bytes::Bytes;
use countersign_core::{JsonObject, handshake, read_json};
use http::{Response, StatusCode};
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The answer, where that is what came.
pub(crate) fn answer(body: &[u8]) -> Option<Response<Bytes>> {
    // Interactions other than PING and events other than PING have these members, which are looked for in far less
    // time than it takes to parse all that is in them.
    let has = |member: &[u8]| memmem::find(body, member).is_some();
    if has(b"\"data\":") || has(b"\"event\":") {
        return None;
    }
    let JsonObject(ping) = read_json::<JsonObject<Ping>>(body).ok()?;
    match (ping.kind, ping.token) {
        (1, Some(_)) => Some(handshake::json(&br#"{"type":1}"#[..])),
        (0, None) => Some(no_content()),
        _ => None,
    }
}

/// An interaction has a token, with which it is answered; an event for a webhook has none, and its types are
/// others.
#[derive(Deserialize)]
struct Ping {
    #[serde(rename = "type")]
    kind: u8,
    #[serde(rename = "application_id")]
    _application_id: IgnoredAny,
    token: Option<IgnoredAny>,
}

fn no_content() -> Response<Bytes> {
    let mut response = handshake::ok();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
