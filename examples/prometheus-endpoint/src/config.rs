//! The settings, from the environment.

use std::env::{self, VarError};
use std::fmt::Display;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) metrics_port: u16,
    /// The newest first.
    pub(crate) secret_files: Vec<PathBuf>,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        let files = optional("GITHUB_SECRET_FILES")?.unwrap_or_default();
        let files = files.split(',').map(str::trim).filter(|path| !path.is_empty());
        let config = Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            metrics_port: parsed("METRICS_PORT", "3001", "a port, or 0 for any free one")?,
            secret_files: files.map(PathBuf::from).collect(),
        };
        if config.secret_files.is_empty() {
            return Err(
                "GITHUB_SECRET_FILES is not set: set it to the file that holds the webhook's secret"
                    .to_owned(),
            );
        }
        Ok(config)
    }
}

fn parsed<T>(name: &str, default: &str, what: &str) -> Result<T, String>
where
    T: FromStr<Err: Display>,
{
    let text = optional(name)?.unwrap_or_else(|| default.to_owned());
    text.parse().map_err(|error| format!("{name} has to be {what}: {error}"))
}

/// An empty variable is as good as none.
fn optional(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}
