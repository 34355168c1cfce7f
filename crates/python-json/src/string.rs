//! Strings: where they end, and what their escapes stand for.

use crate::error::{Error, ErrorKind};

/// A token of the text.
#[derive(Clone, Copy)]
pub(crate) struct Token {
    /// Behind its last byte.
    pub(crate) end: usize,
    /// Whether it already is its canonical form.
    pub(crate) canonical: bool,
}

/// Reads the string whose opening quote is at `open`.
pub(crate) fn string(text: &[u8], open: usize) -> Result<Token, Error> {
    let (mut at, mut canonical) = (open + 1, true);
    loop {
        at = plain_end(text, at);
        match byte(text, at) {
            b'"' => return Ok(Token { end: at + 1, canonical }),
            b'\\' => {
                let escape = escape(text, at)?;
                canonical &= escape.canonical;
                at = escape.end;
            }
            0x7f.. => {
                canonical = false;
                at = escaped_end(text, at);
            }
            _ => return Err(Error::new(ErrorKind::Syntax, at)),
        }
    }
}

/// The byte there; 0 behind the end of the text, which no JSON has anywhere.
#[inline]
pub(crate) fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or_default()
}

/// Where the run of characters from `at` ends that stand for themselves, in the text as in the canonical
/// form: U+0020..U+007E but for `"` and `\`.
#[inline]
pub(crate) fn plain_end(text: &[u8], mut at: usize) -> usize {
    while let Some(eight) = eight(text, at) {
        let special = special(eight);
        if special != 0 {
            return at + first(special);
        }
        at += 8;
    }
    while matches!(byte(text, at), b' '..=b'~') && !matches!(byte(text, at), b'"' | b'\\') {
        at += 1;
    }
    at
}

/// Where the run of bytes from `at` ends that are not ASCII, or DEL.
#[inline]
pub(crate) fn escaped_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|&&byte| byte >= 0x7f).count()
}

/// Eight bytes, the first of them lowest.
#[inline]
pub(crate) fn eight(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// The high bit of each byte that is not plain. Above the lowest of them there may be others by mistake, as
/// the arithmetic carries.
#[inline]
fn special(eight: u64) -> u64 {
    let control = eight.wrapping_sub(ONES * 0x20) & !eight;
    let not_ascii = eight.wrapping_add(ONES) | eight;
    (control | not_ascii) & HIGHS | equal(eight, b'"') | equal(eight, b'\\')
}

/// The high bit of each byte that is `byte`, with the same mistakes.
#[inline]
pub(crate) fn equal(eight: u64, byte: u8) -> u64 {
    let zero_where = eight ^ (ONES * u64::from(byte));
    zero_where.wrapping_sub(ONES) & !zero_where & HIGHS
}

/// Which byte has the lowest of these bits.
#[inline]
pub(crate) fn first(bits: u64) -> usize {
    bits.trailing_zeros() as usize / 8
}

/// A character that is written as an escape.
pub(crate) struct Escape {
    pub(crate) character: char,
    /// Behind its last byte.
    pub(crate) end: usize,
    /// Whether the canonical form has it so.
    pub(crate) canonical: bool,
}

/// Reads the escape whose `\` is at `at`.
pub(crate) fn escape(text: &[u8], at: usize) -> Result<Escape, Error> {
    let short = |character, canonical| Ok(Escape { character, end: at + 2, canonical });
    match byte(text, at + 1) {
        b'"' => short('"', true),
        b'\\' => short('\\', true),
        b'/' => short('/', false),
        b'b' => short('\u{8}', true),
        b'f' => short('\u{c}', true),
        b'n' => short('\n', true),
        b'r' => short('\r', true),
        b't' => short('\t', true),
        b'u' => unicode(text, at),
        _ => Err(Error::new(ErrorKind::Syntax, at)),
    }
}

/// Reads the escape or the pair of escapes whose first `\` is at `at`.
fn unicode(text: &[u8], at: usize) -> Result<Escape, Error> {
    let lone = Error::new(ErrorKind::LoneSurrogate, at);
    let (high, lower) = unit(text, at)?;
    if !(0xd800..0xe000).contains(&high) {
        let character = char::from_u32(high).ok_or(lone)?;
        let canonical = lower && !has_shorter(character);
        return Ok(Escape { character, end: at + 6, canonical });
    }
    if high >= 0xdc00 || (byte(text, at + 6), byte(text, at + 7)) != (b'\\', b'u') {
        return Err(lone);
    }
    let (low, low_lower) = unit(text, at + 6)?;
    if !(0xdc00..0xe000).contains(&low) {
        return Err(lone);
    }
    let character = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
    let character = character.ok_or(lone)?;
    Ok(Escape { character, end: at + 12, canonical: lower && low_lower })
}

/// The four digits behind the `\u` at `at`, and whether none of them is in upper case.
fn unit(text: &[u8], at: usize) -> Result<(u32, bool), Error> {
    let digits: [u8; 4] = text
        .get(at + 2..)
        .and_then(|rest| rest.first_chunk().copied())
        .ok_or(Error::new(ErrorKind::Syntax, at))?;
    let mut unit = 0;
    let mut lower = true;
    for digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => return Err(Error::new(ErrorKind::Syntax, at)),
        };
        lower &= !digit.is_ascii_uppercase();
        unit = unit << 4 | u32::from(value);
    }
    Ok((unit, lower))
}

/// Whether the canonical form has something shorter than six characters for it.
fn has_shorter(character: char) -> bool {
    matches!(character, ' '..='~' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}')
}

/// Hands over the canonical form of a character.
#[inline]
pub(crate) fn encode(character: char, put: &mut impl FnMut(&[u8])) {
    match character {
        '"' => put(b"\\\""),
        '\\' => put(b"\\\\"),
        '\n' => put(b"\\n"),
        '\r' => put(b"\\r"),
        '\t' => put(b"\\t"),
        '\u{8}' => put(b"\\b"),
        '\u{c}' => put(b"\\f"),
        ' '..='~' => put(&[character as u8]),
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                put(&escaped(*unit));
            }
        }
    }
}

fn escaped(unit: u16) -> [u8; 6] {
    let digit = |shift: u32| match (unit >> shift & 0xf) as u8 {
        value @ 0..=9 => b'0' + value,
        value => b'a' + value - 10,
    };
    [b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]
}
