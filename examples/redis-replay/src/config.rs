//! The settings, from the environment.

use std::net::IpAddr;
use std::time::Duration;

use countersign::{Duplicates, ReplayMode};

use settings::{given, optional, parsed, required};

pub(crate) struct Config {
    pub(crate) secret: String,
    pub(crate) redis: String,
    pub(crate) timeout: Option<Duration>,
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) mode: ReplayMode,
    pub(crate) duplicates: Duplicates,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        let lease = given("LEASE_SECS", "whole seconds")?.map(Duration::from_secs);
        let timeout = given("REDIS_TIMEOUT_MS", "whole milliseconds")?.map(Duration::from_millis);
        Ok(Self {
            secret: required("SPARK_SECRET", "the secret that the webhook was created with")?,
            redis: optional("REDIS_URL")?.unwrap_or_else(|| "redis://127.0.0.1/".to_owned()),
            timeout,
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            mode: match lease {
                Some(lease) => ReplayMode::AtLeastOnce { lease },
                None => ReplayMode::AtMostOnce,
            },
            duplicates: match optional("DUPLICATES")?.as_deref() {
                None | Some("refuse") => Duplicates::Refuse,
                Some("acknowledge") => Duplicates::Acknowledge,
                Some(_) => return Err("DUPLICATES has to be refuse or acknowledge".to_owned()),
            },
        })
    }
}
