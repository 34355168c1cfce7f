//! A text that has a canonical form.

use std::fmt::{self, Debug, Formatter};

use crate::error::Error;
use crate::index::{Index, index};
use crate::write::write;

/// A JSON text that was read and found to have a canonical form, which can be written as often as
/// needed.
pub struct Document<T> {
    text: T,
    index: Index,
}

impl<T: AsRef<[u8]>> Document<T> {
    /// Reads a text: bytes, a text, or anything that holds them and always the same.
    ///
    /// # Errors
    ///
    /// When it has no canonical form: see [`ErrorKind`](crate::ErrorKind).
    pub fn parse(text: T) -> Result<Self, Error> {
        let index = index(text.as_ref())?;
        Ok(Self { text, index })
    }

    /// Hands the canonical form to `sink`, in pieces of a few kilobytes.
    pub fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        write(self.text.as_ref(), &self.index, sink);
    }

    /// The canonical form as a whole.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        // As long as the text, as a rule. White space goes, and some texts grow.
        let mut form = Vec::with_capacity(self.text.as_ref().len());
        self.write(&mut |piece| form.extend_from_slice(piece));
        form
    }

    /// Whether the text already is its canonical form.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        self.index.is_canonical(self.text.as_ref())
    }

    /// The text.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.text
    }
}

/// Shows its length: the text is somebody's.
impl<T: AsRef<[u8]>> Debug for Document<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("text", &format_args!("{} bytes", self.text.as_ref().len()))
            .finish_non_exhaustive()
    }
}

/// The canonical form of a text.
///
/// # Errors
///
/// When it has none: see [`ErrorKind`](crate::ErrorKind).
pub fn canonicalize(text: &[u8]) -> Result<Vec<u8>, Error> {
    Document::parse(text).map(|document| document.to_vec())
}
