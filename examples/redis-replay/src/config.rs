//! The settings, from the environment.

use std::env::{self, VarError};
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::time::Duration;

use countersign::{Duplicates, ReplayMode};

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
        let lease = parsed("LEASE_SECS", "whole seconds")?.map(Duration::from_secs);
        let timeout = parsed("REDIS_TIMEOUT_MS", "whole milliseconds")?.map(Duration::from_millis);
        Ok(Self {
            secret: optional("SPARK_SECRET")?.ok_or(
                "SPARK_SECRET is not set: set it to the secret that the webhook was created with",
            )?,
            redis: optional("REDIS_URL")?.unwrap_or_else(|| "redis://127.0.0.1/".to_owned()),
            timeout,
            host: parsed("HOST", "an IP address")?.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port: parsed("PORT", "a port, or 0 for any free one")?.unwrap_or(3000),
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

fn parsed<T: FromStr<Err: Display>>(name: &str, what: &str) -> Result<Option<T>, String> {
    let text = optional(name)?;
    text.map(|text| text.parse().map_err(|error| format!("{name} has to be {what}: {error}")))
        .transpose()
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
