//! Reads one captured HTTP/1.1 request.
//!
//! The reader is strict and total: whatever the bytes, it returns a request or says in one line
//! why it cannot, and it never guesses.
//!
//! 1. Lines end with CRLF or LF. Line ends before the request line are passed over.
//! 2. The head has at most 1 MiB and 1024 headers, as what a server captures, and the whole capture at most [`LIMIT`] bytes.
//! 3. The body is as long as `Content-Length` says, or `chunked` (extensions and trailers are read
//!    and dropped), or goes to the end of the capture where neither is there. Both, one of them
//!    twice, or another coding is an error: two readers could disagree on such a request.
//! 4. After a body whose length is known, line ends may follow, since editors and `echo` add one.
//!    Anything else is an error: a capture is one request.

mod chunked;

use std::fmt::{self, Display, Formatter};

use bytes::Bytes;
use countersign::explain::{LARGEST_HEAD, MOST_HEADERS};
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, Uri, Version};
use httparse::Status;

/// The largest capture in bytes.
pub const LIMIT: usize = 64 * 1024 * 1024;

/// Reads the one request that `capture` holds.
///
/// # Errors
///
/// When it is not exactly one whole HTTP/1.1 request.
pub fn parse(capture: &[u8]) -> Result<Request<Bytes>, CaptureError> {
    if capture.len() > LIMIT {
        return Err(CaptureError::new(format!("the capture has more than {LIMIT} bytes")));
    }
    let (mut request, rest) = head(capture)?;
    let (body, after) = match framing(request.version(), request.headers())? {
        Framing::Length(length) => rest.split_at_checked(length).ok_or_else(|| {
            CaptureError::new(format!(
                "the body is cut off: Content-Length says {length} bytes, {} are there",
                rest.len()
            ))
        })?,
        Framing::Chunked => {
            let (body, after) = chunked::decode(rest)?;
            *request.body_mut() = body.into();
            return nothing_follows(after).map(|()| request);
        }
        Framing::ToTheEnd => (rest, &[][..]),
    };
    *request.body_mut() = Bytes::copy_from_slice(body);
    nothing_follows(after).map(|()| request)
}

/// Whether it begins with a request line, or with as much of one as there is.
pub(crate) fn has_request_line(capture: &[u8]) -> bool {
    let mut lines = capture.trim_ascii_start().split_inclusive(|&byte| byte == b'\n');
    let line = lines.next().unwrap_or_default();
    matches!(httparse::Request::new(&mut []).parse(line), Ok(Status::Partial))
}

fn head(capture: &[u8]) -> Result<(Request<Bytes>, &[u8]), CaptureError> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let start = capture.get(..LARGEST_HEAD).unwrap_or(capture);
    let length = match head.parse(start) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if start.len() < capture.len() => {
            return Err(CaptureError::new(format!("the head has more than {LARGEST_HEAD} bytes")));
        }
        Ok(Status::Partial) => {
            return Err(CaptureError::new("the head is cut off: no empty line ends it"));
        }
        Err(error) => return Err(CaptureError::head(error)),
    };
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::from_bytes(head.method.unwrap_or_default().as_bytes())
        .map_err(|_| CaptureError::new("the method is not one of HTTP"))?;
    *request.uri_mut() = Uri::try_from(head.path.unwrap_or_default())
        .map_err(|_| CaptureError::new("the request target is not a path or a URL"))?;
    *request.version_mut() =
        if head.version == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 };
    for header in head.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes())
            .map_err(|_| CaptureError::new("a header has a name that HTTP does not allow"))?;
        let value = HeaderValue::from_bytes(header.value)
            .map_err(|_| CaptureError::new(format!("the value of {name} is not one of HTTP")))?;
        request.headers_mut().append(name, value);
    }
    Ok((request, capture.get(length..).unwrap_or_default()))
}

/// How the end of the body is found.
enum Framing {
    Length(usize),
    Chunked,
    ToTheEnd,
}

fn framing(version: Version, headers: &HeaderMap) -> Result<Framing, CaptureError> {
    let length = single(headers, &CONTENT_LENGTH)?;
    let coding = single(headers, &TRANSFER_ENCODING)?;
    match (length, coding) {
        (Some(_), Some(_)) => {
            Err(CaptureError::new("Content-Length and Transfer-Encoding are both there"))
        }
        (Some(length), None) => decimal(length).map(Framing::Length),
        (None, Some(_)) if version == Version::HTTP_10 => {
            Err(CaptureError::new("Transfer-Encoding is not part of HTTP/1.0"))
        }
        (None, Some(coding)) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
        (None, Some(_)) => {
            Err(CaptureError::new("the only Transfer-Encoding that is read is `chunked`"))
        }
        (None, None) => Ok(Framing::ToTheEnd),
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a [u8]>, CaptureError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(CaptureError::new(format!("{name} is there more than once")));
    }
    Ok(first.map(HeaderValue::as_bytes))
}

/// Digits only: `str::parse` would take a sign.
fn decimal(text: &[u8]) -> Result<usize, CaptureError> {
    Some(text)
        .filter(|text| text.iter().all(u8::is_ascii_digit))
        .and_then(|text| str::from_utf8(text).ok()?.parse().ok())
        .ok_or_else(|| CaptureError::new("Content-Length is not a number of bytes"))
}

fn nothing_follows(after: &[u8]) -> Result<(), CaptureError> {
    if after.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
        return Ok(());
    }
    Err(CaptureError::new(format!(
        "{} bytes follow the request; a capture holds one request",
        after.len()
    )))
}

/// Why a capture cannot be read, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureError(String);

impl CaptureError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    fn head(error: httparse::Error) -> Self {
        Self::new(match error {
            httparse::Error::TooManyHeaders => {
                format!("there are more than {MOST_HEADERS} headers")
            }
            httparse::Error::Token => "it does not begin with a request line".to_owned(),
            httparse::Error::Version => "the version is not HTTP/1.0 or HTTP/1.1".to_owned(),
            error => format!("the head is malformed: {error}"),
        })
    }
}

impl Display for CaptureError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CaptureError {}
