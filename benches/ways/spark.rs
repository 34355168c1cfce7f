//! Spark: HMAC-SHA1 of the body, in hexadecimal digits.

use std::sync::LazyLock;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use countersign::{Spark, SparkVerify};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use http::header::HeaderName;
use sha1::Sha1;

use super::answer::{answer, unauthorized};
use super::{BARE, Case, FROM_FN, HMAC, LAYER, Way, event, handler, request};

/// The secret of the genuine ones.
pub const SECRET: &str = "myBongoSecret";

/// A webhook of that size.
#[must_use]
pub fn case(size: usize) -> Case {
    let layer = SparkVerify::new(SECRET).body_limit(size);
    let ways = vec![
        Way::new(BARE, size, post(handler)),
        Way::new(HMAC, size, post(hmac)),
        Way::new(FROM_FN, size, post(handler).route_layer(from_fn(by_hand))),
        Way::new(LAYER, size, post(handler).route_layer(layer)),
    ];
    Case::new("Spark", &Spark::default(), [SECRET, "guessed"], request(event(size)), ways)
}

static HEADER: HeaderName = HeaderName::from_static("x-spark-signature");
static KEY: LazyLock<Hmac<Sha1>> =
    LazyLock::new(|| Hmac::new_from_slice(SECRET.as_bytes()).expect("a key"));

async fn hmac(request: Request) -> Result<(), StatusCode> {
    let mut tag = [0; 20];
    let digits = request.headers().get(&HEADER).ok_or(StatusCode::UNAUTHORIZED)?;
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
    let digits = parts.headers.get("X-Spark-Signature").ok_or(StatusCode::UNAUTHORIZED)?;
    let tag = hex::decode(digits).map_err(unauthorized)?;
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).map_err(unauthorized)?;
    mac.update(&body);
    mac.verify_slice(&tag).map_err(unauthorized)?;
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}
