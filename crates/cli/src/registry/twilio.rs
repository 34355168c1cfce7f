//! Twilio.

use countersign::{ConfigError, Scheme, twilio};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Kind, Member, SECRETS, Settings, URLS};

pub(super) struct Twilio;

const SHA256_ONLY: &str = "sha256_only";

impl Entry for Twilio {
    type Scheme = twilio::Twilio;

    const FACTS: &'static Facts = &Facts {
        name: twilio::Twilio::NAME,
        title: "Twilio",
        signature: "header X-Twilio-Signature",
        signed: "external URL, then the sorted fields of the form, or in it the digest of another body",
        algorithm: "HMAC-SHA1 or HMAC-SHA256",
        encoding: "base64",
        time: None,
        handshake: None,
        strength: Strength::CanonicalForm,
        confirmed: true,
        oracle: Some("PyPI twilio, npm twilio"),
        note: Some("nothing parts names from values; a GET is signed by its URL"),
        source: "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
    };

    const MEMBERS: &'static [Member] = &[
        SECRETS,
        URLS,
        Member { name: SHA256_ONLY, kind: Kind::Flag, help: "whether HMAC-SHA1 is refused" },
    ];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/x-www-form-urlencoded")],
        body: b"MessageSid=SM2f37e2e5d6c14d2f8b6a1f1c5a3b7d90&AccountSid=AC5ef8732a3c49700934481addd5ce1659&From=%2B14158675309&To=%2B18005551212&Body=hello&NumMedia=0",
    };

    fn scheme(settings: &Settings) -> Result<Self::Scheme, ConfigError> {
        let twilio = twilio::Twilio::try_at(settings.urls())?;
        Ok(if settings.flag(SHA256_ONLY) { twilio.sha256_only() } else { twilio })
    }
}
