//! The settings, from the environment: the same for the server and for the commands.

use std::env::{self, VarError};
use std::fmt::Display;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use countersign::Meya;

pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) database: PathBuf,
    /// Meya signs the URL that it posts to as well.
    pub(crate) meya: Meya,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        Ok(Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            database: parsed("DATABASE", "tenants.db", "the path of a file")?,
            meya: meya()?,
        })
    }
}

/// For the URLs of the hooks as they are from outside.
fn meya() -> Result<Meya, String> {
    let url: String = parsed("EXTERNAL_URL", "http://127.0.0.1:3000", "a URL")?;
    Meya::try_under(url.trim_end_matches('/')).map_err(|error| format!("EXTERNAL_URL: {error}"))
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
