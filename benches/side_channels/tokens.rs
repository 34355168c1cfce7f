//! Tokens: how many of the first characters are right, and how long the right one is.

use bytes::Bytes;
use countersign::{Algorithm, Evidence, GitLabTokenVerify, Method, Signature, Token, TokenKey};
use http::{HeaderValue, Request};

use crate::macs::pick;
use crate::timed::{Kind, Timed};

pub(crate) const TOKEN: &[u8] = b"0123456789abcdef0123456789abcdef";

pub(crate) fn all() -> Vec<Timed> {
    vec![finish(), layer(), length(), keys()]
}

fn finish() -> Timed {
    let key = TokenKey::new(TOKEN);
    let keys = std::slice::from_ref(&key);
    Timed::of(
        "token, none or 31 of 32 characters right",
        |kind| claim(&wrong(kind)),
        |claim| Token::finish((), keys, claim.claim()).is_some(),
    )
}

/// The whole check of a request that is in memory.
fn layer() -> Timed {
    let layer = GitLabTokenVerify::new(TOKEN);
    Timed::of(
        "GitLabTokenVerify, none or 31 of 32 characters right",
        |kind| {
            let value = HeaderValue::from_bytes(&wrong(kind)).expect("a value");
            let request = Request::post("/hook").header("x-gitlab-token", value);
            request.body(Bytes::from_static(b"{}")).expect("a request")
        },
        |request| layer.verify(request).is_ok(),
    )
}

/// What is claimed is the same, and what is configured is not.
fn length() -> Timed {
    let [short, long] = [TokenKey::new(&TOKEN[..8]), TokenKey::new(&TOKEN.repeat(4))];
    Timed::of(
        "token, 8 or 128 characters configured",
        |kind| (pick(kind, &short, &long).clone(), claim(b"fedcba9876543210fedcba9876543210")),
        |(key, claim)| Token::finish((), std::slice::from_ref(&key), claim.claim()).is_some(),
    )
}

/// Both are right.
fn keys() -> Timed {
    let tokens: Vec<_> = (b'a'..=b'h').map(|letter| [letter; 32]).collect();
    let keys: Vec<_> = tokens.iter().map(|token| TokenKey::new(token)).collect();
    Timed::of(
        "token, the first of eight or the last",
        |kind| claim(pick(kind, &tokens[0], &tokens[7])),
        |claim| Token::finish((), &keys, claim.claim()).is_some(),
    )
}

fn claim(token: &[u8]) -> Evidence {
    Evidence::new(Signature::from_bytes(Algorithm::Token, token, "token").expect("a token"))
}

/// As long as the right one.
pub(crate) fn wrong(kind: Kind) -> Vec<u8> {
    let mut token = TOKEN.to_vec();
    let at = match kind {
        Kind::One => 0,
        Kind::Other => token.len() - 1,
    };
    token[at] = b'!';
    token
}
