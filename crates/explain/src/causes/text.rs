//! A body that was parsed, and serialised again.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::json::{self, Json};
use crate::case::{Case, Variant, Variants};

/// The body as others would have written it: as one of them did, before it was parsed.
pub(super) fn reserialised(case: &Case) -> Variants<'_> {
    let texts = as_json(case).chain(as_form(case));
    // Their hashes, since the texts are many, and may be long.
    let (hasher, mut seen) = (RandomState::new(), HashSet::new());
    Box::new(texts.filter(move |variant| seen.insert(hasher.hash_one(variant.case.request.body()))))
}

/// The members in their order first, then sorted.
fn as_json(case: &Case) -> impl Iterator<Item = Variant> {
    let orders: [Read; 2] = [json::parse, sorted];
    orders.into_iter().zip(["", ", sorted"]).flat_map(move |(read, order)| {
        let json = read(case.request.body());
        let styles = json.as_ref().map(json::styles).unwrap_or_default();
        styles.into_iter().filter_map(move |style| {
            let text = json.as_ref()?.write(style);
            case.with_body(text.into_bytes(), format!("it was signed {}{order}", style.name()))
        })
    })
}

type Read = fn(&[u8]) -> Option<Json<'_>>;

fn sorted(text: &[u8]) -> Option<Json<'_>> {
    let mut json = json::parse(text)?;
    json.sort();
    Some(json)
}

/// What form writers leave as it is: that of the WHATWG, RFC 3986 and PHP, and Python.
const FORMS: [(&AsciiSet, &str); 3] = [
    (&PLAIN.remove(b'*'), "browsers"),
    (&PLAIN.remove(b'~'), "RFC 3986 and Python"),
    (PLAIN, "PHP"),
];

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

fn as_form(case: &Case) -> impl Iterator<Item = Variant> {
    let fields = std::iter::once_with(|| fields(case.request.body())).flatten();
    fields.flat_map(move |fields| {
        FORMS.into_iter().flat_map(move |(left, who)| {
            let written = write(&fields, left);
            let plus = written.replace("%20", "+");
            [(plus, "+"), (written, "%20")].into_iter().filter_map(move |(text, space)| {
                let detail = format!("it was signed as a form of {who}, with {space} for a space");
                case.with_body(text.into_bytes(), detail)
            })
        })
    })
}

type Field = (Vec<u8>, Option<Vec<u8>>);

/// The fields of a form; `None` if it is nothing like one.
fn fields(body: &[u8]) -> Option<Vec<Field>> {
    let is_form = !body.starts_with(b"{") && body.contains(&b'=') && !body.contains(&b'\n');
    let decode = |text: &[u8]| {
        let text: Vec<_> =
            text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
        percent_decode(&text).collect()
    };
    is_form.then(|| {
        let fields = body.split(|&byte| byte == b'&').map(|field| {
            let mut halves = field.splitn(2, |&byte| byte == b'=');
            (halves.next().map(decode).unwrap_or_default(), halves.next().map(decode))
        });
        fields.collect()
    })
}

fn write(fields: &[Field], left: &'static AsciiSet) -> String {
    let fields = fields.iter().map(|(name, value)| {
        let name = percent_encode(name, left);
        match value {
            Some(value) => format!("{name}={}", percent_encode(value, left)),
            None => name.to_string(),
        }
    });
    fields.collect::<Vec<_>>().join("&")
}
