//! The list of signatures.

use countersign_core::{Algorithm, Reason, Signature};

/// How many `v1a` signatures may be listed: each costs a hash of the body under every key.
pub const MAX_ASYMMETRIC: usize = 4;

/// Reads `v1,<base64>` and `v1a,<base64>` with one space between two. Other versions are passed over.
pub(crate) fn read(list: &[u8], name: &'static str) -> Result<Vec<Signature>, Reason> {
    let mut signatures = Vec::new();
    for entry in list.split(|&byte| byte == b' ') {
        let comma = entry.iter().position(|&byte| byte == b',');
        let (version, text) = comma
            .and_then(|at| entry.split_at_checked(at))
            .and_then(|(version, rest)| Some((version, rest.strip_prefix(b",")?)))
            .ok_or(Reason::Malformed(name))?;
        let algorithm = match version {
            b"v1" => Algorithm::HmacSha256,
            b"v1a" => Algorithm::Ed25519,
            _ => continue,
        };
        signatures.push(Signature::from_base64(algorithm, text, name)?);
    }
    let asymmetric = signatures.iter().filter(|one| one.algorithm() == Algorithm::Ed25519).count();
    if asymmetric > MAX_ASYMMETRIC {
        return Err(Reason::TooMany("v1a signatures"));
    }
    if signatures.is_empty() {
        return Err(Reason::Malformed(name));
    }
    Ok(signatures)
}
