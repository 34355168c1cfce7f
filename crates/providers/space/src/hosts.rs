//! The hosts that an application may be installed from, and why an installation is refused.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use countersign_core::{ConfigError, VerifyError};
use http::StatusCode;
use url::Url;

/// The hosts of organisations that an application may be installed in.
///
/// A request to install names the server that is asked for keys and given a secret. Without such a
/// list, a stranger's server could be named.
#[derive(Clone, Debug)]
pub struct AllowedHosts(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// Without the `*.` of one that stands for one label more.
    host: String,
    is_wildcard: bool,
    /// `None` where it is the one of the URL's scheme.
    port: Option<u16>,
}

impl AllowedHosts {
    /// Hosts as they stand in a URL: `space.example.com`, `space.example.com:8443`, and
    /// `*.jetbrains.space` for all that have one label in place of the `*`.
    ///
    /// # Errors
    ///
    /// When there is none, or one is not a host, or is a `*` before less than two labels.
    pub fn new<T: AsRef<str>>(hosts: impl IntoIterator<Item = T>) -> Result<Self, ConfigError> {
        let patterns: Vec<_> =
            hosts.into_iter().map(|host| pattern(host.as_ref())).collect::<Result<_, _>>()?;
        if patterns.is_empty() {
            return Err(ConfigError::new(
                "the list of hosts is empty, so nothing could be installed; give at least one, \
                 such as *.jetbrains.space",
            ));
        }
        Ok(Self(patterns))
    }

    pub(crate) fn check(&self, server: &Url) -> Result<(), InstallError> {
        let host = server.host_str().unwrap_or_default();
        if self.0.iter().any(|pattern| pattern.port == server.port() && pattern.is_of(host)) {
            Ok(())
        } else {
            Err(InstallError::new(InstallReason::Host))
        }
    }
}

impl Pattern {
    fn is_of(&self, host: &str) -> bool {
        if !self.is_wildcard {
            return host == self.host;
        }
        host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == self.host)
    }
}

fn pattern(text: &str) -> Result<Pattern, ConfigError> {
    let (is_wildcard, host) = match text.strip_prefix("*.") {
        Some(host) => (true, host),
        None => (false, text),
    };
    let bad = || {
        ConfigError::new(format!(
            "`{text}` is not a host to allow; give one as space.example.com, \
             space.example.com:8443 or *.jetbrains.space"
        ))
    };
    let url = Url::parse(&format!("https://{host}")).map_err(|_| bad())?;
    let parsed = url.host_str().unwrap_or_default();
    // What was given is a host and a port, and nothing that a URL could have besides.
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let is_whole = format!("{parsed}{port}") == host.to_ascii_lowercase();
    let is_broad = is_wildcard && (!parsed.contains('.') || url.domain().is_none());
    if !is_whole || is_broad || host.contains('*') {
        return Err(bad());
    }
    Ok(Pattern { host: parsed.to_owned(), is_wildcard, port: url.port() })
}

/// An installation, or a change of one, that was refused. Nothing was stored, and nothing fetched
/// from a server that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstallError {
    reason: InstallReason,
}

/// Why an installation was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstallReason {
    /// The body is not an `InitPayload`.
    NotAnInstallation,
    /// The client id or secret in it cannot be one.
    Credentials,
    /// The URL of the server is none, or not `https`.
    ServerUrl,
    /// The server is not on a host that is allowed.
    Host,
    /// There is no `state`, or it is not one that was issued.
    State,
    /// The change is for another client id than that of the installation.
    Client,
    /// It is not signed with a key of the server that it names.
    Refused(VerifyError),
}

impl InstallError {
    pub(crate) fn new(reason: InstallReason) -> Self {
        Self { reason }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> InstallReason {
        self.reason
    }

    /// The status to answer with: 401, or 503 where the server's keys could not be had.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.reason {
            InstallReason::Refused(error) => error.status(),
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl Display for InstallError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.reason {
            InstallReason::NotAnInstallation => f.write_str("the body is not an InitPayload"),
            InstallReason::Credentials => f.write_str("the client id or secret cannot be one"),
            InstallReason::ServerUrl => f.write_str("the server's URL is none, or not https"),
            InstallReason::Host => f.write_str("the server is not on a host that is allowed"),
            InstallReason::State => f.write_str("there is no state that was issued"),
            InstallReason::Client => f.write_str("it is for another client id"),
            InstallReason::Refused(error) => write!(f, "{error}"),
        }
    }
}

impl Error for InstallError {}
