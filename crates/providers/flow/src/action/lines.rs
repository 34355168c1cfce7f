//! The signed text: sorted lines `name=value\r\n`.

use std::cmp::Ordering;
use std::sync::Arc;

use bytes::Bytes;
use countersign_core::{Canonical, Reason};
use countersign_form::{Field, Form};

/// The name of the field that holds the signature, which does not sign itself.
pub(super) const SIGNATURE: &str = "signature";

/// One reading of a form: with its blank fields, or without.
pub(super) struct Lines {
    form: Arc<Form>,
    blanks: bool,
}

impl Lines {
    /// The readings of a form that has passed [`unambiguous`]: two, where it has blank fields.
    pub(super) fn readings(form: Arc<Form>) -> impl Iterator<Item = Self> {
        let has_blanks = form.fields().any(|field| field.value == Some(""));
        let with = Self { form: Arc::clone(&form), blanks: true };
        let without = has_blanks.then_some(Self { form, blanks: false });
        std::iter::once(with).chain(without)
    }

    fn signs(&self, field: &Field<'_>) -> bool {
        field.name != SIGNATURE && field.value.is_some_and(|value| self.blanks || !value.is_empty())
    }
}

impl Canonical for Lines {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut lines: Vec<_> = self.form.fields().filter(|field| self.signs(field)).collect();
        lines.sort_unstable_by(|one, other| by_line(one.name, other.name));
        for line in lines {
            sink(line.name.as_bytes());
            sink(b"=");
            sink(line.value.unwrap_or_default().as_bytes());
            sink(b"\r\n");
        }
    }

    /// The fields of this reading.
    fn reveal(&self) -> Bytes {
        self.form.select(|field| self.signs(field))
    }
}

/// The order of two lines. Names differ and hold no `=`, so it shows in the names, up to and with
/// the `=` behind the shorter one: `a-b=` comes before `a=`.
fn by_line(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let shared = one.len().min(other.len());
    // Where one name is the beginning of the other, its line goes on with `=`.
    let next = |name: &[u8]| name.get(shared).copied().unwrap_or(b'=');
    one.get(..shared).cmp(&other.get(..shared)).then_with(|| next(one).cmp(&next(other)))
}

/// Refuses forms whose lines could be those of another form: a control character other than TAB
/// could end a line, a `=` in a name could end the name.
pub(super) fn unambiguous(form: &Form) -> Result<(), Reason> {
    for field in form.fields() {
        if field.name.contains('=') {
            return Err(Reason::NotCanonical("a field name with `=`"));
        }
        if has_control(field.name) || field.value.is_some_and(has_control) {
            return Err(Reason::NotCanonical("a control character in a field"));
        }
    }
    Ok(())
}

/// Looks at every byte: without an early exit it is many at a time.
fn has_control(text: &str) -> bool {
    let control = |byte: u8| (byte < 0x20 && byte != b'\t') | (byte == 0x7f);
    text.bytes().fold(false, |found, byte| found | control(byte))
}
