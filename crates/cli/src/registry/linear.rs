//! Linear.

use countersign::{ConfigError, Scheme, linear};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Linear;

impl Entry for Linear {
    type Scheme = linear::Linear;

    const FACTS: &'static Facts = &Facts {
        name: linear::Linear::NAME,
        title: "Linear",
        signature: "header Linear-Signature",
        signed: "raw body",
        algorithm: "HMAC-SHA256",
        encoding: "hex",
        time: Some("member webhookTimestamp of the JSON body"),
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("npm @linear/sdk"),
        note: Some("the event's name and the delivery's id are not signed"),
        source: "https://linear.app/developers/webhooks",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json"), ("Linear-Event", "Issue")],
        body: br#"{"action":"create","type":"Issue","createdAt":"2026-01-01T00:00:00.000Z","data":{"id":"2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9","number":7,"title":"It does not start"},"url":"https://linear.app/acme/issue/ACM-7","organizationId":"4ed3a4d8-1a5a-4e4f-9d1b-9c1f1e1f6d2a","webhookId":"000042e3-d123-4980-b49f-8e140eef9329"}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(linear::Linear)
    }
}
