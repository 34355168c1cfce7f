//! What is sent: one genuine request for a provider, forged ones, and the genuine one again.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use countersign::{Secret, Timestamp};
use http::Request;
use http::header::CONTENT_TYPE;

use super::{Kind, Stand};
use crate::draft::Draft;
use crate::failure::Failure;
use crate::registry::Strength;

/// A request that is sent to a stand.
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) request: Request<Bytes>,
}

/// All requests for that stand.
pub(crate) fn cases(stand: &Stand, now: Timestamp) -> Result<Vec<Case>, Failure> {
    let draft = Draft { provider: stand.provider, target: &stand.target, headers: &[], body: None };
    let sign = |secret: &Secret, at| draft.sign(&stand.settings, secret, at);
    let genuine = sign(&stand.signing, now)?;
    let flipped = match stand.provider.facts().strength {
        // No byte of the body is signed, so a byte of the token is changed.
        Strength::TokenOnly => sign(&change_last(&stand.signing)?, now)?,
        Strength::SignedBody | Strength::CanonicalForm => flip_middle(&genuine),
    };
    let wrong = sign(&stand.provider.credentials()?.signing, now)?;
    let mut cases = vec![
        Case { kind: Kind::Genuine, request: genuine.clone() },
        Case { kind: Kind::Flipped, request: flipped },
        Case { kind: Kind::WrongSecret, request: wrong },
        Case { kind: Kind::Unsigned, request: draft.unsigned()? },
    ];
    if stand.provider.facts().time.is_some()
        && let Some(max_age) = stand.max_age
    {
        let long_ago = now.minus(max_age.saturating_add(Duration::from_secs(3600)));
        cases.push(Case { kind: Kind::Stale, request: sign(&stand.signing, long_ago)? });
    }
    if stand.remembers {
        cases.push(Case { kind: Kind::Replayed, request: genuine });
    }
    Ok(cases)
}

/// Flips a bit of the letter or digit nearest to the middle of the body: what it says is then
/// something else, while white space might not matter to a canonical form. In a form it is one of a
/// value, and not of the signature or time: it has to be the signature that no longer matches.
fn flip_middle(request: &Request<Bytes>) -> Request<Bytes> {
    let mut body = request.body().to_vec();
    let middle = body.len() / 2;
    let values = values(request);
    let letters = body.iter_mut().enumerate().filter(|(index, byte)| {
        byte.is_ascii_alphanumeric() && values.iter().any(|value| value.contains(index))
    });
    if let Some((_, byte)) = letters.min_by_key(|(index, _)| index.abs_diff(middle)) {
        *byte ^= 1;
    }
    request.clone().map(|_| body.into())
}

/// Where the body may be changed: in a form, values that are written without escapes.
fn values(request: &Request<Bytes>) -> Vec<Range<usize>> {
    let form = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let body = request.body();
    if !form {
        return std::iter::once(0..body.len()).collect();
    }
    let mut start = 0;
    let fields = body.split(|&byte| byte == b'&').filter_map(|field| {
        let begin = start;
        start += field.len() + 1;
        let equals = field.iter().position(|&byte| byte == b'=')?;
        let (name, value) = field.split_at(equals);
        let plain = value.iter().skip(1).all(u8::is_ascii_alphanumeric);
        (plain && name != b"signature").then(|| begin + equals + 1..begin + field.len())
    });
    fields.collect()
}

fn change_last(secret: &Secret) -> Result<Secret, Failure> {
    let mut bytes = secret.expose().to_vec();
    if let Some(byte) = bytes.last_mut() {
        // A character that every grammar of tokens has.
        *byte = if *byte == b'0' { b'1' } else { b'0' };
    }
    Ok(Secret::new(bytes)?)
}
