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

/// The largest head in bytes that [`CaptureRejected`](crate::CaptureRejected) writes, and that a reader of
/// its files has to take. Servers take less unless they are told otherwise.
pub const LARGEST_HEAD: usize = 1024 * 1024;

/// The most headers that [`CaptureRejected`](crate::CaptureRejected) writes.
pub const MOST_HEADERS: usize = 1024;

/// How many bytes [`encode`] makes of the head.
pub(crate) fn head_length(request: &Request<Bytes>) -> usize {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let headers = request.headers().iter();
    let headers: usize =
        headers.map(|(name, value)| name.as_str().len() + ": \r\n".len() + value.len()).sum();
    let line = request.method().as_str().len() + path.len() + "  HTTP/1.1\r\n".len();
    line + headers + "\r\n".len()
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
///
/// It is one only where [`CaptureRejected`](crate::CaptureRejected) puts it, as the last lines of the head,
/// each there once. What a sender wrote under these names is not in its files, and elsewhere it is a
/// header like any other: a sender is not to say when a request arrived.
pub fn take_note(request: &mut Request<Bytes>) -> Option<Note> {
    let names: Vec<_> = request.headers().iter().map(|(name, _)| name.clone()).collect();
    let before = names.strip_suffix(&[REFUSED, AT])?;
    let body_missing = before.last() == Some(&BODY);
    let before = before.strip_suffix(&[BODY]).unwrap_or(before);
    if before.iter().any(|name| [REFUSED, AT, BODY].contains(name)) {
        return None;
    }
    let mut take = |name| request.headers_mut().remove(name);
    let (refused, at, _) = (take(REFUSED), take(AT), take(BODY));
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let millis = |value: &http::HeaderValue| value.to_str().ok()?.parse().ok();
    Some(Note {
        refused: text(&refused?),
        at: at.as_ref().and_then(millis).map(Timestamp::from_millis),
        body_missing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_head_is_that_of_its_bytes() {
        for (uri, value) in [("/", ""), ("https://example.com/a?b=c", "d"), ("/long", "0123456789")]
        {
            let request = Request::put(uri).header("a", value).header("a", "b").header("c", value);
            let request = request.body(Bytes::from_static(b"body")).expect("a request");
            assert_eq!(head_length(&request) + 4, encode(&request).len());
        }
    }
}
