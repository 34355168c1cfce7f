//! Meya: HMAC-SHA1 of the URL and the body in Python's sorted form, in base64.

use std::sync::LazyLock;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign::{Meya, MeyaVerify};
use countersign_python_json::canonicalize;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use http::header::HeaderName;
use serde_json::Value;
use sha1::Sha1;

use super::answer::{answer, unauthorized};
use super::{BARE, Case, FROM_FN, HMAC, LAYER, Way, event, handler, request};

/// The secret of the genuine ones.
pub const SECRET: &str = "a6xE5yLe0RHPYbiHqR3OKDmRgsZ76RY3";
const URL: &str = "https://203f31bb.ngrok.io/rx/apibot";

/// A webhook of that size.
#[must_use]
pub fn case(size: usize) -> Case {
    let body = event(size);
    let form = canonicalize(&body).expect("a form");
    let text = Bytes::from([URL.as_bytes(), form.as_ref()].concat());
    let layer = MeyaVerify::with(Meya::at(URL), SECRET).body_limit(size);
    let ways = vec![
        Way::new(BARE, size, post(handler)),
        Way::new(HMAC, size, post(move |request: Request| hmac(text, request))),
        Way::new(FROM_FN, size, post(handler).route_layer(from_fn(by_hand))),
        Way::new(LAYER, size, post(handler).route_layer(layer)),
    ];
    Case::new("Meya", &Meya::at(URL), [SECRET, "guessed"], request(body), ways)
}

static HEADER: HeaderName = HeaderName::from_static("x-meya-signature");
static KEY: LazyLock<Hmac<Sha1>> =
    LazyLock::new(|| Hmac::new_from_slice(SECRET.as_bytes()).expect("a key"));

/// What is signed is at hand already: this is the hash, and nothing of what it takes to make the form.
async fn hmac(text: Bytes, request: Request) -> Result<(), StatusCode> {
    // The engine wants room for what 28 letters may come to before it looks at the padding.
    let mut tag = [0; 21];
    let letters = request.headers().get(&HEADER).ok_or(StatusCode::UNAUTHORIZED)?;
    let length = BASE64_STANDARD.decode_slice(letters, &mut tag).map_err(unauthorized)?;
    let tag = tag.get(..length).ok_or(StatusCode::UNAUTHORIZED)?;
    let body = Bytes::from_request(request, &()).await.map_err(unauthorized)?;
    let mut mac = KEY.clone();
    mac.update(&text);
    answer(mac, tag)?;
    handler(body).await;
    Ok(())
}

/// Right for this body, and not for every one: `serde_json` reads neither all numbers as Python does nor
/// writes them so, nor does it escape what is not ASCII.
async fn by_hand(request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let letters = parts.headers.get("X-Meya-Signature").ok_or(StatusCode::UNAUTHORIZED)?;
    let tag = BASE64_STANDARD.decode(letters).map_err(unauthorized)?;
    let value: Value = serde_json::from_slice(&body).map_err(unauthorized)?;
    let form = serde_json::to_vec(&value).map_err(unauthorized)?;
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).map_err(unauthorized)?;
    mac.update(URL.as_bytes());
    mac.update(&form);
    mac.verify_slice(&tag).map_err(unauthorized)?;
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}
