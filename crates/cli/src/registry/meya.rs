//! Meya.

use countersign::{ConfigError, Scheme, meya};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Member, SECRETS, Settings, URLS};

pub(super) struct Meya;

impl Entry for Meya {
    type Scheme = meya::Meya;

    const FACTS: &'static Facts = &Facts {
        name: meya::Meya::NAME,
        title: "Meya",
        signature: "header X-Meya-Signature",
        signed: "external URL, then the body as sorted JSON",
        algorithm: "HMAC-SHA1",
        encoding: "base64",
        time: None,
        handshake: None,
        strength: Strength::CanonicalForm,
        confirmed: true,
        oracle: None,
        note: Some("max_age_secs checks the timestamp inside the body"),
        source: "https://docs.meya.ai/v1.2/reference/webhook-events-overview",
    };

    const MEMBERS: &'static [Member] = &[SECRETS, URLS];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"user_id": "1234567890", "sender": "user", "timestamp": 1489843997.625053, "text": "hi", "type": "text", "bot_id": "BJty7evfw2b"}"#,
    };

    fn scheme(settings: &Settings) -> Result<meya::Meya, ConfigError> {
        meya::Meya::try_at(settings.urls())
    }
}
