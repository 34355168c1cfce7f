//! One pass over the bytes of a form.

use countersign_core::Reason;
use memchr::{Memchr, memchr, memchr2};

use crate::form::Span;

const ESCAPE: Reason = Reason::NotCanonical("a malformed % escape");
const UTF8: Reason = Reason::NotCanonical("bytes that are not UTF-8");

/// Decodes all names and values into one text, with the places of each field.
pub(crate) fn decode(body: &[u8], max_fields: usize) -> Result<(String, Vec<Span>), Reason> {
    if u32::try_from(body.len()).is_err() {
        return Err(Reason::BodyTooLarge);
    }
    let mut text = Vec::with_capacity(body.len());
    let mut fields = Vec::new();
    let mut start = 0;
    for end in Memchr::new(b'&', body).chain([body.len()]) {
        let raw = body.get(start..end).unwrap_or_default();
        start = end + 1;
        if raw.is_empty() {
            continue;
        }
        if fields.len() == max_fields {
            return Err(Reason::TooMany("form fields"));
        }
        let (name, value) = match memchr(b'=', raw) {
            Some(equals) => (raw.get(..equals), raw.get(equals + 1..)),
            None => (Some(raw), None),
        };
        let begin = text.len();
        unescape(name.unwrap_or_default(), &mut text)?;
        let middle = text.len();
        if let Some(value) = value {
            unescape(value, &mut text)?;
        }
        fields.push(Span {
            name: span(begin, middle),
            value: value.map(|_| span(middle, text.len())),
        });
    }
    // Escapes are three times as long as what they stand for.
    text.shrink_to_fit();
    let text = String::from_utf8(text).map_err(|_| UTF8)?;
    // The text as a whole may be UTF-8 because one field's end and the next one's start fit.
    let torn = |at: u32| !text.is_char_boundary(at as usize);
    if fields.iter().any(|field| torn(field.name.start) || torn(field.name.end)) {
        return Err(UTF8);
    }
    Ok((text, fields))
}

/// Both ends are within a body whose length fits.
fn span(start: usize, end: usize) -> std::ops::Range<u32> {
    u32::try_from(start).unwrap_or(u32::MAX)..u32::try_from(end).unwrap_or(u32::MAX)
}

fn unescape(mut raw: &[u8], text: &mut Vec<u8>) -> Result<(), Reason> {
    loop {
        let special = memchr2(b'%', b'+', raw);
        let Some((plain, rest)) = special.and_then(|at| raw.split_at_checked(at)) else {
            text.extend_from_slice(raw);
            return Ok(());
        };
        text.extend_from_slice(plain);
        raw = match rest {
            [b'+', rest @ ..] => {
                text.push(b' ');
                rest
            }
            [b'%', high, low, rest @ ..] => {
                text.push(digit(*high)? << 4 | digit(*low)?);
                rest
            }
            _ => return Err(ESCAPE),
        };
    }
}

fn digit(byte: u8) -> Result<u8, Reason> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        b'A'..=b'F' => Ok(byte - b'A' + 10),
        _ => Err(ESCAPE),
    }
}
