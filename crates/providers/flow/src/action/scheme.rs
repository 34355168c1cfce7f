//! Where an action menu item has its signature.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Canonical, ConfigError, Defaults, Evidence, Head, Hmac, HmacKey, Inspect, Message,
    Reason, Scheme, Secret, SecretOnly, Sign, Signature, Timestamp,
};
use countersign_form::{Form, MAX_FIELDS, encode_field, expect_form, format_utc, parse_utc};
use http::Request;

use super::lines::{Lines, SIGNATURE, unambiguous};

const TIMESTAMP: &str = "timestamp";

/// The rules of action menu items: `hex(HMAC-SHA1(secret, sorted lines of the form))`.
#[derive(Clone, Debug)]
pub struct FlowAction {
    max_fields: usize,
}

impl FlowAction {
    /// How many fields a form may have; 10,000 by default.
    #[must_use]
    pub fn max_fields(mut self, max_fields: usize) -> Self {
        self.max_fields = max_fields;
        self
    }
}

impl Default for FlowAction {
    fn default() -> Self {
        Self { max_fields: MAX_FIELDS }
    }
}

impl SecretOnly for FlowAction {}

impl Scheme for FlowAction {
    type Method = Hmac;

    const NAME: &'static str = "flow-action";

    /// -5..10 s, as the vendor's sample warns past 10 s; 8 MiB, as `ids` lists every row of a query.
    fn defaults(&self) -> Defaults {
        Defaults::default()
            .window(Duration::from_secs(10), Duration::from_secs(5))
            .body_limit(8 * 1024 * 1024)
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let Some(body) = body else {
            return expect_form(head).map(|()| Inspect::NeedBody);
        };
        let form = Form::decode(body, self.max_fields)?;
        unambiguous(&form)?;
        let digits = form.get(SIGNATURE).ok_or(Reason::Missing(SIGNATURE))?;
        let signature = Signature::from_hex(Algorithm::HmacSha1, digits.as_bytes(), SIGNATURE)?;
        let time = form.get(TIMESTAMP).ok_or(Reason::Missing(TIMESTAMP))?;
        let time = parse(time).ok_or(Reason::Malformed(TIMESTAMP))?;
        let mut evidence = Evidence::new(signature).timestamp(time);
        for reading in Lines::readings(Arc::new(form)) {
            evidence = evidence.message(Message::canonical(reading));
        }
        Ok(evidence.into())
    }
}

/// Exactly `YYYY-MM-DDTHH:MM:SSZ`.
fn parse(text: &str) -> Option<Timestamp> {
    text.strip_suffix('Z').and_then(parse_utc)
}

impl Sign for FlowAction {
    /// Adds the fields `timestamp` and `signature` to a form, in place of any that it has. Blank
    /// fields are signed.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let refuse = |reason: Reason| ConfigError::new(format!("no form to be signed: {reason}"));
        let time = format_utc(now).ok_or_else(|| ConfigError::new("a time out of range"))?;

        let form = Form::decode(request.body(), self.max_fields).map_err(refuse)?;
        let mut body = Vec::new();
        for field in form.fields().filter(|field| ![SIGNATURE, TIMESTAMP].contains(&field.name)) {
            encode_field(&mut body, field.name, field.value.unwrap_or_default());
        }
        encode_field(&mut body, TIMESTAMP, &format!("{time}Z"));

        let form = Form::decode(&body, usize::MAX).map_err(refuse)?;
        unambiguous(&form).map_err(refuse)?;
        let mut text = Vec::new();
        for reading in Lines::readings(Arc::new(form)).take(1) {
            reading.feed(&mut |piece| text.extend_from_slice(piece));
        }
        let signature = self.key(secret)?.sign_hex(Algorithm::HmacSha1, &[&text])?;
        encode_field(&mut body, SIGNATURE, &signature);
        Ok(request.map(|_| body.into()))
    }
}
