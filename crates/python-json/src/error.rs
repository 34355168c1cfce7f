//! Why a text has no canonical form.

use std::fmt::{self, Display, Formatter};

/// A text that has no canonical form: why, and where that shows. It holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    /// Half as wide as a pointer: results are then small enough for registers.
    at: u32,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, at: usize) -> Self {
        Self { kind, at: at as u32 }
    }

    /// Why.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it shows, in bytes from the start: the object that repeats a name, the number that is too
    /// large, the byte that cannot stand there.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at as usize
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind.text(), self.at)
    }
}

impl std::error::Error for Error {}

/// Why a text has no canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is longer than [`MAX_LENGTH`](crate::MAX_LENGTH).
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// It is no JSON.
    Syntax,
    /// There is more behind the value.
    TrailingText,
    /// More than [`MAX_DEPTH`](crate::MAX_DEPTH) arrays and objects are inside of each other.
    TooDeep,
    /// An object has the same name twice, once its escapes are resolved.
    RepeatedName,
    /// Half of a surrogate pair.
    LoneSurrogate,
    /// A number that no double holds.
    NumberTooLarge,
}

impl ErrorKind {
    /// For people, without a value of the text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::TooLong => "the text is too long",
            Self::NotUtf8 => "bytes that are not UTF-8",
            Self::ByteOrderMark => "a byte order mark",
            Self::Syntax => "no valid JSON",
            Self::TrailingText => "text behind the JSON value",
            Self::TooDeep => "too many arrays and objects inside of each other",
            Self::RepeatedName => "an object with the same name twice",
            Self::LoneSurrogate => "half of a surrogate pair",
            Self::NumberTooLarge => "a number that no double holds",
        }
    }
}
