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
    let special = |byte: &u8| *byte == b' ' || is_escaped(*byte, in_name);
    for run in text.as_bytes().split_inclusive(special) {
        let Some((last, plain)) = run.split_last().filter(|(last, _)| special(last)) else {
            body.extend_from_slice(run);
            continue;
        };
        body.extend_from_slice(plain);
        body.extend_from_slice(match last {
            b' ' => b"+",
            b'%' => b"%25",
            b'+' => b"%2B",
            b'&' => b"%26",
            _ => b"%3D",
        });
    }
}

/// How long [`escape`] makes a text.
pub(crate) fn escaped_len(text: &str, in_name: bool) -> usize {
    text.len() + 2 * text.bytes().filter(|&byte| is_escaped(byte, in_name)).count()
}

fn is_escaped(byte: u8, in_name: bool) -> bool {
    matches!(byte, b'%' | b'+' | b'&') || in_name && byte == b'='
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
