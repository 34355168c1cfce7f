//! Square.

use countersign::{ConfigError, Scheme, square};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Member, SECRETS, Settings, URLS};

pub(super) struct Square;

impl Entry for Square {
    type Scheme = square::Square;

    const FACTS: &'static Facts = &Facts {
        name: square::Square::NAME,
        title: "Square",
        signature: "header x-square-hmacsha256-signature",
        signed: "external URL, raw body",
        algorithm: "HMAC-SHA256",
        encoding: "base64",
        time: None,
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI squareup, npm square"),
        note: None,
        source: "https://developer.squareup.com/docs/webhooks/step3validate",
    };

    const MEMBERS: &'static [Member] = &[SECRETS, URLS];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"merchant_id":"6SSW7HV8K2ST5","type":"customer.created","event_id":"01468e20-5f3b-4c8e-9a57-d2f2e8a1a8c3","created_at":"2026-01-01T00:00:00Z","data":{"type":"customer","id":"QPTXM8PQNX3Q726ZYHPMNP46XC","object":{"customer":{"id":"QPTXM8PQNX3Q726ZYHPMNP46XC"}}}}"#,
    };

    fn scheme(settings: &Settings) -> Result<Self::Scheme, ConfigError> {
        square::Square::try_at(settings.urls())
    }
}
