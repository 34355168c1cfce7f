//! The `chunked` coding of RFC 9112, 7.1, where a line may end with LF alone.

use httparse::Status;

use super::{CaptureError, MOST_HEADERS};

/// A size of 16 digits and an extension of a sensible length.
const LINE_LIMIT: usize = 4096;
const TRAILER_LIMIT: usize = 64 * 1024;

/// The body, and what follows it. Extensions and trailers are read and dropped.
pub(super) fn decode(mut rest: &[u8]) -> Result<(Vec<u8>, &[u8]), CaptureError> {
    let mut body = Vec::new();
    loop {
        let (line, after) = line(rest)?;
        let size = size(line)?;
        if size == 0 {
            return trailers(after).map(|after| (body, after));
        }
        let (chunk, after) = after.split_at_checked(size).ok_or_else(cut_off)?;
        body.extend_from_slice(chunk);
        rest = match after {
            [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => rest,
            [] | [b'\r'] => return Err(cut_off()),
            _ => return Err(CaptureError::new("a chunk is longer than its size says")),
        };
    }
}

/// One line without its end, and what follows it.
fn line(rest: &[u8]) -> Result<(&[u8], &[u8]), CaptureError> {
    let length = rest.iter().take(LINE_LIMIT).position(|&byte| byte == b'\n').ok_or_else(|| {
        if rest.len() < LINE_LIMIT {
            cut_off()
        } else {
            CaptureError::new(format!("the line of a chunk has more than {LINE_LIMIT} bytes"))
        }
    })?;
    let (line, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    let after = after.strip_prefix(b"\n").unwrap_or_default();
    Ok((line.strip_suffix(b"\r").unwrap_or(line), after))
}

/// The size before the extensions: hexadecimal digits and nothing else.
fn size(line: &[u8]) -> Result<usize, CaptureError> {
    let malformed = || CaptureError::new("the size of a chunk is malformed");
    let mut halves = line.splitn(2, |&byte| byte == b';');
    // White space before a `;` is bad, but allowed: RFC 9112, 7.1.1.
    let digits = halves.next().unwrap_or_default();
    let digits = if halves.next().is_some() { digits.trim_ascii_end() } else { digits };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(malformed());
    }
    if line.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(CaptureError::new("the extension of a chunk is malformed"));
    }
    let digits = str::from_utf8(digits).map_err(|_| malformed())?;
    usize::from_str_radix(digits, 16)
        .map_err(|_| CaptureError::new("the size of a chunk is too large"))
}

fn trailers(rest: &[u8]) -> Result<&[u8], CaptureError> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let start = rest.get(..TRAILER_LIMIT).unwrap_or(rest);
    match httparse::parse_headers(start, &mut headers) {
        Ok(Status::Complete((length, _))) => Ok(rest.get(length..).unwrap_or_default()),
        Ok(Status::Partial) if start.len() < rest.len() => {
            Err(CaptureError::new(format!("the trailers have more than {TRAILER_LIMIT} bytes")))
        }
        Ok(Status::Partial) => Err(cut_off()),
        Err(error) => Err(CaptureError::new(format!("the trailers are malformed: {error}"))),
    }
}

fn cut_off() -> CaptureError {
    CaptureError::new("the body is cut off: it is chunked, and the last chunk is not there")
}
