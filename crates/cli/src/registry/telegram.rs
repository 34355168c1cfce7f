//! Telegram.

use countersign::{ConfigError, Scheme, telegram};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Telegram;

impl Entry for Telegram {
    type Scheme = telegram::Telegram;

    const FACTS: &'static Facts = &Facts {
        name: telegram::Telegram::NAME,
        title: "Telegram bots",
        signature: "header X-Telegram-Bot-Api-Secret-Token",
        signed: "nothing",
        algorithm: "none: the token itself is sent",
        encoding: "text",
        time: None,
        handshake: None,
        strength: Strength::TokenOnly,
        confirmed: true,
        oracle: None,
        note: Some("the header comes only where setWebhook was given a secret_token"),
        source: "https://core.telegram.org/bots/api#setwebhook",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"update_id":10000,"message":{"message_id":1365,"date":1441645532,"chat":{"id":1111111,"type":"private","username":"grace"},"from":{"id":1111111,"is_bot":false,"first_name":"Grace"},"text":"/start"}}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(telegram::Telegram)
    }
}
