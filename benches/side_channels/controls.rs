//! Comparisons as they should not be: the instrument has to tell them.

use countersign::{Algorithm, HmacKey};

use crate::macs::{TEXT, pick, wrong};
use crate::timed::Timed;
use crate::tokens;

pub(crate) fn all() -> Vec<Timed> {
    vec![mac(), token(), keys()]
}

/// Byte by byte, up to the first that differs.
fn ends_early(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one == other)
}

fn mac() -> Timed {
    let key = HmacKey::new(b"a secret that nobody guesses");
    let algorithm = Algorithm::HmacSha256;
    let [first, last] = [0, 31].map(|at| wrong(&key, algorithm, at));
    Timed::of(
        "control: HMAC-SHA256 that ends early, first byte wrong or last byte wrong",
        |kind| pick(kind, &first, &last).clone(),
        |claimed| {
            let tag = key.sign(algorithm, &[TEXT]).expect("a tag");
            ends_early(&tag, &claimed)
        },
    )
}

fn token() -> Timed {
    Timed::of(
        "control: token that ends early, none or 31 of 32 characters right",
        tokens::wrong,
        |claimed| ends_early(tokens::TOKEN, &claimed),
    )
}

fn keys() -> Timed {
    let keys: Vec<_> = (0..8).map(|number: u8| HmacKey::new(&[number; 32])).collect();
    let algorithm = Algorithm::HmacSha256;
    let tag = |key: &HmacKey| key.sign(algorithm, &[TEXT]).expect("a tag");
    let [first, last] = [&keys[0], &keys[7]].map(tag);
    Timed::of(
        "control: keys that end early, the first of eight or the last",
        |kind| pick(kind, &first, &last).clone(),
        |claimed| keys.iter().position(|key| tag(key) == claimed),
    )
}
