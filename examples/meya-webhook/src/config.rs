//! The settings, from the environment.

use std::env::{self, VarError};
use std::fmt::Display;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) api_key: String,
    pub(crate) urls: Vec<String>,
    pub(crate) delay: Duration,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        let delay: u32 = parsed("ECHO_DELAY_MS", "0", "whole milliseconds")?;
        Ok(Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            api_key: required("MEYA_API_KEY", "the API key of the integration")?,
            urls: required("MEYA_URL", "the webhook's URL as it is configured at Meya")?
                .split_whitespace()
                .map(ToOwned::to_owned)
                .collect(),
            delay: Duration::from_millis(delay.into()),
        })
    }
}

fn parsed<T: FromStr<Err: Display>>(name: &str, default: &str, what: &str) -> Result<T, String> {
    let text = optional(name)?.unwrap_or_else(|| default.to_owned());
    text.parse().map_err(|error| format!("{name} has to be {what}: {error}"))
}

fn required(name: &str, what: &str) -> Result<String, String> {
    optional(name)?.ok_or_else(|| format!("{name} is not set: set it to {what}"))
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
