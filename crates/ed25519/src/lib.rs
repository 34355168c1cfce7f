//! Ed25519 signatures (RFC 8032), for the providers that have a key pair.
//!
//! [`Ed25519`] is the [`Method`](countersign_core::Method) of a scheme, [`Ed25519PublicKey`] what a receiver
//! believes, and [`Ed25519SigningKey`] signs as a provider does, for tests and the command line.
//!
//! # What holds
//!
//! One text has one signature under one key, for everybody but who has the private key:
//!
//! - the scalar of a signature has one spelling, the lesser one (RFC 8032, 5.1.7);
//! - its point is not of small order, and neither is a public key: under such a key everybody could sign;
//! - a point has one encoding, in a key as in a signature.
//!
//! That is `verify_strict` of [`ed25519_dalek`], and the encoding of a key besides. It is checked while the body
//! arrives, so that no copy is made of it; a request is hashed once for each signature that it claims and each
//! key, so a scheme that takes a list has to bound it.
//!
//! ```
//! use countersign_ed25519::{Ed25519PublicKey, Ed25519SigningKey};
//!
//! let key = Ed25519SigningKey::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")?;
//! assert_eq!(key.public_key().to_hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
//!
//! // The point of order 1: it would be a key by which everybody signs everything.
//! assert!(Ed25519PublicKey::from_hex(&format!("01{:062}", 0)).is_err());
//! # Ok::<(), countersign_core::ConfigError>(())
//! ```

mod key;
mod method;
#[cfg(test)]
mod tests;

pub use self::key::{Ed25519PublicKey, Ed25519SigningKey};
pub use self::method::{Ed25519, Ed25519State};
