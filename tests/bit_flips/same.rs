//! When a request that is spelled otherwise is the same request: the rules, by other means than the library's.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

/// What a provider's body is to its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Signed byte by byte: no other body is the same.
    Raw,
    /// A form: the same if its fields are, in whichever order and with whichever escapes. The signature is one
    /// of them.
    Form { hex: bool },
    /// JSON: the same if it is the same document.
    Json,
    /// Not signed, and the token stands in a header: any body does.
    TokenBeside,
    /// Not signed, but the token stands in it: any object with that token does.
    TokenInside,
}

impl Body {
    pub(super) fn is_same(self, one: &Request<Bytes>, other: &Request<Bytes>) -> bool {
        let (one, other) = (one.body(), other.body());
        match self {
            Self::Raw => one == other,
            Self::Form { hex } => {
                fields(one, hex).is_some_and(|one| Some(one) == fields(other, hex))
            }
            Self::Json => document(one).is_some_and(|one| Some(one) == document(other)),
            Self::TokenBeside => true,
            Self::TokenInside => token(one).is_some_and(|one| Some(one) == token(other)),
        }
    }

    /// Whether the handler gets what came, whatever it is.
    pub(super) fn is_unsigned(self) -> bool {
        matches!(self, Self::TokenBeside | Self::TokenInside)
    }
}

/// The fields, sorted; `None` if it is no form. The one with the signature is taken as the digits that it
/// spells.
fn fields(body: &[u8], hex: bool) -> Option<Vec<(String, String)>> {
    let mut fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
    for (name, value) in &mut fields {
        if hex && name == "signature" {
            value.make_ascii_lowercase();
        }
    }
    fields.sort();
    Some(fields)
}

fn document(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok().map(without_minus_zero)
}

/// To Python, which the form is of, `-0` is the integer 0. (`-0.0` is not, but nobody sends it here.)
fn without_minus_zero(value: Value) -> Value {
    match value {
        Value::Number(number) if number.as_f64() == Some(0.0) => 0.into(),
        Value::Array(all) => all.into_iter().map(without_minus_zero).collect(),
        Value::Object(all) => {
            all.into_iter().map(|(name, value)| (name, without_minus_zero(value))).collect()
        }
        other => other,
    }
}

fn token(body: &[u8]) -> Option<String> {
    let Value::Object(members) = document(body)? else { return None };
    members.get("verificationToken")?.as_str().map(str::to_owned)
}

/// Whether both texts end with the same bytes in hexadecimal digits: those behind the last `=`, where there is
/// one. What stands before them has to be the same.
pub(super) fn same_hex(one: &[u8], other: &[u8]) -> bool {
    let (before_one, one) = behind_equals(one);
    let (before_other, other) = behind_equals(other);
    before_one == before_other && bytes(one).is_some_and(|one| Some(one) == bytes(other))
}

fn behind_equals(text: &[u8]) -> (&[u8], &[u8]) {
    let equals = text.iter().rposition(|&byte| byte == b'=');
    text.split_at(equals.map_or(0, |at| at + 1))
}

fn bytes(digits: &[u8]) -> Option<Vec<u32>> {
    digits.iter().map(|&digit| char::from(digit).to_digit(16)).collect()
}

/// What HTTP allows in the value of a header (RFC 9110, 5.5).
pub(super) fn is_field_value(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7e | 0x80..))
}

/// What it allows in the name of one, and as a method (RFC 9110, 5.6.2).
pub(super) fn is_token(text: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    text.iter().all(is_allowed)
}
