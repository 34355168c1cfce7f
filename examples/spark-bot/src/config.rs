//! The settings, from the environment.

use std::env::{self, VarError};
use std::fmt::Display;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

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

fn required(name: &str, what: &str) -> Result<String, String> {
    optional(name)?.ok_or_else(|| format!("{name} is not set: set it to {what}"))
}

fn seconds(name: &str, default: &str) -> Result<Duration, String> {
    parsed(name, default, "whole seconds").map(|seconds: u32| Duration::from_secs(seconds.into()))
}

fn parsed<T>(name: &str, default: &str, what: &str) -> Result<T, String>
where
    T: FromStr<Err: Display>,
{
    let text = optional(name)?.unwrap_or_else(|| default.to_owned());
    text.parse().map_err(|error| format!("{name} has to be {what}: {error}"))
}

/// An empty variable is as good as none. The value is not shown: it may be a secret.
fn optional(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}
