//! SendGrid.

use countersign::sendgrid::testing::TestKey;
use countersign::{ConfigError, Scheme, sendgrid};
use http::Method;

use super::entry::{Credentials, Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Member, PUBLIC_KEYS, Settings};

pub(super) struct SendGrid;

impl Entry for SendGrid {
    type Scheme = sendgrid::SendGrid;

    const FACTS: &'static Facts = &Facts {
        name: sendgrid::SendGrid::NAME,
        title: "SendGrid, event webhook",
        signature: "header X-Twilio-Email-Event-Webhook-Signature",
        signed: "time, raw body",
        algorithm: "ECDSA P-256, SHA-256",
        encoding: "DER in base64",
        time: Some("header X-Twilio-Email-Event-Webhook-Timestamp"),
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI sendgrid, npm @sendgrid/eventwebhook"),
        note: Some(
            "sign takes base64 of a PKCS #8 key of your own: the private keys are SendGrid's",
        ),
        source: "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
    };

    const MEMBERS: &'static [Member] = &[PUBLIC_KEYS];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"[{"email":"ada@example.com","timestamp":1767225600,"event":"delivered","sg_event_id":"ZGVsaXZlcmVkLTAtMTA5OTQ5MTk","sg_message_id":"LRzXlNHStOGhQ4kofSmA.filterdrecv","response":"250 OK"}]"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(sendgrid::SendGrid)
    }

    fn credentials() -> Result<Credentials, ConfigError> {
        let key = TestKey::generate()?;
        let mut settings = Settings::default();
        settings
            .put(Self::MEMBERS, PUBLIC_KEYS.name, vec![key.public()?].into())
            .map_err(|error| ConfigError::new(error.to_string()))?;
        Ok(Credentials { signing: key.private()?, settings })
    }
}
