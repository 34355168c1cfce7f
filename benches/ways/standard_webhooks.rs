//! Standard Webhooks, `v1`: HMAC-SHA256 of the id, the time and the body, with a dot between two; a list of
//! `v1,` and base64.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign::{StandardWebhooks, StandardWebhooksVerify};
use hmac::{Hmac, KeyInit, Mac};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::Sha256;

use super::answer::{answer, unauthorized};
use super::{BARE, Case, FROM_FN, HMAC, LAYER, Way, event, handler, request};

/// The secret of the genuine ones.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A webhook of that size.
#[must_use]
pub fn case(size: usize) -> Case {
    let layer = StandardWebhooksVerify::new(SECRET).body_limit(size);
    let ways = vec![
        Way::new(BARE, size, post(handler)),
        Way::new(HMAC, size, post(hmac)),
        Way::new(FROM_FN, size, post(handler).route_layer(from_fn(by_hand))),
        Way::new(LAYER, size, post(handler).route_layer(layer)),
    ];
    let mut request = request(event(size));
    request.headers_mut().insert(&ID, HeaderValue::from_static("msg_p5jXN8AQM9LWM0D4loKWxJek"));
    let secrets = [SECRET, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"];
    Case::new("Standard Webhooks", &StandardWebhooks::default(), secrets, request, ways)
}

static HEADER: HeaderName = HeaderName::from_static("webhook-signature");
static ID: HeaderName = HeaderName::from_static("webhook-id");
static TIME: HeaderName = HeaderName::from_static("webhook-timestamp");
static KEY: LazyLock<Hmac<Sha256>> = LazyLock::new(|| Hmac::new_from_slice(&key()).expect("a key"));

fn key() -> Vec<u8> {
    let text = SECRET.strip_prefix("whsec_").expect("a prefix");
    BASE64_STANDARD.decode(text).expect("base64")
}

/// It takes one signature, and does not look at the clock: it is what cannot be left out.
async fn hmac(request: Request) -> Result<(), StatusCode> {
    // The engine wants room for what 44 letters may come to before it looks at the padding.
    let mut tag = [0; 33];
    let text = header(&request, &HEADER)?.strip_prefix(b"v1,").ok_or(StatusCode::UNAUTHORIZED)?;
    let length = BASE64_STANDARD.decode_slice(text, &mut tag).map_err(unauthorized)?;
    let tag = tag.get(..length).ok_or(StatusCode::UNAUTHORIZED)?;
    let mut mac = KEY.clone();
    for piece in [header(&request, &ID)?, b".", header(&request, &TIME)?, b"."] {
        mac.update(piece);
    }
    let body = Bytes::from_request(request, &()).await.map_err(unauthorized)?;
    mac.update(&body);
    answer(mac, tag)?;
    handler(body).await;
    Ok(())
}

fn header<'a>(request: &'a Request, name: &HeaderName) -> Result<&'a [u8], StatusCode> {
    let value = request.headers().get(name).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(value.as_bytes())
}

async fn by_hand(request: Request, next: Next) -> Result<Response, StatusCode> {
    static KEY: LazyLock<Vec<u8>> = LazyLock::new(key);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let id = text(&parts.headers, "webhook-id")?;
    let time = text(&parts.headers, "webhook-timestamp")?;
    let seconds: u64 = time.parse().map_err(unauthorized)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(unauthorized)?.as_secs();
    if now.abs_diff(seconds) > 300 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).map_err(unauthorized)?;
    for piece in [id.as_bytes(), b".", time.as_bytes(), b".", &body] {
        mac.update(piece);
    }
    let genuine = text(&parts.headers, "webhook-signature")?
        .split(' ')
        .filter_map(|entry| entry.strip_prefix("v1,"))
        .filter_map(|entry| BASE64_STANDARD.decode(entry).ok())
        .any(|tag| mac.clone().verify_slice(&tag).is_ok());
    if !genuine {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, StatusCode> {
    headers.get(name).ok_or(StatusCode::UNAUTHORIZED)?.to_str().map_err(unauthorized)
}
