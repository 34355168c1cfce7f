//! GitHub.

use countersign::{ConfigError, Scheme, github};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct GitHub;

impl Entry for GitHub {
    type Scheme = github::GitHub;

    const FACTS: &'static Facts = &Facts {
        name: github::GitHub::NAME,
        title: "GitHub",
        signature: "header X-Hub-Signature-256",
        signed: "raw body",
        algorithm: "HMAC-SHA256",
        encoding: "hex",
        time: None,
        handshake: Some("ping is answered"),
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("npm @octokit/webhooks-methods"),
        note: Some("the event's name and the delivery's id are not signed"),
        source: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json"), ("X-GitHub-Event", "issues")],
        body: br#"{"action":"opened","issue":{"id":1,"number":7,"title":"It does not start"},"repository":{"id":2,"name":"hello-world","full_name":"octocat/hello-world"},"sender":{"login":"octocat","id":583231}}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(github::GitHub)
    }
}
