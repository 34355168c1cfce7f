//! The list of signatures.

use std::iter;

use countersign_core::{Algorithm, Signature};
use memchr::memchr;

/// How many `v1a` signatures are looked at, the first ones: each costs a hash of the body under every key.
pub const MAX_ASYMMETRIC: usize = 4;

/// The signatures in `v1,<base64>` and `v1a,<base64>` with one space between two. What is of another version or
/// malformed is passed over, as by the specification's own libraries: it vouches for nothing, and a sound one beside
/// it does.
#[inline]
pub(crate) fn read(list: &[u8], name: &'static str) -> impl Iterator<Item = Signature> {
    let (mut rest, mut asymmetric) = (Some(list), 0);
    iter::from_fn(move || {
        loop {
            let entry = next(&mut rest)?;
            let Some(signature) = signature(entry, name) else { continue };
            if signature.algorithm() == Algorithm::Ed25519 {
                asymmetric += 1;
                if asymmetric > MAX_ASYMMETRIC {
                    continue;
                }
            }
            return Some(signature);
        }
    })
}

/// Takes the next entry off.
fn next<'a>(rest: &mut Option<&'a [u8]>) -> Option<&'a [u8]> {
    let list = rest.take()?;
    let Some((entry, behind)) = memchr(b' ', list).and_then(|space| list.split_at_checked(space))
    else {
        return Some(list);
    };
    *rest = behind.get(1..);
    Some(entry)
}

fn signature(entry: &[u8], name: &'static str) -> Option<Signature> {
    let (algorithm, text) = if let Some(text) = entry.strip_prefix(b"v1,") {
        (Algorithm::HmacSha256, text)
    } else {
        (Algorithm::Ed25519, entry.strip_prefix(b"v1a,")?)
    };
    Signature::from_base64(algorithm, text, name).ok()
}
