//! HMAC by its definition (RFC 2104), and how tags are written.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::Digest;

/// Of hashes with blocks of 64 bytes: SHA-1 and SHA-256.
pub(super) fn hmac<D: Digest>(key: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
    let key = if key.len() > 64 { D::digest(key).to_vec() } else { key.to_vec() };
    let padded = |pad: u8| -> Vec<u8> {
        (0..64).map(|at| key.get(at).copied().unwrap_or_default() ^ pad).collect()
    };
    let mut inner = D::new_with_prefix(padded(0x36));
    for piece in pieces {
        inner.update(piece);
    }
    let outer = D::new_with_prefix(padded(0x5c)).chain_update(inner.finalize());
    outer.finalize().to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
