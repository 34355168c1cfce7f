//! A request as it goes over the wire.

use bytes::Bytes;
use http::Request;

/// The whole request in HTTP/1.1: every byte as it is sent.
///
/// The headers stand in the order in which they were put in; their names are in lower case, which
/// HTTP reads like any other.
pub(crate) fn encode(request: &Request<Bytes>) -> Vec<u8> {
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
