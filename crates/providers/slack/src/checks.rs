//! What Slack sends to see whether a server is there.

use std::sync::LazyLock;

use bytes::Bytes;
use countersign_core::{Head, Inspect, JsonObject, handshake, read_json};
use http::Response;
use http::header::CONTENT_TYPE;
use memchr::memmem::Finder;
use serde::Deserialize;

const FIELD: &[u8] = b"ssl_check=1";

// Made once: that takes longer than to look through a short body.
static KIND: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"url_verification\""));
static CHECK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(FIELD));

/// The answer, if it is one of them. They are short: a long body is not looked through.
pub(crate) fn answer(body: &[u8]) -> Option<Response<Bytes>> {
    const LONGEST: usize = 4096;
    match body {
        _ if body.len() > LONGEST => None,
        [b'{', ..] => challenge(body).map(handshake::text),
        form => is_certificate_check(form).then(handshake::ok),
    }
}

/// What there is to be said to a request without a signature: the check of a certificate may come without one,
/// and is answered; it tells a stranger that somebody is there and nothing else.
pub(crate) fn unsigned(head: &Head<'_>, body: Option<&Bytes>) -> Option<Inspect> {
    const FORM: &[u8] = b"application/x-www-form-urlencoded";
    const LONGEST: usize = 1024;
    if !head.headers().get(CONTENT_TYPE)?.as_bytes().starts_with(FORM) {
        return None;
    }
    let Some(body) = body else { return Some(Inspect::NeedBody) };
    let is_check = body.len() <= LONGEST && is_certificate_check(body);
    is_check.then(|| Inspect::Handshake(handshake::ok()))
}

/// The challenge of `url_verification`, which comes when the URL for events is entered. What does not have
/// that word in it is not parsed.
fn challenge(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Verification {
        #[serde(rename = "type")]
        kind: String,
        challenge: String,
    }
    KIND.find(body)?;
    let JsonObject(check): JsonObject<Verification> = read_json(body).ok()?;
    (check.kind == "url_verification").then_some(check.challenge)
}

/// `ssl_check=1`, which comes to the URL of a command now and then. In a value it would be escaped.
fn is_certificate_check(form: &[u8]) -> bool {
    CHECK.find(form).is_some() && form.split(|&byte| byte == b'&').any(|field| field == FIELD)
}
