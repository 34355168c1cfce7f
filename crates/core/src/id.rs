//! The id of a request, where one is signed.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

/// An id that is kept beside the request. There is room for those that are common (Svix makes 31 letters), so that they
/// cost no allocation.
#[derive(Clone)]
pub(crate) enum Id {
    Short { length: u8, text: [u8; ROOM] },
    Long(Arc<str>),
}

const ROOM: usize = 38;

impl Id {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            // It was made of a `str`.
            Self::Short { length, text } => text
                .get(..usize::from(*length))
                .and_then(|text| std::str::from_utf8(text).ok())
                .unwrap_or_default(),
            Self::Long(text) => text,
        }
    }
}

impl From<&str> for Id {
    #[inline]
    fn from(id: &str) -> Self {
        let mut text = [0; ROOM];
        match (text.get_mut(..id.len()), u8::try_from(id.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(id.as_bytes());
                Self::Short { length, text }
            }
            _ => Self::Long(id.into()),
        }
    }
}

impl Debug for Id {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_it_was_made_of_whatever_its_length() {
        for length in [0, 1, ROOM - 1, ROOM, ROOM + 1, 300] {
            let text = "x".repeat(length);
            assert_eq!(Id::from(&*text).as_str(), text);
        }
        assert_eq!(Id::from("ähnlich").as_str(), "ähnlich");
    }
}
