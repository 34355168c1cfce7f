//! What a stranger on the way does to a request.

use bytes::Bytes;
use countersign::Timestamp;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Uri};

use super::case::Edit;

/// Changes the request, or the time at which it arrives.
pub(super) fn change(request: &mut Request<Bytes>, now: &mut Timestamp, edit: Edit, text: &[u8]) {
    let place = usize::from(edit.place);
    match edit.what % 16 {
        0 => body(request, |body| {
            let length = body.len().max(1);
            if let Some(byte) = body.get_mut(place % length) {
                *byte ^= 1 << (edit.by % 8);
            }
        }),
        1 => body(request, |body| {
            let at = place.min(body.len());
            body.splice(at..at, text.iter().copied());
        }),
        2 => body(request, |body| {
            let at = place.min(body.len());
            let end = (at + usize::from(edit.by)).min(body.len());
            body.drain(at..end);
        }),
        3 => header(request, place, |value| {
            let length = value.len().max(1);
            if let Some(byte) = value.get_mut(usize::from(edit.by >> 3) % length) {
                *byte ^= 1 << (edit.by % 8);
            }
        }),
        4 => header(request, place, |value| {
            let at = usize::from(edit.by).min(value.len());
            value.splice(at..at, text.iter().copied());
        }),
        5 => header(request, place, |value| value.truncate(edit.by.into())),
        6 => header(request, place, |value| *value = text.to_vec()),
        7 => header(request, place, |value| value.make_ascii_uppercase()),
        8 => {
            if let Some((name, value)) = nth(request, place) {
                request.headers_mut().append(name, value);
            }
        }
        9 => {
            if let Some((name, _)) = nth(request, place) {
                request.headers_mut().remove(name);
            }
        }
        // The end of one header becomes the beginning of the body.
        10 => {
            let mut torn = Vec::new();
            header(request, place, |value| {
                let at = value.len().saturating_sub(usize::from(edit.by % 8));
                torn = value.split_off(at);
            });
            body(request, |body| drop(body.splice(..0, torn)));
        }
        // And the other way round.
        11 => {
            let mut torn = Vec::new();
            body(request, |body| {
                let end = usize::from(edit.by % 8).min(body.len());
                torn = body.drain(..end).collect();
            });
            header(request, place, |value| value.extend(torn));
        }
        12 => {
            let step = std::time::Duration::from_millis(u64::from(edit.place) * 10);
            *now = if edit.by.is_multiple_of(2) { now.plus(step) } else { now.minus(step) };
        }
        13 => {
            if let Ok(uri) = Uri::try_from(text) {
                *request.uri_mut() = uri;
            }
        }
        14 => *request.method_mut() = [Method::GET, Method::PUT, Method::HEAD][place % 3].clone(),
        // A header of any name: `name:value`.
        _ => {
            let mut halves = text.splitn(2, |&byte| byte == b':');
            let name = HeaderName::from_bytes(halves.next().unwrap_or_default());
            let value = HeaderValue::from_bytes(halves.next().unwrap_or_default());
            if let (Ok(name), Ok(value)) = (name, value) {
                request.headers_mut().append(name, value);
            }
        }
    }
}

fn body(request: &mut Request<Bytes>, change: impl FnOnce(&mut Vec<u8>)) {
    let mut body = request.body().to_vec();
    change(&mut body);
    *request.body_mut() = body.into();
}

/// Changes the value of one of the headers, if it is one of HTTP then.
fn header(request: &mut Request<Bytes>, place: usize, change: impl FnOnce(&mut Vec<u8>)) {
    let Some((name, value)) = nth(request, place) else { return };
    let mut bytes = value.as_bytes().to_vec();
    change(&mut bytes);
    if let Ok(value) = HeaderValue::from_bytes(&bytes) {
        request.headers_mut().insert(name, value);
    }
}

fn nth(request: &Request<Bytes>, place: usize) -> Option<(HeaderName, HeaderValue)> {
    let headers = request.headers();
    let (name, value) = headers.iter().nth(place % headers.len().max(1))?;
    Some((name.clone(), value.clone()))
}
