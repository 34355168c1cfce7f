//! What every scheme reads of a request before anything of it is believed.

use countersign::{Evidence, Head, Inspect, Reason, Scheme, Secret, Signature};
use http::Request;
use http::request::Parts;

use crate::large::large;
use crate::schemes::{self, Visit};
use crate::wire;
use bytes::Bytes;

/// The first byte chooses the scheme; the rest is the request.
pub fn check(data: &[u8]) {
    let Some((&scheme, text)) = data.split_first() else { return };
    let large = large(text);
    let Some(request) = wire::request(large.as_deref().unwrap_or(text)) else { return };
    schemes::visit(scheme, &Reading(request));
}

struct Reading(Request<Bytes>);

impl Visit for Reading {
    fn scheme<S: Scheme>(&self, scheme: S, secret: &str) {
        let (parts, body) = self.0.clone().into_parts();
        let secret = Secret::new(secret).expect("a secret");
        let key = scheme.key(&secret).expect("a key");
        let head = Head::new(&parts);
        if S::CHALLENGES {
            let _ = scheme.challenge(&head, std::slice::from_ref(&key));
        }
        let before = scheme.inspect(&head, None);
        // What is refused for its head is not read on.
        if before.is_err() {
            return;
        }
        let after = scheme.inspect(&head, Some(&body));
        match (&before, &after) {
            (_, Ok(Inspect::NeedBody)) => panic!("{}: it needs more than the body", S::NAME),
            (Ok(Inspect::Evidence(one)), Ok(Inspect::Evidence(other))) => {
                assert_eq!(bytes(one), bytes(other), "{}", S::NAME);
            }
            (Ok(Inspect::Evidence(_)), _) => {
                panic!("{}: the body changes what is claimed", S::NAME)
            }
            _ => {}
        }
        for evidence in [&before, &after] {
            if let Ok(Inspect::Evidence(evidence)) = evidence {
                sound(evidence);
            }
        }
        twice(&scheme, parts, &body, &before);
        // Of whatever was signed: also of what no provider sends.
        let _ = scheme.timestamp(&body);
        let _ = scheme.attest(&body, &key);
    }
}

fn bytes(evidence: &Evidence) -> Vec<&[u8]> {
    evidence.claim().signatures().iter().map(Signature::bytes).collect()
}

/// There is a signature, it is as long as its algorithm makes it, and there are not more than are looked at,
/// but for one by which that is known.
fn sound(evidence: &Evidence) {
    let signatures = evidence.claim().signatures();
    assert!((1..=Evidence::MAX_SIGNATURES + 1).contains(&signatures.len()));
    for signature in signatures {
        let size = signature.algorithm().size();
        assert!(size.is_none_or(|size| size == signature.bytes().len()));
    }
}

/// A header that was read cannot be there twice: with every header doubled, nothing is claimed.
fn twice<S: Scheme>(scheme: &S, mut parts: Parts, body: &Bytes, before: &Result<Inspect, Reason>) {
    let headers = parts.headers.clone();
    for (name, value) in &headers {
        if parts.headers.try_append(name, value.clone()).is_err() {
            return;
        }
    }
    let doubled = scheme.inspect(&Head::new(&parts), Some(body));
    if matches!(before, Ok(Inspect::Evidence(_))) {
        assert!(doubled.is_err(), "{}: a header is there twice", S::NAME);
    }
}
