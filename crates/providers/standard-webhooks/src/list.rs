//! The list of signatures.

use countersign_core::{Algorithm, Evidence, Reason, Signature};
use smallvec::SmallVec;

/// How many `v1a` signatures are looked at, the first ones: each costs a hash of the body under every key.
pub const MAX_ASYMMETRIC: usize = 4;

/// Reads `v1,<base64>` and `v1a,<base64>` with one space between two. What is of another version or malformed is
/// passed over, as by the specification's own libraries: it vouches for nothing, and a sound one beside it does.
pub(crate) fn read(list: &[u8], name: &'static str) -> Result<SmallVec<[Signature; 1]>, Reason> {
    let (mut signatures, mut asymmetric) = (SmallVec::new(), 0);
    for entry in list.split(|&byte| byte == b' ') {
        let Some(signature) = signature(entry, name) else { continue };
        if signature.algorithm() == Algorithm::Ed25519 {
            asymmetric += 1;
            if asymmetric > MAX_ASYMMETRIC {
                continue;
            }
        }
        signatures.push(signature);
        // One more than are looked at is enough to know that there are too many.
        if signatures.len() > Evidence::MAX_SIGNATURES {
            break;
        }
    }
    if signatures.is_empty() {
        return Err(Reason::Malformed(name));
    }
    Ok(signatures)
}

fn signature(entry: &[u8], name: &'static str) -> Option<Signature> {
    let (algorithm, text) = if let Some(text) = entry.strip_prefix(b"v1,") {
        (Algorithm::HmacSha256, text)
    } else {
        (Algorithm::Ed25519, entry.strip_prefix(b"v1a,")?)
    };
    Signature::from_base64(algorithm, text, name).ok()
}
