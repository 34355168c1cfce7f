//! Notion.

use countersign::{ConfigError, Scheme, notion};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Notion;

impl Entry for Notion {
    type Scheme = notion::Notion;

    const FACTS: &'static Facts = &Facts {
        name: notion::Notion::NAME,
        title: "Notion",
        signature: "header X-Notion-Signature",
        signed: "raw body",
        algorithm: "HMAC-SHA256",
        encoding: "hex",
        time: None,
        handshake: Some("the first request, with the verification token, where it is asked for"),
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("npm @notionhq/client"),
        note: Some("the secret is the verification token of the first request"),
        source: "https://developers.notion.com/reference/webhooks",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4","timestamp":"2023-11-14T22:13:20.000Z","workspace_id":"13950b26-c203-4f3b-b97d-93ec06319565","subscription_id":"29d75c0d-5546-4414-8459-7b7a92f1fc4b","type":"page.created","authors":[{"id":"c7c11cca-1d73-471d-9b6e-bdef51470190","type":"person"}],"attempt_number":1,"entity":{"id":"153104cd-477e-809d-8dc4-ff2d96ae3090","type":"page"},"data":{}}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(notion::Notion::default())
    }
}
