//! Where Speakap puts its signature.

use std::time::Duration;

use bytes::Bytes;
use countersign_core::{
    Algorithm, Canonical, ConfigError, Defaults, Evidence, Head, Hmac, HmacKey, Inspect, Message,
    Reason, Scheme, Secret, SecretOnly, Sign, Signature, Timestamp,
};
use countersign_form::{
    Field, Form, MAX_FIELDS, encode_field, encode_rfc3986, expect_form, format_utc, parse_instant,
};
use http::Request;

const SIGNATURE: &str = "signature";
const ISSUED_AT: &str = "issuedAt";

/// The rules of Speakap: `base64(HMAC-SHA256(secret, sorted and encoded fields))`.
#[derive(Clone, Debug)]
pub struct Speakap {
    max_fields: usize,
}

impl Speakap {
    /// How many fields a form may have; 10,000 by default.
    #[must_use]
    pub fn max_fields(mut self, max_fields: usize) -> Self {
        self.max_fields = max_fields;
        self
    }
}

impl Default for Speakap {
    fn default() -> Self {
        Self { max_fields: MAX_FIELDS }
    }
}

impl SecretOnly for Speakap {}

impl Scheme for Speakap {
    type Method = Hmac;

    const NAME: &'static str = "speakap";

    /// -5..60 s: the vendor recommends 60 s at most.
    fn defaults(&self) -> Defaults {
        Defaults::default().window(Duration::from_secs(60), Duration::from_secs(5))
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let Some(body) = body else {
            return expect_form(head).map(|()| Inspect::NeedBody);
        };
        let form = Form::decode(body, self.max_fields)?;
        let text = form.get(SIGNATURE).ok_or(Reason::Missing(SIGNATURE))?;
        let signature = Signature::from_base64(Algorithm::HmacSha256, text.as_bytes(), SIGNATURE)?;
        let time = form.get(ISSUED_AT).ok_or(Reason::Missing(ISSUED_AT))?;
        let time = parse_instant(time).ok_or(Reason::Malformed(ISSUED_AT))?;
        Ok(Evidence::new(signature)
            .timestamp(time)
            .message(Message::canonical(Parameters(form)))
            .into())
    }
}

/// The fields that are signed: all but the signature.
struct Parameters(Form);

impl Parameters {
    fn sign(field: &Field<'_>) -> bool {
        field.name != SIGNATURE
    }
}

impl Canonical for Parameters {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) {
        for (at, field) in self.0.fields().filter(Self::sign).enumerate() {
            if at > 0 {
                sink(b"&");
            }
            encode_rfc3986(field.name, sink);
            sink(b"=");
            encode_rfc3986(field.value.unwrap_or_default(), sink);
        }
    }

    /// The same fields.
    fn reveal(&self) -> Bytes {
        self.0.select(Self::sign)
    }
}

impl Sign for Speakap {
    /// Adds the fields `issuedAt` and `signature` to a form, in place of any that it has.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let refuse = |reason: Reason| ConfigError::new(format!("no form to be signed: {reason}"));
        let time = format_utc(now).ok_or_else(|| ConfigError::new("a time out of range"))?;
        let millis = now.as_millis().rem_euclid(1000);

        let form = Form::decode(request.body(), self.max_fields).map_err(refuse)?;
        let mut body = Vec::new();
        for field in form.fields().filter(|field| ![SIGNATURE, ISSUED_AT].contains(&field.name)) {
            encode_field(&mut body, field.name, field.value.unwrap_or_default());
        }
        encode_field(&mut body, ISSUED_AT, &format!("{time}.{millis:03}+0000"));

        let form = Form::decode(&body, usize::MAX).map_err(refuse)?;
        let mut text = Vec::new();
        Parameters(form).feed(&mut |piece| text.extend_from_slice(piece));
        let signature = self.key(secret)?.sign_base64(Algorithm::HmacSha256, &[&text])?;
        encode_field(&mut body, SIGNATURE, &signature);
        Ok(request.map(|_| body.into()))
    }
}
