//! JSON in one form: that of Python's
//! `json.dumps(json.loads(text), sort_keys=True, separators=(',', ':'))`.
//!
//! Providers that are written in Python sign that form of a body instead of the body itself. Whoever
//! checks such a signature has to arrive at the same bytes, so:
//!
//! - the members of every object are sorted by the code points of their names, and there is no white
//!   space;
//! - a string has `\"`, `\\`, `\n`, `\r`, `\t`, `\b` and `\f`, every other character outside
//!   of U+0020..U+007E as `\uXXXX` in lower-case digits, above U+FFFF as a surrogate pair; a `/` is plain;
//! - a number without `.`, `e` and `E` is an integer that keeps its digits, however many, but for `-0`,
//!   which becomes `0`; any other is a double, in the fewest digits that read back as the same
//!   double, laid out as Python's `repr` does: `1e15` is `1000000000000000.0`, `1e16` is `1e+16`.
//!
//! ```
//! use countersign_python_json::canonicalize;
//!
//! let text = br#"{"b": [1E2, -0, 1e-05], "a": "caf\u00E9 \/"}"#;
//! assert_eq!(canonicalize(text)?, br#"{"a":"caf\u00e9 /","b":[100.0,0,1e-05]}"#);
//! # Ok::<(), countersign_python_json::Error>(())
//! ```
//!
//! # What is refused
//!
//! What RFC 8259 does not allow, and what it allows but two readers might understand differently.
//! Python refuses the first as well, and takes all or some of each of the others:
//!
//! - text that is no JSON: a leading zero, a trailing comma, a control character in a string, a
//!   second value after the first;
//! - text that is not UTF-8. Of bytes, Python tells UTF-16 and UTF-32 too;
//! - an object with the same name twice, **after** its escapes are resolved. Python keeps the last one, so
//!   `{"text":"evil","text":"hi"}` would stand under the signature of `{"text":"hi"}`;
//! - half of a surrogate pair, as an escape or in the bytes;
//! - `NaN` and `Infinity`, and numbers that no double holds, such as `1e400`;
//! - a byte order mark, and UTF-16 or UTF-32;
//! - more than [`MAX_DEPTH`] arrays and objects inside of each other. Python has a limit too, at about
//!   a thousand;
//! - more than [`MAX_LENGTH`] bytes.
//!
//! In one thing Python is stricter: it refuses an integer of more than 4,300 digits, unless
//! `sys.set_int_max_str_digits(0)` was called. Here any is taken.
//!
//! ```
//! use countersign_python_json::{ErrorKind, canonicalize};
//!
//! let error = canonicalize(br#"{"text":"evil","te\u0078t":"hi"}"#).unwrap_err();
//! assert_eq!((error.kind(), error.at()), (ErrorKind::RepeatedName, 0));
//! ```
//!
//! # What it costs
//!
//! [`Document::parse`] reads the text once, after a look for bytes that are not UTF-8. What it takes beside
//! the text is at most twice as long, at any time. [`Document::write`] hands the form over piece by piece, so that
//! it can be hashed without ever being made as a whole: it can be six times as long as the text.
//! [`Document::to_vec`] writes it twice, once to count, and takes no more than its length. All take time
//! linear in the text, times the logarithm of the number of members in the widest object. Nothing here panics,
//! whatever the text.

mod document;
mod error;
mod index;
mod names;
mod number;
mod string;
mod tape;
mod write;

pub use self::document::{Document, canonicalize};
pub use self::error::{Error, ErrorKind};

/// How many arrays and objects may be inside of each other.
pub const MAX_DEPTH: usize = 128;

/// How long a text may be, in bytes: 1 GiB less one. Positions in it take 30 bits.
pub const MAX_LENGTH: usize = (1 << 30) - 1;
