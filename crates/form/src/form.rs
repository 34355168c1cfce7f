//! A decoded form.

use std::fmt::{self, Debug, Formatter};
use std::ops::Range;

use bytes::Bytes;
use countersign_core::{Reason, looked_for};

use crate::decode::decode;
use crate::encode::{escape, escaped_len};

/// A decoded form: no name occurs twice, unless it was [said](Form::decode_repeating) that one may.
pub struct Form {
    /// All names and values, one after the other.
    text: String,
    /// In the order of their names, then of their values.
    fields: Vec<Span>,
}

/// Where a field is in the text. Forms are far below 4 GiB, so 32 bits do.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) name: Range<u32>,
    pub(crate) value: Option<Range<u32>>,
}

/// A field of a form, decoded.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    /// The name; it may be empty.
    pub name: &'a str,
    /// The value; `None` where there is no `=`.
    pub value: Option<&'a str>,
}

impl Form {
    /// Decodes a body with at most `max_fields` fields.
    ///
    /// # Errors
    ///
    /// [`Reason::NotCanonical`] for a malformed escape or bytes that are not UTF-8,
    /// [`Reason::Repeated`] for a name that occurs twice, [`Reason::TooMany`] for too many fields.
    pub fn decode(body: &[u8], max_fields: usize) -> Result<Self, Reason> {
        let form = Self::sorted(body, max_fields)?;
        let repeated = form.fields.windows(2).any(|pair| match pair {
            [one, other] => form.slice(&one.name) == form.slice(&other.name),
            _ => false,
        });
        if repeated { Err(Reason::Repeated("a form field")) } else { Ok(form) }
    }

    /// The same for a provider that signs all values of a name: it may occur more than once. A field that is
    /// there twice, with the same value, counts once.
    ///
    /// # Errors
    ///
    /// As for [`decode`](Self::decode), but for a name that occurs twice.
    pub fn decode_repeating(body: &[u8], max_fields: usize) -> Result<Self, Reason> {
        let mut form = Self::sorted(body, max_fields)?;
        let mut fields = std::mem::take(&mut form.fields);
        fields.dedup_by(|a, b| form.key(a) == form.key(b));
        form.fields = fields;
        Ok(form)
    }

    /// The value of a field; `None` without such a field, or one without `=`. Of a name that occurs more than
    /// once it is one of the values.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.fields.binary_search_by(|span| self.slice(&span.name).cmp(name)).ok();
        let value = at.and_then(|at| self.fields.get(at)).and_then(|span| self.field(span).value);
        looked_for(name, value.map(str::as_bytes));
        value
    }

    /// The fields in the order of their names, by bytes.
    #[must_use]
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        self.fields.iter().map(|span| self.field(span))
    }

    /// The fields that `keep` wants as the body of a form, in the order of their names.
    ///
    /// It is spelled in one way, whatever the spelling was that came: nobody signed whether a space
    /// was `+` or `%20`. Only what has a meaning in a form is escaped, so it is no longer than what
    /// came, but for the `=` of fields that came without.
    #[must_use]
    pub fn select(&self, keep: impl Fn(&Field<'_>) -> bool) -> Bytes {
        let length = self.fields().filter(&keep).map(|field| {
            let value = field.value.unwrap_or_default();
            escaped_len(field.name, true) + escaped_len(value, false) + "=&".len()
        });
        // To the byte: growing by doubling would cost more than the form itself.
        let mut selected = Vec::with_capacity(length.sum());
        for field in self.fields().filter(keep) {
            if !selected.is_empty() {
                selected.push(b'&');
            }
            escape(field.name, true, &mut selected);
            selected.push(b'=');
            escape(field.value.unwrap_or_default(), false, &mut selected);
        }
        selected.into()
    }

    fn sorted(body: &[u8], max_fields: usize) -> Result<Self, Reason> {
        let (text, mut fields) = decode(body, max_fields)?;
        let mut form = Self { text, fields: Vec::new() };
        fields.sort_unstable_by(|a, b| form.key(a).cmp(&form.key(b)));
        form.fields = fields;
        Ok(form)
    }

    fn key(&self, span: &Span) -> (&str, &str) {
        let field = self.field(span);
        (field.name, field.value.unwrap_or_default())
    }

    fn field(&self, span: &Span) -> Field<'_> {
        Field {
            name: self.slice(&span.name),
            value: span.value.as_ref().map(|value| self.slice(value)),
        }
    }

    /// The decoder sees to it that every range is within the text and between characters.
    fn slice(&self, range: &Range<u32>) -> &str {
        self.text.get(indices(range)).unwrap_or_default()
    }
}

fn indices(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// Shows how many fields there are: their values are somebody's.
impl Debug for Form {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("fields", &self.fields.len()).finish_non_exhaustive()
    }
}

/// Shows the name only.
impl Debug for Field<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use peak_alloc::PeakAlloc;

    use super::*;

    #[global_allocator]
    static ALLOCATED: PeakAlloc = PeakAlloc;

    /// Decoding a form and writing it anew takes at most twice its length, beside the form itself.
    #[test]
    fn memory_is_bounded_by_the_body() {
        let shapes = [
            format!("ids={}", "100000%2C".repeat(1 << 20)),
            format!("a={}", "%25".repeat(3 << 20)),
            format!("a={}", "x+y".repeat(3 << 20)),
            format!("a={}", "é,\u{1F600}\"".repeat(1 << 20)),
        ];
        for body in shapes {
            let before = ALLOCATED.current_usage();
            ALLOCATED.reset_peak_usage();
            let form = Form::decode(body.as_bytes(), 9).expect("a form");
            let selected = form.select(|_| true);
            // What the other tests of this crate take beside it is far less than this.
            let most = 2 * body.len() + body.len() / 8;
            assert!(ALLOCATED.peak_usage() - before <= most, "{body:.10}");
            assert!(selected.len() <= body.len());
        }
    }

    fn form(body: &'static str) -> Result<Vec<(String, Option<String>)>, Reason> {
        let form = Form::decode(body.as_bytes(), 5)?;
        Ok(form.fields().map(|f| (f.name.into(), f.value.map(Into::into))).collect())
    }

    fn pair(name: &str, value: &str) -> (String, Option<String>) {
        (name.into(), Some(value.into()))
    }

    #[test]
    fn fields_are_decoded_once_and_sorted_by_name() {
        assert_eq!(form("b=%2B+x&a=1;c=2"), Ok(vec![pair("a", "1;c=2"), pair("b", "+ x")]));
        assert_eq!(form("a%3d=%253D&%C3%A9=%c3%a9"), Ok(vec![pair("a=", "%3D"), pair("é", "é")]));
        assert_eq!(form("&&a=&&"), Ok(vec![pair("a", "")]));
        assert_eq!(form("a"), Ok(vec![("a".into(), None)]));
        assert_eq!(form("=v"), Ok(vec![pair("", "v")]));
        assert_eq!(form(""), Ok(vec![]));
        assert_eq!(form("é=1"), Ok(vec![pair("é", "1")]));
    }

    #[test]
    fn where_names_may_repeat_each_value_counts_once() {
        let select = |body: &str| {
            Form::decode_repeating(body.as_bytes(), 9).map(|form| form.select(|_| true))
        };
        assert_eq!(select("b=2&a=9&b=10&b=2&%62=2").as_deref(), Ok(&b"a=9&b=10&b=2"[..]));
        assert_eq!(select("a&a=&a=%20").as_deref(), Ok(&b"a=&a=+"[..]));
        assert_eq!(select("a=1&a=%"), Err(Reason::NotCanonical("a malformed % escape")));
        assert_eq!(select(&"a=1&".repeat(10)), Err(Reason::TooMany("form fields")));
    }

    #[test]
    fn what_has_two_readings_is_refused() {
        for body in ["a=%", "a=%4", "a=%4g", "a=%%41", "%zz=1", "a=%g1", "a=% 41"] {
            assert_eq!(form(body), Err(Reason::NotCanonical("a malformed % escape")), "{body}");
        }
        for body in ["a=%ff", "a=%c3", "a=%c3&%a9=1", "%ed%a0%80=", "a=%c0%80", "%c3=%a9"] {
            assert_eq!(form(body), Err(Reason::NotCanonical("bytes that are not UTF-8")), "{body}");
        }
        for body in ["a=1&a=1", "a=1&%61=2", "a&a=1", "a+=1&a%20=2", "=1&=2", "a&a"] {
            assert_eq!(form(body), Err(Reason::Repeated("a form field")), "{body}");
        }
        assert!(form("a=1&b=1&c=1&d=1&e=1").is_ok());
        assert_eq!(form("a=1&b=1&c=1&d=1&e=1&f=1"), Err(Reason::TooMany("form fields")));
    }

    #[test]
    fn selected_fields_have_one_spelling_and_are_no_longer() {
        let spellings =
            [&b"z=%7e&b=&c&a=1+%2b=&%3d=%C3%A9"[..], b"b=&c&a=1%20%2B%3D&z=~&%3D=\xc3\xa9&&"];
        for body in spellings {
            let form = Form::decode(body, 9).expect("a form");
            let all = form.select(|_| true);
            assert_eq!(all, "%3D=é&a=1+%2B=&b=&c=&z=~");
            assert!(all.len() <= body.len() + 1);
            let again = Form::decode(&all, 9).expect("a form");
            assert_eq!(again.select(|_| true), all);
            let filled = form.select(|field| field.value.is_some_and(|value| !value.is_empty()));
            assert_eq!(filled, "%3D=é&a=1+%2B=&z=~");
            assert_eq!((form.get("z"), form.get("b")), (Some("~"), Some("")));
            assert_eq!((form.get("c"), form.get("d")), (None, None));
        }
    }
}
