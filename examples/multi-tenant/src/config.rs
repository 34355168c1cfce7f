//! The settings, from the environment: the same for the server and for the commands.

use std::net::IpAddr;
use std::path::PathBuf;

use countersign::Meya;

use settings::{optional, parsed};

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
    let url = optional("EXTERNAL_URL")?.unwrap_or_else(|| "http://127.0.0.1:3000".to_owned());
    Meya::try_under(url.trim_end_matches('/')).map_err(|error| format!("EXTERNAL_URL: {error}"))
}
