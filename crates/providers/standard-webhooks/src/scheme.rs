//! Where the signatures are, and what they cover.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign_core::{
    ConfigError, Defaults, Evidence, Head, Inspect, Message, Reason, Scheme, Secret, SecretOnly,
    Sign, Timestamp, insert_header,
};
use http::Request;

use crate::headers::is_id;
use crate::key::{SigningKey, WebhookKey};
use crate::list;
use crate::method::WebhookSignature;
use crate::profile::{self, Profile};

/// The specification: its libraries take a time that is so old, or so far ahead.
const WINDOW: Duration = Duration::from_secs(300);

/// The rules of Standard Webhooks: `v1` (HMAC-SHA256) or `v1a` (Ed25519) over `<id>.<seconds>.<body>`.
///
/// [`default`](Self::default) is the specification itself; the other constructors are for services that have
/// other names for the headers, or another way to show the secret.
#[derive(Clone, Debug)]
pub struct StandardWebhooks {
    profile: &'static Profile,
}

impl StandardWebhooks {
    pub(crate) fn of(profile: &'static Profile) -> Self {
        Self { profile }
    }

    /// What this service shows, without what it shows before the prefix.
    fn shown<'a>(&self, secret: &'a Secret) -> &'a [u8] {
        let before = self.profile.before_secret.as_bytes();
        secret.expose().strip_prefix(before).unwrap_or(secret.expose())
    }
}

impl Default for StandardWebhooks {
    fn default() -> Self {
        Self::of(&profile::STANDARD)
    }
}

impl SecretOnly for StandardWebhooks {}

impl Scheme for StandardWebhooks {
    type Method = WebhookSignature;

    const NAME: &'static str = "standard-webhooks";

    const SIGNED_ID: bool = true;

    fn defaults(&self) -> Defaults {
        Defaults::default().window(WINDOW, WINDOW)
    }

    fn key(&self, secret: &Secret) -> Result<WebhookKey, ConfigError> {
        WebhookKey::parse(self.shown(secret), self.profile.lengths())
    }

    fn decoy(&self) -> Option<WebhookKey> {
        Some(WebhookKey::decoy())
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let family = self.profile.headers.in_request(head);
        let signatures = head.required(&family.signature, family.signature_name)?;
        let evidence = Evidence::any(list::read(signatures, family.signature_name));
        if evidence.claim().signatures().is_empty() {
            return Err(Reason::Malformed(family.signature_name));
        }
        let id = family.read_id(head)?;
        let (timestamp, digits) = family.time.read(head)?;
        let message =
            Message::body().prefix(id.as_bytes()).prefix(b".").prefix(digits).prefix(b".");
        Ok(evidence.message(message).timestamp(timestamp).id(id).into())
    }
}

impl Sign for StandardWebhooks {
    /// Signs with a secret `whsec_..` or a private key `whsk_..`. The id is that of the request, where it has
    /// one, or else made of the time.
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let key = SigningKey::parse(self.shown(secret), self.profile.lengths())?;
        let family = self.profile.headers.to_write();
        let id = match request.headers().get(&family.id) {
            Some(id) => id.to_str().unwrap_or_default().to_owned(),
            None => format!("msg_{}", now.as_nanos()),
        };
        if !is_id(&id) {
            return Err(ConfigError::new(format!(
                "`{}` is empty, or has a dot, white space or characters that are not ASCII",
                family.id_name
            )));
        }
        let digits = family.time.write(&mut request, now)?;
        let pieces = [id.as_bytes(), b".", digits.as_bytes(), b".", request.body()];
        let (version, signature) = key.sign(&pieces)?;
        insert_header(&mut request, &family.id, &id)?;
        let entry = format!("{version},{}", BASE64_STANDARD.encode(signature));
        insert_header(&mut request, &family.signature, &entry)?;
        Ok(request)
    }
}
