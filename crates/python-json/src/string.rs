//! Strings: where they end, and what their escapes stand for.

use crate::error::{Error, ErrorKind};

/// A token of the text.
#[derive(Clone, Copy)]
pub(crate) struct Token {
    /// Behind its last byte.
    pub(crate) end: u32,
    /// Whether it already is its canonical form.
    pub(crate) canonical: bool,
}

impl Token {
    /// No text is longer than what 30 bits count.
    #[inline]
    pub(crate) fn new(end: usize, canonical: bool) -> Self {
        Self { end: end as u32, canonical }
    }

    #[inline]
    pub(crate) fn end(self) -> usize {
        self.end as usize
    }
}

/// Reads the string whose opening quote is at `open`.
#[inline]
pub(crate) fn string(text: &[u8], open: usize) -> Result<Token, Error> {
    let end = plain_end(text, open + 1);
    if byte(text, end) == b'"' { Ok(Token::new(end + 1, true)) } else { escaped_string(text, end) }
}

/// The same for one that is plain up to `at` only.
#[inline(never)]
fn escaped_string(text: &[u8], mut at: usize) -> Result<Token, Error> {
    let mut canonical = true;
    loop {
        at = plain_end(text, at);
        match byte(text, at) {
            b'"' => return Ok(Token::new(at + 1, canonical)),
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
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let special = special(u128::from_le_bytes(*chunk));
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 16;
    }
    while matches!(byte(text, at), b' '..=b'~') && !matches!(byte(text, at), b'"' | b'\\') {
        at += 1;
    }
    at
}

/// The high bit of each byte that is not plain. Above the lowest of them there may be others by mistake, as
/// the arithmetic carries.
#[inline]
fn special(chunk: u128) -> u128 {
    const ONES: u128 = u128::from_le_bytes([0x01; 16]);
    const HIGHS: u128 = u128::from_le_bytes([0x80; 16]);
    let zeros = |bytes: u128| bytes.wrapping_sub(ONES) & !bytes;
    let quotes = zeros(chunk ^ (ONES * b'"' as u128));
    let escapes = zeros(chunk ^ (ONES * b'\\' as u128));
    let controls = chunk.wrapping_sub(ONES * 0x20) & !chunk;
    let not_ascii = chunk.wrapping_add(ONES) | chunk;
    (quotes | escapes | controls | not_ascii) & HIGHS
}

/// Where the run of bytes from `at` ends that are not ASCII, or DEL.
#[inline]
pub(crate) fn escaped_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|&&byte| byte >= 0x7f).count()
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

/// What the escape at `at` stands for, and where it ends, in a text that was read before.
#[inline]
pub(crate) fn known_escape(text: &[u8], at: usize) -> (u32, usize) {
    let character = match byte(text, at + 1) {
        b'u' => return known_unicode(text, at),
        b'b' => 0x8,
        b'f' => 0xc,
        b'n' => 0xa,
        b'r' => 0xd,
        b't' => 0x9,
        itself => u32::from(itself),
    };
    (character, at + 2)
}

#[inline]
fn known_unicode(text: &[u8], at: usize) -> (u32, usize) {
    let unit = |at: usize| {
        let digits: [u8; 4] =
            text.get(at + 2..).and_then(|rest| rest.first_chunk().copied()).unwrap_or_default();
        digits.iter().fold(0, |unit, digit| {
            // The low half of a letter is its place in the alphabet, from one.
            unit << 4 | u32::from((digit & 0xf) + 9 * (digit >> 6))
        })
    };
    match unit(at) {
        high @ 0xd800..0xdc00 => (0x10000 + ((high & 0x3ff) << 10 | unit(at + 6) & 0x3ff), at + 12),
        alone => (alone, at + 6),
    }
}

/// The character at `at`, which is not ASCII, and where it ends, in a text that is UTF-8.
#[inline]
pub(crate) fn known_character(text: &[u8], at: usize) -> (u32, usize) {
    let next = |offset: usize| u32::from(byte(text, at + offset) & 0x3f);
    let first = u32::from(byte(text, at));
    match first {
        0..0xe0 => ((first & 0x1f) << 6 | next(1), at + 2),
        0xe0..0xf0 => ((first & 0xf) << 12 | next(1) << 6 | next(2), at + 3),
        _ => ((first & 0x7) << 18 | next(1) << 12 | next(2) << 6 | next(3), at + 4),
    }
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
