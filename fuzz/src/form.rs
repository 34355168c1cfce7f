//! The form decoder, compared with a reading of one field at a time and with the `form_urlencoded` crate.

use countersign::Reason;
use countersign_form::{Form, encode_rfc3986};

use crate::large::large;

/// A form has no more fields than this here, so that the bound is reached.
const MOST: usize = 40;

/// A name, and the value if there is a `=`.
pub type Pair = (String, Option<String>);

/// The decoder takes what has one reading, and reads it as others do.
pub fn check(data: &[u8]) {
    if let Some(body) = large(data) {
        if let Ok(form) = Form::decode_repeating(&body, usize::MAX) {
            // A field without a `=` gets one.
            assert!(form.select(|_| true).len() <= body.len() + form.fields().len());
        }
        return;
    }
    let read = read(data);
    let mut sorted = read.clone().unwrap_or_default();
    sorted.sort_by(|one, other| key(one).cmp(&key(other)));
    let repeats = sorted.windows(2).any(|pair| pair[0].0 == pair[1].0);

    let form = Form::decode(data, MOST);
    match &form {
        Ok(form) => assert_eq!(pairs(form), sorted),
        // Which of two reasons it is told depends on which shows first.
        Err(Reason::TooMany(_)) => assert!(count(data) > MOST),
        Err(Reason::Repeated(_)) => assert!(repeats),
        Err(Reason::NotCanonical(_)) => assert!(read.is_none()),
        Err(other) => panic!("{other}"),
    }
    assert_eq!(form.is_ok(), read.is_some() && !repeats && count(data) <= MOST);

    if let Ok(form) = Form::decode_repeating(data, usize::MAX) {
        let lenient: Vec<(String, String)> = form_urlencoded::parse(data).into_owned().collect();
        let plain = |pairs: &[Pair]| -> Vec<(String, String)> {
            let value = |value: &Option<String>| value.clone().unwrap_or_default();
            pairs.iter().map(|(name, text)| (name.clone(), value(text))).collect()
        };
        assert_eq!(plain(&read.expect("it was decoded")), lenient);
        sorted.dedup_by(|one, other| key(one) == key(other));
        let fields = plain(&sorted);
        assert_eq!(plain(&pairs(&form)), fields);

        // What is handed on is read as the same fields, by anybody.
        let handed = form.select(|_| true);
        assert!(handed.len() <= data.len() + 2 * fields.len());
        let again: Vec<(String, String)> = form_urlencoded::parse(&handed).into_owned().collect();
        // A field without a name and a value is none.
        let named = |pair: &&(String, String)| !(pair.0.is_empty() && pair.1.is_empty());
        assert!(again.iter().filter(named).eq(fields.iter().filter(named)));
        let twice = Form::decode_repeating(&handed, usize::MAX).expect("it is a form");
        assert_eq!(twice.select(|_| true), handed);
    }
    if let Ok(text) = str::from_utf8(data) {
        let mut encoded = Vec::new();
        encode_rfc3986(text, &mut |piece| encoded.extend_from_slice(piece));
        assert_eq!(encoded, escaped(text));
    }
}

/// The fields as they stand, by the rules of the WHATWG URL Standard; `None` where a `%` escapes nothing or a text
/// is not UTF-8.
#[must_use]
pub fn read(body: &[u8]) -> Option<Vec<Pair>> {
    let fields = body.split(|&byte| byte == b'&').filter(|field| !field.is_empty());
    fields
        .map(|field| {
            let mut halves = field.splitn(2, |&byte| byte == b'=');
            let name = text(halves.next().unwrap_or_default())?;
            Some((name, halves.next().map(text).map_or(Some(None), |value| value.map(Some))?))
        })
        .collect()
}

fn text(raw: &[u8]) -> Option<String> {
    let mut bytes = raw.iter().copied();
    let mut text = Vec::new();
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            plain => plain,
        });
    }
    String::from_utf8(text).ok()
}

/// By RFC 3986: all but the unreserved characters are escaped.
#[must_use]
pub fn escaped(text: &str) -> Vec<u8> {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(byte.into());
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped.into_bytes()
}

fn key(pair: &Pair) -> (&str, &str) {
    (&pair.0, pair.1.as_deref().unwrap_or_default())
}

fn count(body: &[u8]) -> usize {
    body.split(|&byte| byte == b'&').filter(|field| !field.is_empty()).count()
}

fn pairs(form: &Form) -> Vec<Pair> {
    form.fields().map(|field| (field.name.to_owned(), field.value.map(str::to_owned))).collect()
}
