//! The settings, from the environment.

use std::env;
use std::net::IpAddr;

use countersign::{ConfigError, Secret};

use settings::{optional, parsed};

pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    /// Where providers reach the server, without a path.
    pub(crate) external_url: String,
    /// What Meta sends with its challenge.
    pub(crate) meta_verify_token: Option<String>,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        Ok(Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            external_url: optional("EXTERNAL_URL")?
                .unwrap_or_else(|| "http://localhost:3000".to_owned()),
            meta_verify_token: optional("META_VERIFY_TOKEN")?,
        })
    }

    /// The key for the provider of that name, if it is to be mounted: a variable that is there and empty is a mistake.
    pub(crate) fn key(name: &str) -> Result<Option<Secret>, ConfigError> {
        let variable = Self::variable(name);
        env::var_os(&variable).map(|_| Secret::from_env(&variable)).transpose()
    }

    /// What the key for the provider of that name is called.
    pub(crate) fn variable(name: &str) -> String {
        format!("{}_KEY", name.to_uppercase().replace('-', "_"))
    }
}
