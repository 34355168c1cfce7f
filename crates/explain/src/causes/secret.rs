//! A secret that is not quite the one that signs.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::case::{Case, Variants};

/// One of those that are known, but not configured.
pub(super) fn another(case: &Case) -> Variants<'_> {
    let places = 0..case.setup.secrets().len().min(1);
    Box::new(places.flat_map(move |at| {
        let others = case.around.other_secrets.iter().enumerate();
        others.filter_map(move |(index, other)| {
            let detail = format!("number {} of the other secrets", index + 1);
            case.with_secret(at, other.expose().to_vec(), detail)
        })
    }))
}

pub(super) fn white_space(case: &Case) -> Variants<'_> {
    each(case, |secret| {
        let end = |end: &str| [secret, end.as_bytes()].concat();
        vec![
            (secret.trim_ascii_end().to_vec(), "it verifies without the white space at its end"),
            (secret.trim_ascii().to_vec(), "it verifies without the white space at its ends"),
            (end("\n"), "it verifies with LF at its end"),
            (end("\r\n"), "it verifies with CR and LF at its end"),
            (end(" "), "it verifies with a space at its end"),
        ]
    })
}

pub(super) fn quoted(case: &Case) -> Variants<'_> {
    each(case, |secret| within(secret).map(|within| (within.to_vec(), "")).collect())
}

/// What stands between quotation marks.
fn within(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let within = match secret.trim_ascii() {
        [b'"', within @ .., b'"'] | [b'\'', within @ .., b'\''] => Some(within),
        _ => None,
    };
    within.into_iter()
}

/// What providers begin their secrets with.
const PREFIXES: [&str; 6] = ["whsec_", "whpk_", "v1,whsec_", "sk_", "sha256=", "Bearer "];

pub(super) fn prefix(case: &Case) -> Variants<'_> {
    each(case, |secret| {
        let mut variants: Vec<_> =
            rest(secret).map(|rest| (rest.to_vec(), "it verifies without its prefix")).collect();
        let add =
            |prefix: &str| ([prefix.as_bytes(), secret].concat(), "it verifies with a prefix");
        variants.extend(PREFIXES.iter().map(|prefix| add(prefix)));
        variants
    })
}

/// What comes behind a prefix: a known one, or some letters and a `_`, `,`, `:`, `=` or space.
fn rest(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let known = PREFIXES.iter().find_map(|prefix| secret.strip_prefix(prefix.as_bytes()));
    let end = secret.iter().position(|byte| !byte.is_ascii_alphanumeric());
    let other = end.and_then(|end| match secret.get(end..) {
        Some([b'_' | b',' | b':' | b'=' | b' ', rest @ ..]) if (1..=12).contains(&end) => {
            Some(rest)
        }
        _ => None,
    });
    known.into_iter().chain(other.filter(move |other| Some(*other) != known))
}

pub(super) fn base64(case: &Case) -> Variants<'_> {
    each(case, |secret| {
        let mut variants: Vec<_> =
            decoded(secret).map(|key| (key, "it verifies decoded from base64")).collect();
        for rest in rest(secret) {
            variants.extend(
                decoded(rest)
                    .map(|key| (key, "it verifies decoded from base64, without its prefix")),
            );
        }
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            variants.push((engine.encode(secret).into_bytes(), "it verifies written in base64"));
        }
        variants.dedup();
        variants
    })
}

fn decoded(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
        .into_iter()
        .find_map(|engine| engine.decode(text).ok())
        .filter(|key| !key.is_empty())
        .into_iter()
}

pub(super) fn hex(case: &Case) -> Variants<'_> {
    each(case, |secret| {
        let mut variants = Vec::new();
        for text in std::iter::once(secret).chain(rest(secret)) {
            variants.extend(digits(text).map(|key| (key, "it verifies decoded from hexadecimal")));
        }
        variants.push((
            base16ct::lower::encode_string(secret).into(),
            "it verifies written in hexadecimal",
        ));
        variants.push((
            base16ct::upper::encode_string(secret).into(),
            "it verifies written in hexadecimal, in upper case",
        ));
        variants
    })
}

fn digits(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    base16ct::mixed::decode_vec(text).ok().into_iter()
}

/// A key of one zero is the key of none: RFC 2104 fills up with zeros. So that nothing here makes an
/// empty secret.
pub(super) fn empty(case: &Case) -> Variants<'_> {
    each(case, |_| vec![(vec![0], "")])
}

/// The secret, and what is left of it by the changes here that take something off or decode it, one after the
/// other: each may be the true secret, which nobody is to be shown.
pub(crate) fn meant(secret: &[u8]) -> Vec<Vec<u8>> {
    let secret = secret.trim_ascii();
    let mut meant = vec![secret.to_vec()];
    meant.extend(within(secret).map(<[u8]>::to_vec));
    let rests: Vec<_> = meant.iter().flat_map(|text| rest(text)).map(<[u8]>::to_vec).collect();
    meant.extend(rests);
    let decoded: Vec<_> = meant.iter().flat_map(|text| decoded(text).chain(digits(text))).collect();
    meant.extend(decoded);
    meant
}

/// What the secret may be instead, and in what way.
type Instead = Vec<(Vec<u8>, &'static str)>;

/// Each secret in turn, in each of the ways that `variants` says.
fn each(case: &Case, variants: fn(&[u8]) -> Instead) -> Variants<'_> {
    let secrets = case.setup.secrets().iter().enumerate();
    Box::new(secrets.flat_map(move |(at, secret)| {
        let variants = variants(secret.expose()).into_iter();
        variants.filter_map(move |(secret, detail)| case.with_secret(at, secret, detail))
    }))
}
