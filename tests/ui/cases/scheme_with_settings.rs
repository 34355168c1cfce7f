//! A scheme with settings of its own has no `new(secret)`, and the message says what to call.

use bytes::Bytes;
use countersign::{
    ConfigError, Head, Hmac, HmacKey, Inspect, Reason, Scheme, Secret, VerifyLayer,
};

struct AtUrl(String);

impl Scheme for AtUrl {
    type Method = Hmac;
    const NAME: &'static str = "at-url";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, _: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Err(Reason::Missing("all of it"))
    }
}

fn main() {
    let _ = VerifyLayer::<AtUrl>::new("secret");
}
