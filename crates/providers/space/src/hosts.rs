//! The hosts that an application may be installed from, and why an installation is refused.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use countersign_core::{ConfigError, VerifyError};
use http::StatusCode;
use url::Url;

use crate::installation::is_loopback;

/// The hosts of organisations that an application may be installed in.
///
/// A request to install names the server that is asked for keys and given a secret. Without such a
/// list, a stranger's server could be named.
#[derive(Clone, Debug)]
pub struct AllowedHosts(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// `http`, which has to be allowed in so many words, and on a loopback address alone.
    is_plain: bool,
    /// Without the `*.` of one that stands for one label more.
    host: String,
    is_wildcard: bool,
    /// `None` where it is the one of the URL's scheme.
    port: Option<u16>,
}

impl AllowedHosts {
    /// Hosts as they stand in a URL: `space.example.com`, `space.example.com:8443`, and
    /// `*.jetbrains.space` for all that have one label in place of the `*`. The server has to be
    /// `https`.
    ///
    /// For tests and a server on the same machine there is `http://127.0.0.1:8080`: it allows `http`
    /// at that loopback address and port. Without such an entry, who asks for an installation could
    /// have the application talk to whatever listens beside it.
    ///
    /// # Errors
    ///
    /// When there is none, or one is not a host, or is a `*` before less than two labels, or is
    /// `http` and not a loopback address.
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
        let is_plain = server.scheme() == "http";
        let host = server.host_str().unwrap_or_default();
        let is_allowed = |pattern: &Pattern| {
            pattern.is_plain == is_plain && pattern.port == server.port() && pattern.is_of(host)
        };
        if self.0.iter().any(is_allowed) {
            return Ok(());
        }
        let reason = if is_plain { InstallReason::ServerUrl } else { InstallReason::Host };
        Err(InstallError::new(reason))
    }

    #[cfg(feature = "fetch")]
    pub(crate) fn has_plain(&self) -> bool {
        self.0.iter().any(|pattern| pattern.is_plain)
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
    let (is_plain, rest) = match text.strip_prefix("http://") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (is_wildcard, host) = match rest.strip_prefix("*.") {
        Some(host) => (true, host),
        None => (false, rest),
    };
    let bad =
        |instead: &str| ConfigError::new(format!("`{text}` is not a host to allow; {instead}"));
    let example = "give one as space.example.com, space.example.com:8443 or *.jetbrains.space, \
                   without https://";
    let scheme = if is_plain { "http" } else { "https" };
    let url = Url::parse(&format!("{scheme}://{host}")).map_err(|_| bad(example))?;
    let parsed = url.host_str().unwrap_or_default();
    let is_broad = is_wildcard && (!parsed.contains('.') || url.domain().is_none());
    if is_broad || host.contains('*') || host.contains("://") {
        return Err(bad(example));
    }
    if is_plain && (is_wildcard || !url.host().is_some_and(|host| is_loopback(&host))) {
        return Err(bad("http is for a loopback address alone, such as http://127.0.0.1:8080"));
    }
    // What was given is a host and a port as URLs are compared by, and nothing that a URL could have
    // besides: the default port is left out, and a name with other letters is in its ASCII form.
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let whole = format!("{parsed}{port}");
    if whole != host.to_ascii_lowercase() {
        let before = text.strip_suffix(host).unwrap_or_default();
        return Err(bad(&format!("write it as `{before}{whole}`")));
    }
    Ok(Pattern { is_plain, host: parsed.to_owned(), is_wildcard, port: url.port() })
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
    /// The URL of the server is none, or not `https`; `http` is for what [`AllowedHosts`] names so.
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
