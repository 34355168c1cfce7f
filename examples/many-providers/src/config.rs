//! What the environment says.

use std::env;

use countersign::{ConfigError, Secret};

/// The settings of the server.
pub(crate) struct Config {
    /// To listen on.
    pub(crate) address: String,
    /// Where providers reach the server, without a path.
    pub(crate) external_url: String,
    /// What Meta sends with its challenge.
    pub(crate) meta_verify_token: Option<String>,
}

impl Config {
    pub(crate) fn from_env() -> Self {
        let or = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
        Self {
            address: format!("{}:{}", or("HOST", "127.0.0.1"), or("PORT", "3000")),
            external_url: or("EXTERNAL_URL", "http://localhost:3000"),
            meta_verify_token: env::var("META_VERIFY_TOKEN").ok(),
        }
    }

    /// The key for the provider of that name, if it is to be mounted.
    pub(crate) fn key(name: &str) -> Result<Option<Secret>, ConfigError> {
        let variable = Self::variable(name);
        env::var_os(&variable).map(|_| Secret::from_env(&variable)).transpose()
    }

    /// What the key for the provider of that name is called.
    pub(crate) fn variable(name: &str) -> String {
        format!("{}_KEY", name.to_uppercase().replace('-', "_"))
    }
}
