//! A request as it goes over the wire, and what is noted in a captured one.

use bytes::Bytes;
use countersign_core::Timestamp;
use http::Request;
use http::header::HeaderName;

/// The whole request in HTTP/1.1: every byte as it is sent.
///
/// The headers stand in the order in which they were put in; their names are in lower case, which
/// HTTP reads like any other.
#[must_use]
pub fn encode(request: &Request<Bytes>) -> Vec<u8> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let mut wire = format!("{} {path} HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        wire.extend_from_slice(name.as_str().as_bytes());
        wire.extend_from_slice(b": ");
        wire.extend_from_slice(value.as_bytes());
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"\r\n");
    wire.extend_from_slice(request.body());
    wire
}

/// What [`CaptureRejected`](crate::CaptureRejected) notes in a request, as headers of its own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Note {
    /// Who refused it, and why.
    pub refused: String,
    /// When.
    pub at: Option<Timestamp>,
    /// Whether the body was not read, or not to its end.
    pub body_missing: bool,
}

pub(crate) const REFUSED: HeaderName = HeaderName::from_static("x-countersign-refused");
pub(crate) const AT: HeaderName = HeaderName::from_static("x-countersign-at");
pub(crate) const BODY: HeaderName = HeaderName::from_static("x-countersign-body");

/// Takes a note out of a captured request; `None` if there is none.
pub fn take_note(request: &mut Request<Bytes>) -> Option<Note> {
    let mut take = |name| request.headers_mut().remove(name);
    let (refused, at, body) = (take(REFUSED), take(AT), take(BODY));
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let millis = |value: &http::HeaderValue| value.to_str().ok()?.parse().ok();
    Some(Note {
        refused: text(&refused?),
        at: at.as_ref().and_then(millis).map(Timestamp::from_millis),
        body_missing: body.is_some(),
    })
}
