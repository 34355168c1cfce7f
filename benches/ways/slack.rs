//! Slack: HMAC-SHA256 of `v0:`, the time, `:` and the body, in hexadecimal digits after `v0=`.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use countersign::{Slack, SlackVerify};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use sha2::Sha256;

use super::answer::{answer, unauthorized};
use super::{BARE, Case, FROM_FN, HMAC, LAYER, Way, event, handler, request};

/// The secret of the genuine ones.
pub const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// A webhook of that size.
#[must_use]
pub fn case(size: usize) -> Case {
    let layer = SlackVerify::new(SECRET).body_limit(size);
    let ways = vec![
        Way::new(BARE, size, post(handler)),
        Way::new(HMAC, size, post(hmac)),
        Way::new(FROM_FN, size, post(handler).route_layer(from_fn(by_hand))),
        Way::new(LAYER, size, post(handler).route_layer(layer)),
    ];
    Case::new("Slack", &Slack, [SECRET, "guessed"], request(event(size)), ways)
}

static HEADER: HeaderName = HeaderName::from_static("x-slack-signature");
static TIME: HeaderName = HeaderName::from_static("x-slack-request-timestamp");
static KEY: LazyLock<Hmac<Sha256>> =
    LazyLock::new(|| Hmac::new_from_slice(SECRET.as_bytes()).expect("a key"));

/// It does not look at the clock: it is what cannot be left out.
async fn hmac(request: Request) -> Result<(), StatusCode> {
    let mut tag = [0; 32];
    let digits = request.headers().get(&HEADER).and_then(digits).ok_or(StatusCode::UNAUTHORIZED)?;
    hex::decode_to_slice(digits, &mut tag).map_err(unauthorized)?;
    let time = request.headers().get(&TIME).ok_or(StatusCode::UNAUTHORIZED)?;
    let mut mac = KEY.clone();
    for piece in [b"v0:", time.as_bytes(), b":"] {
        mac.update(piece);
    }
    let body = Bytes::from_request(request, &()).await.map_err(unauthorized)?;
    mac.update(&body);
    answer(mac, &tag)?;
    handler(body).await;
    Ok(())
}

async fn by_hand(request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let time = parts.headers.get("X-Slack-Request-Timestamp").ok_or(StatusCode::UNAUTHORIZED)?;
    let time = time.to_str().map_err(unauthorized)?;
    let seconds: u64 = time.parse().map_err(unauthorized)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(unauthorized)?.as_secs();
    if now.abs_diff(seconds) > 300 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let header = parts.headers.get("X-Slack-Signature");
    let tag = hex::decode(header.and_then(digits).ok_or(StatusCode::UNAUTHORIZED)?)
        .map_err(unauthorized)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).map_err(unauthorized)?;
    for piece in [b"v0:", time.as_bytes(), b":", &body] {
        mac.update(piece);
    }
    mac.verify_slice(&tag).map_err(unauthorized)?;
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

fn digits(value: &HeaderValue) -> Option<&[u8]> {
    value.as_bytes().strip_prefix(b"v0=")
}
