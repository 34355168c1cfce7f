//! Forms (`application/x-www-form-urlencoded`) whose fields are signed.
//!
//! A signature over fields is only as good as the agreement on what the fields are, so
//! [`Form::decode`] takes one reading and refuses whatever has two: a `%` without two hexadecimal
//! digits, bytes that are not UTF-8, a name that occurs twice. It decodes in one pass into one
//! buffer. The fields that turned out to be signed are handed on by [`Form::select`], in one spelling.
//!
//! Beside it stand what else such schemes share: the dates in their fields, the encodings of their
//! signed texts.
//!
//! The syntax is that of the WHATWG URL Standard, "application/x-www-form-urlencoded parsing":
//! fields are parted by `&` (never `;`), the first `=` ends the name, `+` is a space, and empty
//! fields are passed over.

mod date;
mod decode;
mod encode;
mod form;
mod head;

pub use self::date::{format_utc, parse_instant, parse_utc};
pub use self::encode::{encode_field, encode_rfc3986};
pub use self::form::{Field, Form};
pub use self::head::expect_form;

/// How many fields a form may have unless a scheme says otherwise.
pub const MAX_FIELDS: usize = 10_000;
