//! Discord.

use base16ct::lower;
use countersign::{ConfigError, Scheme, Secret, discord};
use countersign_ed25519::Ed25519SigningKey;
use http::Method;
use serde_json::json;

use super::entry::{Credentials, Entry, Sample, random_text};
use super::facts::{Facts, Strength};
use super::settings::{Member, PUBLIC_KEYS, Settings};

pub(super) struct Discord;

impl Entry for Discord {
    type Scheme = discord::Discord;

    const FACTS: &'static Facts = &Facts {
        name: discord::Discord::NAME,
        title: "Discord",
        signature: "header X-Signature-Ed25519",
        signed: "time, raw body",
        algorithm: "Ed25519",
        encoding: "hex",
        time: Some("header X-Signature-Timestamp"),
        handshake: Some("PING is answered"),
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI and npm discord-interactions"),
        note: Some("sign takes a private key of your own: Discord's are Discord's"),
        source: "https://discord.com/developers/docs/interactions/overview",
    };

    const MEMBERS: &'static [Member] = &[PUBLIC_KEYS];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"application_id":"845027738276462632","channel_id":"772908445358620702","data":{"id":"866818195033292850","name":"roll","options":[{"name":"sides","type":4,"value":20}],"type":1},"guild_id":"772904309264089089","id":"866983543432216576","locale":"en-GB","member":{"permissions":"0","roles":[],"user":{"id":"53908232506183680","username":"grace"}},"token":"a token","type":2,"version":1}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(discord::Discord)
    }

    fn credentials() -> Result<Credentials, ConfigError> {
        let private = lower::encode_string(random_text()?.as_bytes());
        let public = Ed25519SigningKey::from_hex(&private)?.public_key().to_hex();
        let mut settings = Settings::default();
        settings
            .put(Self::MEMBERS, PUBLIC_KEYS.name, json!([public]))
            .map_err(|error| ConfigError::new(error.to_string()))?;
        Ok(Credentials { signing: Secret::new(private)?, settings })
    }
}
