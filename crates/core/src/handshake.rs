//! Answers to handshakes: what a provider sends to see whether a server is there and is meant.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Response, StatusCode};

/// 200 without a body, for a provider that only wants to be answered.
#[must_use]
pub fn ok() -> Response<Bytes> {
    Response::new(Bytes::new())
}

/// 200 with a text, such as the challenge that came.
///
/// It goes out as `text/plain` that no browser takes for anything else: the text is the sender's.
#[must_use]
pub fn text(text: impl Into<Bytes>) -> Response<Bytes> {
    typed("text/plain; charset=utf-8", text.into())
}

/// 200 with JSON.
#[must_use]
pub fn json(json: impl Into<Bytes>) -> Response<Bytes> {
    typed("application/json", json.into())
}

/// 405, for a method that is there for handshakes alone, when it brought none.
#[cfg(feature = "axum-router")]
pub(crate) fn only_post() -> Response<Bytes> {
    let mut response = ok();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(http::header::ALLOW, HeaderValue::from_static("POST"));
    response
}

fn typed(content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
