//! LINE.

use countersign::{ConfigError, Scheme, line};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Line;

impl Entry for Line {
    type Scheme = line::Line;

    const FACTS: &'static Facts = &Facts {
        name: line::Line::NAME,
        title: "LINE",
        signature: "header X-Line-Signature",
        signed: "raw body",
        algorithm: "HMAC-SHA256",
        encoding: "base64",
        time: None,
        handshake: Some("a webhook without events is answered"),
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI line-bot-sdk, npm @line/bot-sdk"),
        note: None,
        source: "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{"type":"message","message":{"type":"text","id":"468789577898262530","text":"Is it up?"},"webhookEventId":"01H810YECXQQZ37VAXPF6H9E6T","timestamp":1700000000000,"source":{"type":"user","userId":"U4af4980629"},"mode":"active"}]}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(line::Line)
    }
}
