//! A request as text, in a form that is easily made up: a method and a target, headers, an empty line, the body.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Uri};

/// Lines end with LF. `None` where it is nothing that a server would hand to a layer.
pub(crate) fn request(text: &[u8]) -> Option<Request<Bytes>> {
    let (line, mut rest) = line(text);
    let mut words = line.splitn(2, |&byte| byte == b' ');
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::from_bytes(words.next()?).ok()?;
    *request.uri_mut() = Uri::try_from(words.next()?).ok()?;
    loop {
        let (header, after) = self::line(rest);
        rest = after;
        if header.is_empty() {
            *request.body_mut() = Bytes::copy_from_slice(rest);
            return Some(request);
        }
        let colon = header.iter().position(|&byte| byte == b':')?;
        let (name, value) = header.split_at_checked(colon)?;
        let name = HeaderName::from_bytes(name).ok()?;
        let value = HeaderValue::from_bytes(value.strip_prefix(b":")?.trim_ascii_start()).ok()?;
        request.headers_mut().try_append(name, value).ok()?;
    }
}

fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[]),
    }
}
