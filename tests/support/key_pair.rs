//! Key pairs of Ed25519, for Standard Webhooks.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign::Secret;
use countersign_cli::registry::{Credentials, PUBLIC_KEYS, Settings, random_text};
use countersign_ed25519::Ed25519SigningKey;

/// A fresh one, in base64 behind `whsk_` and `whpk_`.
pub fn key_pair() -> Credentials {
    let bytes = random_text().expect("randomness");
    let pair = Ed25519SigningKey::from_bytes(bytes.as_bytes()).expect("32 bytes");
    let signing = format!("whsk_{}", BASE64_STANDARD.encode(bytes));
    let mut settings = Settings::default();
    let key = format!("{}=whpk_{}", PUBLIC_KEYS.name, pair.public_key().to_base64());
    settings.parse(&[PUBLIC_KEYS], &key).expect("a setting");
    Credentials { signing: Secret::new(signing).expect("a secret"), settings }
}
