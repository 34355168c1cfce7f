//! Slack.

use countersign::{ConfigError, Scheme, slack};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Slack;

impl Entry for Slack {
    type Scheme = slack::Slack;

    const FACTS: &'static Facts = &Facts {
        name: slack::Slack::NAME,
        title: "Slack",
        signature: "header X-Slack-Signature",
        signed: "v0, time and raw body, with colons",
        algorithm: "HMAC-SHA256",
        encoding: "hex",
        time: Some("header X-Slack-Request-Timestamp"),
        handshake: Some("url_verification and ssl_check are answered"),
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI slack_sdk, npm @slack/bolt"),
        note: Some("the secret is the app's signing secret, not its verification token"),
        source: "https://docs.slack.dev/authentication/verifying-requests-from-slack/",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"token":"z26uFbvR1xHJEdHE1OQiO6t8","team_id":"T123ABC456","api_app_id":"A123ABC456","event":{"type":"app_mention","user":"U123ABC456","text":"Is it up?","ts":"1700000000.000200","channel":"C123ABC456","event_ts":"1700000000.000200"},"type":"event_callback","event_id":"Ev123ABC456","event_time":1700000000}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(slack::Slack)
    }
}
