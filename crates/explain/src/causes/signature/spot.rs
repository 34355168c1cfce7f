//! Where in a request something that looks like a signature stands.

use http::header::{CONTENT_TYPE, HeaderName};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::case::{Case, Variant};

/// A text of digits in a header or in a field of a form, with what stands around it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    place: Place,
    before: Vec<u8>,
    pub(super) text: String,
    after: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Place {
    /// That value of the header.
    Header(HeaderName, usize),
    /// The field of the form that begins and ends there, without its name.
    Field(usize, usize),
}

/// The digits of 20 bytes in base64, without padding; fewer are no signature.
const SHORTEST: usize = 27;

/// What ends an entry of a list.
const SEPARATORS: &[u8] = b",; &\"";

/// A longer value is none with a signature in it, in bytes.
const LONGEST: usize = 16 * 1024;

/// More are not looked at.
const MOST: usize = 32;

pub(super) fn spots(case: &Case) -> impl Iterator<Item = Spot> + use<> {
    let mut spots = Vec::new();
    for name in case.request.headers().keys() {
        for (at, value) in case.request.headers().get_all(name).iter().enumerate() {
            within(value.as_bytes(), &Place::Header(name.clone(), at), &mut spots);
        }
    }
    for (start, end) in fields(case) {
        let value = case.request.body().get(start..end).unwrap_or_default();
        let decoded: Vec<_> = percent_decode(value).collect();
        within(&decoded, &Place::Field(start, end), &mut spots);
    }
    spots.into_iter()
}

/// Where the values of a form are in the body; none if it is no form.
fn fields(case: &Case) -> Vec<(usize, usize)> {
    let is_form =
        case.request.headers().get(CONTENT_TYPE).is_some_and(|value| {
            value.as_bytes().starts_with(b"application/x-www-form-urlencoded")
        });
    let body: &[u8] = if is_form { case.request.body() } else { &[] };
    let mut start = 0;
    let fields = body.split(|&byte| byte == b'&').filter_map(|field| {
        let begin = start;
        start += field.len() + 1;
        let equals = field.iter().position(|&byte| byte == b'=')?;
        (field.len() > SHORTEST).then_some((begin + equals + 1, begin + field.len()))
    });
    fields.collect()
}

/// Every run of digits in the value: those that one of [`SEPARATORS`] ends, or the value does, with their `=`.
fn within(value: &[u8], place: &Place, spots: &mut Vec<Spot>) {
    let value = if value.len() > LONGEST { &[][..] } else { value };
    let mut start = 0;
    while start < value.len() && spots.len() < MOST {
        let rest = value.get(start..).unwrap_or_default();
        let digits = rest.iter().take_while(|&&byte| is_digit(byte)).count();
        if digits == 0 {
            start += 1;
            continue;
        }
        let padding = rest.iter().skip(digits).take_while(|&&byte| byte == b'=').count();
        // A single `=` with something behind it ends a name.
        let ends = rest.get(digits + padding).is_none_or(|byte| SEPARATORS.contains(byte));
        let length = if ends { digits + padding } else { digits };
        let text = rest.get(..length).and_then(|text| str::from_utf8(text).ok());
        if let Some(text) = text.filter(|text| text.len() >= SHORTEST && ends) {
            spots.push(Spot {
                place: place.clone(),
                before: value.get(..start).unwrap_or_default().to_vec(),
                text: text.to_owned(),
                after: rest.get(length..).unwrap_or_default().to_vec(),
            });
        }
        start += length;
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

impl Spot {
    /// With another text in its place.
    pub(super) fn with_text(&self, case: &Case, text: &str, detail: String) -> Option<Variant> {
        self.put(case, &[&self.before, text.as_bytes(), &self.after].concat(), detail)
    }

    /// The same without what stands before it: in its entry of a list, and as the whole value. So a prefix can
    /// be put there, and what else is in the list, a time say, stays.
    pub(super) fn unprefixed(&self) -> [Self; 2] {
        let entry = self.before.iter().rposition(|byte| SEPARATORS.contains(byte));
        let before = self.before.get(..entry.map_or(0, |at| at + 1)).unwrap_or_default().to_vec();
        let alone = Self { before: Vec::new(), after: Vec::new(), ..self.clone() };
        [Self { before, ..self.clone() }, alone]
    }

    fn put(&self, case: &Case, value: &[u8], detail: String) -> Option<Variant> {
        match &self.place {
            Place::Header(name, at) => case.with_header(name, *at, value, detail),
            Place::Field(start, end) => {
                let body = case.request.body();
                let value = percent_encode(value, NON_ALPHANUMERIC).to_string();
                let (before, after) = (body.get(..*start)?, body.get(*end..)?);
                case.with_body([before, value.as_bytes(), after].concat(), detail)
            }
        }
    }
}
