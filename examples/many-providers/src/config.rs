//! The settings, from the environment.

use std::env::{self, VarError};
use std::fmt::Display;
use std::net::IpAddr;
use std::str::FromStr;

use countersign::{ConfigError, Secret};

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
            external_url: parsed("EXTERNAL_URL", "http://localhost:3000", "a URL")?,
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
