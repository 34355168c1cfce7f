//! The settings, from the environment.

use std::net::IpAddr;
use std::time::Duration;

use settings::{parsed, required};

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
