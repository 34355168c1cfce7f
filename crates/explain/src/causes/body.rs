//! A body that is not quite the one that was signed.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::case::{Case, Variants};

/// No body is decompressed to more: a few bytes may stand for gigabytes.
const DECOMPRESSED: u64 = 32 * 1024 * 1024;

pub(super) fn decompressed(case: &Case) -> Variants<'_> {
    ways(case, &[("gzip", gunzip), ("zlib", unzlib)])
}

fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    body.starts_with(&[0x1f, 0x8b]).then(|| read(MultiGzDecoder::new(body))).flatten()
}

fn unzlib(body: &[u8]) -> Option<Vec<u8>> {
    body.starts_with(&[0x78]).then(|| read(ZlibDecoder::new(body))).flatten()
}

fn read(decoder: impl Read) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    decoder.take(DECOMPRESSED + 1).read_to_end(&mut body).ok()?;
    (body.len() as u64 <= DECOMPRESSED && !body.is_empty()).then_some(body)
}

pub(super) fn from_base64(case: &Case) -> Variants<'_> {
    ways(
        case,
        &[("", |body| {
            let text = body.trim_ascii();
            [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
                .into_iter()
                .find_map(|engine| engine.decode(text).ok())
                .filter(|decoded| !decoded.is_empty())
        })],
    )
}

const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn bom(case: &Case) -> Variants<'_> {
    ways(
        case,
        &[
            ("it was added", |body| body.strip_prefix(BOM).map(<[u8]>::to_vec)),
            ("it was taken off", |body| (!body.starts_with(BOM)).then(|| [BOM, body].concat())),
        ],
    )
}

pub(super) fn charset(case: &Case) -> Variants<'_> {
    ways(
        case,
        &[
            ("it was signed in UTF-8, and is in ISO 8859-1 or Windows-1252", from_single_bytes),
            ("it was signed in ISO 8859-1", |body| to_single_bytes(body, |c| u8::try_from(c).ok())),
            ("it was signed in Windows-1252", |body| to_single_bytes(body, to_windows_1252)),
            ("it was signed in UTF-8, and is in UTF-16", from_utf16),
            ("it was signed in UTF-16, little-endian", |body| {
                to_utf16(body, u16::to_le_bytes, false)
            }),
            ("it was signed in UTF-16, little-endian, with its mark", |body| {
                to_utf16(body, u16::to_le_bytes, true)
            }),
            ("it was signed in UTF-16, big-endian", |body| to_utf16(body, u16::to_be_bytes, false)),
            ("it was signed in UTF-16, big-endian, with its mark", |body| {
                to_utf16(body, u16::to_be_bytes, true)
            }),
        ],
    )
}

fn from_single_bytes(body: &[u8]) -> Option<Vec<u8>> {
    // What is ASCII, or is UTF-8 already, is no such text.
    str::from_utf8(body).is_err().then(|| {
        let text: String = body.iter().map(|&byte| from_windows_1252(byte)).collect();
        text.into_bytes()
    })
}

fn to_single_bytes(body: &[u8], byte: fn(char) -> Option<u8>) -> Option<Vec<u8>> {
    let text = str::from_utf8(body).ok().filter(|text| !text.is_ascii())?;
    text.chars().map(byte).collect()
}

/// The characters of the bytes 0x80 to 0x9f; the five that stand for none are left as they are.
const WINDOWS_1252: &str = "\u{20ac}\u{81}\u{201a}\u{192}\u{201e}\u{2026}\u{2020}\u{2021}\
    \u{2c6}\u{2030}\u{160}\u{2039}\u{152}\u{8d}\u{17d}\u{8f}\u{90}\u{2018}\u{2019}\u{201c}\
    \u{201d}\u{2022}\u{2013}\u{2014}\u{2dc}\u{2122}\u{161}\u{203a}\u{153}\u{9d}\u{17e}\u{178}";

fn from_windows_1252(byte: u8) -> char {
    let at = byte.checked_sub(0x80).map(usize::from);
    at.and_then(|at| WINDOWS_1252.chars().nth(at)).unwrap_or(char::from(byte))
}

fn to_windows_1252(char: char) -> Option<u8> {
    match (0x80..).zip(WINDOWS_1252.chars()).find(|&(_, known)| known == char) {
        Some((byte, _)) => Some(byte),
        None => u8::try_from(char).ok(),
    }
}

fn from_utf16(body: &[u8]) -> Option<Vec<u8>> {
    let (units, little) = match body {
        [0xff, 0xfe, units @ ..] => (units, true),
        [0xfe, 0xff, units @ ..] => (units, false),
        [0, _, ..] => (body, false),
        [_, 0, ..] => (body, true),
        _ => return None,
    };
    let (pairs, rest) = units.as_chunks();
    let units = pairs.iter().map(|&pair| match little {
        true => u16::from_le_bytes(pair),
        false => u16::from_be_bytes(pair),
    });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    rest.is_empty().then(|| text.ok()).flatten().map(String::into_bytes)
}

fn to_utf16(body: &[u8], bytes: fn(u16) -> [u8; 2], mark: bool) -> Option<Vec<u8>> {
    let text = str::from_utf8(body).ok()?;
    let mark = mark.then_some(0xfeff);
    Some(mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect())
}

/// Escapes of a form, and a text in JSON that holds a text.
pub(super) fn decoded(case: &Case) -> Variants<'_> {
    ways(
        case,
        &[
            ("its escapes were read once more", |body| escaped_form(body, true)),
            ("its escapes were read once more, and spaces are %20", |body| {
                escaped_form(body, false)
            }),
            ("its escapes were written once more", |body| {
                let decoded: Vec<_> = percent_decode(body).collect();
                (decoded != body).then_some(decoded)
            }),
            ("it was put into a text of JSON", |body| {
                serde_json::from_slice::<String>(body).ok().map(String::into_bytes)
            }),
            ("it was taken out of a text of JSON", |body| {
                serde_json::to_vec(str::from_utf8(body).ok()?).ok()
            }),
        ],
    )
}

/// What a form leaves as it is.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// A form whose values were decoded, written again.
fn escaped_form(body: &[u8], plus: bool) -> Option<Vec<u8>> {
    let text = str::from_utf8(body).ok().filter(|text| text.contains('='))?;
    let escape = |text: &str| {
        let escaped = percent_encode(text.as_bytes(), FORM).to_string();
        if plus { escaped.replace("%20", "+") } else { escaped }
    };
    let fields = text.split('&').map(|field| match field.split_once('=') {
        Some((name, value)) => format!("{}={}", escape(name), escape(value)),
        None => escape(field),
    });
    Some(fields.collect::<Vec<_>>().join("&").into_bytes())
}

pub(super) fn without_newline(case: &Case) -> Variants<'_> {
    ways(
        case,
        &[
            ("LF", |body| body.strip_suffix(b"\n").map(<[u8]>::to_vec)),
            ("CR and LF", |body| body.strip_suffix(b"\r\n").map(<[u8]>::to_vec)),
            ("white space", |body| Some(body.trim_ascii_end().to_vec())),
            ("LF, before it", |body| body.strip_prefix(b"\n").map(<[u8]>::to_vec)),
            ("CR and LF, before it", |body| body.strip_prefix(b"\r\n").map(<[u8]>::to_vec)),
            ("white space around it", |body| Some(body.trim_ascii().to_vec())),
        ],
    )
}

pub(super) fn with_newline(case: &Case) -> Variants<'_> {
    ways(
        case,
        &[
            ("LF", |body| Some([body, b"\n"].concat())),
            ("CR and LF", |body| Some([body, b"\r\n"].concat())),
        ],
    )
}

pub(super) fn line_endings(case: &Case) -> Variants<'_> {
    ways(
        case,
        &[
            ("LF became CR and LF", |body| replaced(body, "\r\n", "\n")),
            ("CR and LF became LF", |body| replaced(body, "\n", "\r\n")),
            ("CR became LF", |body| replaced(body, "\n", "\r")),
        ],
    )
}

/// `None` where there is nothing to replace, or some of it is already as it is to be.
fn replaced(body: &[u8], old: &str, new: &str) -> Option<Vec<u8>> {
    let found: Vec<_> = memchr::memmem::find_iter(body, old).collect();
    if found.is_empty()
        || (new.len() > old.len() && memchr::memmem::find(body, new.as_bytes()).is_some())
    {
        return None;
    }
    let mut replaced = Vec::with_capacity(body.len());
    let mut from = 0;
    for at in found {
        replaced.extend_from_slice(body.get(from..at).unwrap_or_default());
        replaced.extend_from_slice(new.as_bytes());
        from = at + old.len();
    }
    replaced.extend_from_slice(body.get(from..).unwrap_or_default());
    Some(replaced)
}

/// What undoes it, and which of several ways it then was.
type Way = (&'static str, fn(&[u8]) -> Option<Vec<u8>>);

fn ways<'a>(case: &'a Case, ways: &'static [Way]) -> Variants<'a> {
    Box::new(
        ways.iter()
            .filter_map(|(detail, undo)| case.with_body(undo(case.request.body())?, *detail)),
    )
}
