//! GitHub: HMAC-SHA256 of the body, in hexadecimal digits after `sha256=`.

use std::sync::LazyLock;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use countersign::{GitHub, GitHubVerify};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use sha2::Sha256;

use super::answer::{answer, unauthorized};
use super::{BARE, Case, FROM_FN, HMAC, LAYER, Way, event, handler, request};

/// The secret of the genuine ones.
pub const SECRET: &str = "It's a Secret to Everybody";

/// A webhook of that size.
#[must_use]
pub fn case(size: usize) -> Case {
    let layer = GitHubVerify::new(SECRET).body_limit(size);
    let ways = vec![
        Way::new(BARE, size, post(handler)),
        Way::new(HMAC, size, post(hmac)),
        Way::new(FROM_FN, size, post(handler).route_layer(from_fn(by_hand))),
        Way::new(LAYER, size, post(handler).route_layer(layer)),
    ];
    Case::new("GitHub", &GitHub, [SECRET, "guessed"], request(event(size)), ways)
}

static HEADER: HeaderName = HeaderName::from_static("x-hub-signature-256");
static KEY: LazyLock<Hmac<Sha256>> =
    LazyLock::new(|| Hmac::new_from_slice(SECRET.as_bytes()).expect("a key"));

async fn hmac(request: Request) -> Result<(), StatusCode> {
    let mut tag = [0; 32];
    let digits = request.headers().get(&HEADER).and_then(digits).ok_or(StatusCode::UNAUTHORIZED)?;
    hex::decode_to_slice(digits, &mut tag).map_err(unauthorized)?;
    let body = Bytes::from_request(request, &()).await.map_err(unauthorized)?;
    let mut mac = KEY.clone();
    mac.update(&body);
    answer(mac, &tag)?;
    handler(body).await;
    Ok(())
}

async fn by_hand(request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let header = parts.headers.get("X-Hub-Signature-256");
    let digits = header.and_then(digits).ok_or(StatusCode::UNAUTHORIZED)?;
    let tag = hex::decode(digits).map_err(unauthorized)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).map_err(unauthorized)?;
    mac.update(&body);
    mac.verify_slice(&tag).map_err(unauthorized)?;
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

fn digits(value: &HeaderValue) -> Option<&[u8]> {
    value.as_bytes().strip_prefix(b"sha256=")
}
