//! The other direction, for signed texts and for signing.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// All but the unreserved characters of RFC 3986, 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Hands `text` to `sink` in the encoding of RFC 3986: `A-Z a-z 0-9 - . _ ~` stay, everything else
/// is `%XX` with upper-case digits, the space too.
pub fn encode_rfc3986(text: &str, sink: &mut dyn FnMut(&[u8])) {
    for piece in percent_encode(text.as_bytes(), RESERVED) {
        sink(piece.as_bytes());
    }
}

/// Escapes what has a meaning in a form: `%`, `+`, `&`, and in a name `=`. A space is `+`.
pub(crate) fn escape(text: &str, in_name: bool, body: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b' ' => body.push(b'+'),
            b'%' => body.extend_from_slice(b"%25"),
            b'+' => body.extend_from_slice(b"%2B"),
            b'&' => body.extend_from_slice(b"%26"),
            b'=' if in_name => body.extend_from_slice(b"%3D"),
            other => body.push(other),
        }
    }
}

/// Adds a field to the body of a form.
pub fn encode_field(body: &mut Vec<u8>, name: &str, value: &str) {
    if !body.is_empty() {
        body.push(b'&');
    }
    encode_rfc3986(name, &mut |piece| body.extend_from_slice(piece));
    body.push(b'=');
    encode_rfc3986(value, &mut |piece| body.extend_from_slice(piece));
}
