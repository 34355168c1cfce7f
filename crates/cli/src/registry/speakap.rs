//! Speakap.

use countersign::{ConfigError, Scheme, speakap};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Speakap;

impl Entry for Speakap {
    type Scheme = speakap::Speakap;

    const FACTS: &'static Facts = &Facts {
        name: speakap::Speakap::NAME,
        title: "Speakap signed request",
        signature: "form field signature",
        signed: "the other fields, sorted by name, RFC 3986",
        algorithm: "HMAC-SHA256",
        encoding: "base64",
        time: Some("form field issuedAt"),
        handshake: None,
        strength: Strength::CanonicalForm,
        confirmed: true,
        oracle: None,
        note: None,
        source: "https://developer.speakap.io/portal/tutorials/signed_request.html",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/x-www-form-urlencoded")],
        body:
            b"appData=&locale=nl-NL&networkEID=08e1e1eadc000e6c&role=user&userEID=08e1e1eead0dc968",
    };

    fn scheme(_: &Settings) -> Result<speakap::Speakap, ConfigError> {
        Ok(speakap::Speakap::default())
    }
}
