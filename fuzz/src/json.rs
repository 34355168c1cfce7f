//! The canonical form of JSON, compared with one that is made of what `serde_json` reads.

use std::fmt::{self, Formatter};

use countersign_python_json::{Document, MAX_DEPTH, canonicalize};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::large::large;

/// Both take the same texts, and make the same of them.
pub fn check(data: &[u8]) {
    if let Some(text) = large(data) {
        if let Ok(document) = Document::parse(&text) {
            let mut length = 0;
            document.write(&mut |piece| length += piece.len());
            assert!(length <= 6 * text.len() + 32);
        }
        return;
    }
    let form = canonical(data);
    match Document::parse(data) {
        Ok(document) => {
            let written = document.to_vec();
            assert_eq!(Some(shown(&written)), form.as_deref(), "of {}", shown(data));
            assert_eq!(document.is_canonical(), written == data);
            let mut pieces = Vec::new();
            document.write(&mut |piece| pieces.extend_from_slice(piece));
            assert_eq!(pieces, written);
            assert_eq!(canonicalize(&written).as_deref(), Ok(&written[..]));
        }
        Err(error) => {
            assert_eq!(form, None, "{error}: {}", shown(data));
            assert!(error.at() <= data.len());
        }
    }
}

fn shown(text: &[u8]) -> &str {
    str::from_utf8(text).unwrap_or("bytes that are not UTF-8")
}

/// `json.dumps(json.loads(text), sort_keys=True, separators=(',', ':'))`, for what has one reading.
#[must_use]
pub fn canonical(text: &[u8]) -> Option<String> {
    let value: &RawValue = serde_json::from_str(str::from_utf8(text).ok()?).ok()?;
    let mut form = String::new();
    write(value, 0, &mut form)?;
    Some(form)
}

fn write(value: &RawValue, depth: usize, form: &mut String) -> Option<()> {
    let text = value.get();
    if text.starts_with(['[', '{']) && depth == MAX_DEPTH {
        return None;
    }
    match text.as_bytes().first()? {
        b'{' => {
            let Members(mut members) = serde_json::from_str(text).ok()?;
            members.sort_by(|one, other| one.0.cmp(&other.0));
            if members.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return None;
            }
            form.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                form.push_str(if at > 0 { "," } else { "" });
                string(name, form);
                form.push(':');
                write(value, depth + 1, form)?;
            }
            form.push('}');
        }
        b'[' => {
            let elements: Vec<Box<RawValue>> = serde_json::from_str(text).ok()?;
            form.push('[');
            for (at, element) in elements.iter().enumerate() {
                form.push_str(if at > 0 { "," } else { "" });
                write(element, depth + 1, form)?;
            }
            form.push(']');
        }
        b'"' => string(&serde_json::from_str::<String>(text).ok()?, form),
        b't' | b'f' | b'n' => form.push_str(text),
        _ if text.contains(['.', 'e', 'E']) => form.push_str(&double(text.parse().ok()?)?),
        _ => form.push_str(if text == "-0" { "0" } else { text }),
    }
    Some(())
}

fn string(text: &str, form: &mut String) {
    form.push('"');
    for character in text.chars() {
        match character {
            '"' => form.push_str("\\\""),
            '\\' => form.push_str("\\\\"),
            '\n' => form.push_str("\\n"),
            '\r' => form.push_str("\\r"),
            '\t' => form.push_str("\\t"),
            '\u{8}' => form.push_str("\\b"),
            '\u{c}' => form.push_str("\\f"),
            ' '..='~' => form.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    form.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    form.push('"');
}

/// Python's `repr`.
fn double(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let (digits, exponent) = fewest_digits(value.abs())?;
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    Some(match exponent {
        ..-4 => format!("{sign}{first}{point}{rest}e-{:02}", -exponent),
        -4..0 => format!(
            "{sign}0.{digits:0>width$}",
            width = digits.len() + usize::try_from(-exponent - 1).ok()?
        ),
        0..16 => {
            let integer = usize::try_from(exponent + 1).ok()?;
            let padded = format!("{digits:0<width$}", width = integer + 1);
            let (integer, fraction) = padded.split_at(integer);
            format!("{sign}{integer}.{fraction}")
        }
        16.. => format!("{sign}{first}{point}{rest}e+{exponent:02}"),
    })
}

/// The nearest of the decimals with as few digits as read back as the same double, and of two that are as near, the one
/// whose last digit is even: its digits, and the power of ten of the first. The standard library finds how few they
/// are, but takes any of two; it rounds to so many as it has to be.
fn fewest_digits(value: f64) -> Option<(String, i32)> {
    let any = format!("{value:e}");
    let count = any.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).count();
    let rounded = format!("{value:.places$e}", places = count - 1);
    // The double below a power of two is half as far as the one above: what is rounded down may be another one.
    let written = if rounded.parse() == Ok(value) { rounded } else { any };
    let (digits, exponent) = written.split_once('e')?;
    Some((digits.replace('.', ""), exponent.parse().ok()?))
}

/// All members, also those with the same name.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}
