//! The providers that sign the fields of a form.

use http::Method;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::super::mac::{base64, hex, hmac};
use super::{Came, SECOND, URL};
use crate::form::{self, Pair};
use crate::time;

/// Lines `name=value`, sorted as lines. Fields without a value may be signed or not: the handler gets which.
pub(crate) fn flow_action(came: &Came<'_>) -> bool {
    let Some((all, handed)) = fields(came) else { return false };
    let mut lines: Vec<String> =
        handed.iter().map(|(name, value)| format!("{name}={}\r\n", text(value))).collect();
    lines.sort_unstable_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
    let given = get(&all, "signature").map(str::to_ascii_lowercase);
    let time = get(&handed, "timestamp").and_then(|time| time.strip_suffix('Z'));
    let nanos = time.and_then(|time| time::civil(time.as_bytes())).map(|secs| secs * SECOND);
    came.in_time(nanos, 10, 5)
        && came
            .tagged(given.as_deref(), |key| hex(&hmac::<Sha1>(key, &[lines.concat().as_bytes()])))
}

/// `name=value`, both escaped by RFC 3986, sorted by name and joined by `&`.
pub(crate) fn speakap(came: &Came<'_>) -> bool {
    let Some((all, mut handed)) = fields(came) else { return false };
    handed.sort();
    let escaped = |(name, value): &Pair| {
        [form::escaped(name), b"=".to_vec(), form::escaped(text(value))].concat()
    };
    let signed = handed.iter().map(escaped).collect::<Vec<_>>().join(&b'&');
    let nanos = get(&handed, "issuedAt").and_then(|time| time::instant(time.as_bytes()));
    // All of them are signed but the signature itself.
    handed.len() + 1 == all.len()
        && came.in_time(nanos, 60, 5)
        && came.tagged(get(&all, "signature"), |key| base64(&hmac::<Sha256>(key, &[&signed])))
}

/// All fields of the request, and those that the handler got, which are some of them and no signature.
fn fields(came: &Came<'_>) -> Option<(Vec<Pair>, Vec<Pair>)> {
    let all = form::read(came.body)?;
    let handed = form::read(came.handed?)?;
    let is_one = |(name, value): &Pair| {
        let same = all.iter().filter(|(other, _)| other == name).collect::<Vec<_>>();
        name != "signature" && same.len() == 1 && text(&same[0].1) == text(value)
    };
    handed.iter().all(is_one).then(|| (all.clone(), handed.clone()))
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

fn get<'a>(fields: &'a [Pair], name: &str) -> Option<&'a str> {
    fields.iter().find(|field| field.0 == name).map(|field| text(&field.1))
}

/// The URL; and behind it the sorted fields of a form, or in it the fields of a GET or the digest of the body.
pub(crate) fn twilio(came: &Came<'_>) -> bool {
    let given = came.one("x-twilio-signature");
    let is_signed = |pieces: &[&[u8]]| {
        let settings = came.head.headers.contains_key("x-twilio-webhooks-signature-settings");
        came.tagged(given, |key| base64(&hmac::<Sha1>(key, pieces)))
            || settings && came.tagged(given, |key| base64(&hmac::<Sha256>(key, pieces)))
    };
    let query = came.head.uri.query();
    let added = query.map(|query| format!("?{query}")).unwrap_or_default();
    let in_url = || is_signed(&[URL.as_bytes(), added.as_bytes()]);
    if came.head.method == Method::GET {
        return came.handed(query.unwrap_or_default().as_bytes()) && in_url();
    }
    let digest = format!("bodySHA256={}", hex(&Sha256::digest(came.body)));
    let bound = query.and_then(|query| query.rsplit('&').next()).map(str::to_ascii_lowercase);
    if bound == Some(digest.to_ascii_lowercase()) && came.handed(came.body) && in_url() {
        return true;
    }
    let read = |body: &[u8]| {
        let mut fields = form::read(body)?;
        fields.iter_mut().for_each(|(_, value)| *value = Some(text(value).to_owned()));
        fields.sort();
        fields.dedup();
        Some(fields)
    };
    let (Some(fields), Some(handed)) = (read(came.body), came.handed.map(|it| read(it))) else {
        return false;
    };
    let pieces: Vec<&[u8]> = [URL.as_bytes()]
        .into_iter()
        .chain(fields.iter().flat_map(|(name, value)| [name.as_bytes(), text(value).as_bytes()]))
        .collect();
    handed == Some(fields.clone()) && is_signed(&pieces)
}
