//! The settings, from the environment.

use std::net::IpAddr;
use std::time::Duration;

use settings::{optional, parsed, required};

pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) allowed: Vec<String>,
    pub(crate) api: String,
    pub(crate) body_deadline: Duration,
    pub(crate) verdict_cache: Duration,
    pub(crate) remember: Duration,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        let config = Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            secret: required("SPARK_SECRET", "the secret that the webhook was created with")?,
            token: required("SPARK_BOT_TOKEN", "the bot's access token")?,
            allowed: list(&required("SPARK_ALLOWED_ORGS", "ids of organisations, by commas")?),
            api: optional("SPARK_API")?.unwrap_or_else(|| "https://webexapis.com/v1/".to_owned()),
            body_deadline: seconds("BODY_DEADLINE_SECS", "10")?,
            verdict_cache: seconds("VERDICT_CACHE_SECS", "0")?,
            remember: seconds("REMEMBER_SECS", "604800")?,
        };
        if config.allowed.is_empty() {
            return Err("SPARK_ALLOWED_ORGS names no organisation: give at least one id".to_owned());
        }
        Ok(config)
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(ToOwned::to_owned).collect()
}

fn seconds(name: &str, default: &str) -> Result<Duration, String> {
    parsed(name, default, "whole seconds").map(|seconds: u32| Duration::from_secs(seconds.into()))
}
