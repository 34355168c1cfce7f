//! The settings, from the environment.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::Uri;

use settings::{given, parsed, required};

pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) secret: String,
    /// Without one, no site may show the pages in a frame.
    pub(crate) site: Option<Origin>,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        let site = "the origin of the network, such as https://my-network.speakap.com";
        Ok(Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            secret: required("SPEAKAP_SECRET", "the secret of the application")?,
            site: given("SPEAKAP_SITE", site)?,
        })
    }
}

/// A site, as `scheme://host` or `scheme://host:port`.
///
/// It holds nothing but letters, digits, `-`, `.` and `:`, so it cannot bring a second directive or
/// a wildcard into the header that it goes into.
pub(crate) struct Origin(String);

impl Origin {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| "it is no URL")?;
        let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme));
        let scheme = scheme.ok_or("it does not begin with https:// or http://")?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        let host = uri.host().filter(|host| !host.is_empty() && host.bytes().all(is_plain));
        let host = host.ok_or("its host is no name, in letters, digits, hyphens and dots")?;
        let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{scheme}://{host}{port}");
        // Nothing else in it: no user, path or query.
        let is_whole = text.strip_suffix('/').unwrap_or(text) == origin;
        is_whole.then_some(Self(origin)).ok_or("it is more than scheme, host and port")
    }
}
