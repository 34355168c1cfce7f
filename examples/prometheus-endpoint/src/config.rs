//! The settings, from the environment.

use std::net::IpAddr;
use std::path::PathBuf;

use settings::{parsed, required};

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
        let files = required("GITHUB_SECRET_FILES", "the file that holds the webhook's secret")?;
        let files = files.split(',').map(str::trim).filter(|path| !path.is_empty());
        let config = Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            metrics_port: parsed("METRICS_PORT", "3001", "a port, or 0 for any free one")?,
            secret_files: files.map(PathBuf::from).collect(),
        };
        if config.secret_files.is_empty() {
            return Err("GITHUB_SECRET_FILES names no file: give at least one".to_owned());
        }
        Ok(config)
    }
}
