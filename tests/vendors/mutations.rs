//! What is done to a genuine request on its way.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::{HeaderName, HeaderValue};
use proptest::prelude::Rng;

/// One change, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mutation {
    None,
    /// The body is that of no JSON parser: bytes that are no UTF-8 were signed.
    NotUtf8,
    /// One bit of the body.
    BodyBit,
    BodyCut,
    /// A newline more.
    BodyNewline,
    BodyEmpty,
    /// Signed with a secret that the receiver does not have.
    OtherSecret,
    /// Signed so many seconds ago, or in so many.
    Ago(Duration),
    Ahead(Duration),
    /// What one of the signed headers holds.
    Header(HeaderName, HeaderMutation),
}

/// What is done to a header that the signer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderMutation {
    Removed,
    Empty,
    /// One character into another of its kind.
    Changed,
    /// The last character.
    Cut,
    /// One more character.
    Longer,
    /// In upper case, but for a prefix that ends with `=`.
    UpperCase,
    /// A zero before it.
    ZeroBefore,
}

const HEADER: [HeaderMutation; 7] = [
    HeaderMutation::Removed,
    HeaderMutation::Empty,
    HeaderMutation::Changed,
    HeaderMutation::Cut,
    HeaderMutation::Longer,
    HeaderMutation::UpperCase,
    HeaderMutation::ZeroBefore,
];

/// Seconds on both sides of every window that vendors have, and well away from the edges: the packages look
/// at the clock themselves.
const TIMES: [u64; 5] = [120, 240, 420, 900, 100_000];

impl Mutation {
    /// All of them, for a request with these signed headers.
    pub(super) fn all(signed: &[HeaderName], timed: bool) -> Vec<Self> {
        let times = TIMES.iter().filter(|_| timed).map(|&secs| Duration::from_secs(secs));
        let headers =
            signed.iter().flat_map(|name| HEADER.map(|how| Self::Header(name.clone(), how)));
        [
            Self::None,
            Self::NotUtf8,
            Self::BodyBit,
            Self::BodyCut,
            Self::BodyNewline,
            Self::BodyEmpty,
            Self::OtherSecret,
        ]
        .into_iter()
        .chain(times.clone().map(Self::Ago))
        .chain(times.map(Self::Ahead))
        .chain(headers)
        .collect()
    }

    /// Changes what was signed.
    pub(super) fn apply(&self, request: &mut Request<Bytes>, rng: &mut impl Rng) {
        let mut body = request.body().to_vec();
        let mut below = |most: usize| (rng.next_u64() % most.max(1) as u64) as usize;
        match self {
            Self::None | Self::NotUtf8 | Self::OtherSecret | Self::Ago(_) | Self::Ahead(_) => {}
            // Within ASCII, so that it stays a text: the packages take texts.
            Self::BodyBit => {
                let ascii: Vec<usize> =
                    (0..body.len()).filter(|&at| body[at].is_ascii_alphanumeric()).collect();
                match ascii.get(below(ascii.len())) {
                    Some(&at) => body[at] ^= 1,
                    None => body.push(b'1'),
                }
            }
            Self::BodyCut => {
                body.pop();
                while std::str::from_utf8(&body).is_err() {
                    body.pop();
                }
            }
            Self::BodyNewline => body.push(b'\n'),
            Self::BodyEmpty => body.clear(),
            Self::Header(name, how) => how.apply(name, request, below(usize::MAX)),
        }
        *request.body_mut() = body.into();
    }
}

impl HeaderMutation {
    fn apply(self, name: &HeaderName, request: &mut Request<Bytes>, number: usize) {
        let Some(value) = request.headers_mut().remove(name) else { return };
        let mut text = value.to_str().expect("a text").to_owned();
        match self {
            Self::Removed => return,
            Self::Empty => text.clear(),
            Self::Changed => {
                let at = number % text.len().max(1);
                let changed: String = text
                    .char_indices()
                    .map(|(index, c)| match c {
                        _ if index != at => c,
                        '0'..='8' | 'a'..='e' | 'A'..='E' => char::from(c as u8 + 1),
                        _ => '0',
                    })
                    .collect();
                text = changed;
            }
            Self::Cut => {
                text.pop();
            }
            Self::Longer => text.push('0'),
            Self::UpperCase => {
                let prefix =
                    text.find('=').filter(|at| at + 16 < text.len()).map_or(0, |at| at + 1);
                let (kept, upper) = text.split_at(prefix);
                text = format!("{kept}{}", upper.to_ascii_uppercase());
            }
            Self::ZeroBefore => text.insert(0, '0'),
        }
        let value = HeaderValue::try_from(text).expect("a value");
        request.headers_mut().insert(name, value);
    }
}
