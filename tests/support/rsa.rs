//! RSA keys for tests: made once by `openssl genpkey`, since making one takes its time.

use countersign::space::testing::TestKey;

/// Two private keys of 2048 bits, as PEM.
pub const NEW: &str = include_str!("rsa/new.pem");
pub const OLD: &str = include_str!("rsa/old.pem");

/// Private keys of 3072, 4096 and 8192 bits.
pub const LARGER: [&str; 3] =
    [include_str!("rsa/3072.pem"), include_str!("rsa/4096.pem"), include_str!("rsa/8192.pem")];

/// Public keys of 1024 and 2047 bits, as JWK.
pub const TOO_SMALL: [&str; 2] = [include_str!("rsa/1024.json"), include_str!("rsa/2047.json")];

/// The key pair in a PEM.
pub fn key(pem: &str) -> TestKey {
    TestKey::from_pem(pem).expect("a private key")
}

/// What a verifier is given for a private key: the public one.
pub fn jwk(pem: &str) -> String {
    key(pem).jwk()
}
