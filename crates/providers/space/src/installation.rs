//! An application in an organisation: where that is, and what the application is there.

use std::net::IpAddr;

use countersign_core::{ConfigError, IntoSecret, Secret};
use url::{Host, Url};

use crate::hosts::{AllowedHosts, InstallError, InstallReason};
use crate::payload::{ChangeClientSecretPayload, ChangeServerUrlPayload, Common};

/// What an application needs to know of an organisation that it is installed in: the URL of the
/// server, and the client id and secret that it has there.
#[derive(Clone, Debug)]
pub struct Installation {
    server: Url,
    client_id: Box<str>,
    client_secret: Secret,
}

impl Installation {
    /// An installation at that server, such as `https://acme.jetbrains.space`.
    ///
    /// # Panics
    ///
    /// At start-up, where [`try_new`](Self::try_new) returns an error.
    #[must_use]
    #[expect(clippy::panic, reason = "start-up is the time to stop; `try_new` does not")]
    pub fn new(server_url: &str, client_id: &str, client_secret: impl IntoSecret) -> Self {
        Self::try_new(server_url, client_id, client_secret)
            .unwrap_or_else(|error| panic!("countersign: space: {error}"))
    }

    /// Like [`new`](Self::new), for what may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// When the URL is none, or is not `https` (`http` is taken for a loopback address alone, since
    /// the client secret is sent there); when it has a user, a query or a fragment; when the client
    /// id is empty or has a character that it cannot have; when the secret is empty.
    pub fn try_new(
        server_url: &str,
        client_id: &str,
        client_secret: impl IntoSecret,
    ) -> Result<Self, ConfigError> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        if client_id.is_empty() || !client_id.bytes().all(is_plain) {
            return Err(ConfigError::new(
                "the client id is empty or has a colon, a blank or a character that is not ASCII; \
                 give the one that Space shows beside the client secret",
            ));
        }
        Ok(Self {
            server: server(server_url)?,
            client_id: client_id.into(),
            client_secret: client_secret.into_secret()?,
        })
    }

    /// The same application after its organisation moved: a verified payload says where to.
    ///
    /// # Errors
    ///
    /// When the payload is for another client id, or the new URL is not `https` or not on a host
    /// that is allowed. `http` has to be allowed in so many words: see [`AllowedHosts::new`].
    pub fn moved(
        &self,
        payload: &ChangeServerUrlPayload,
        hosts: &AllowedHosts,
    ) -> Result<Self, InstallError> {
        self.expect(&payload.common)?;
        let server = server(&payload.new_server_url)
            .map_err(|_| InstallError::new(InstallReason::ServerUrl))?;
        hosts.check(&server)?;
        Ok(Self { server, ..self.clone() })
    }

    /// The same application with the client secret of a verified payload.
    ///
    /// # Errors
    ///
    /// When the payload is for another client id, or the secret in it is empty.
    pub fn with_new_secret(
        &self,
        payload: &ChangeClientSecretPayload,
    ) -> Result<Self, InstallError> {
        self.expect(&payload.common)?;
        let client_secret = Secret::new(payload.new_client_secret.expose())
            .map_err(|_| InstallError::new(InstallReason::Credentials))?;
        Ok(Self { client_secret, ..self.clone() })
    }

    /// Where the organisation is, ending in a slash.
    #[must_use]
    pub fn server_url(&self) -> &str {
        self.server.as_str()
    }

    /// What the application is called there.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The secret that goes with it, to be stored.
    #[must_use]
    pub fn client_secret(&self) -> &Secret {
        &self.client_secret
    }

    /// Of what nobody has verified: which of it is wrong is said in other words.
    #[cfg(feature = "fetch")]
    pub(crate) fn try_from_stranger(
        server_url: &str,
        client_id: &str,
        client_secret: &str,
    ) -> Result<Self, InstallError> {
        server(server_url).map_err(|_| InstallError::new(InstallReason::ServerUrl))?;
        Self::try_new(server_url, client_id, client_secret)
            .map_err(|_| InstallError::new(InstallReason::Credentials))
    }

    #[cfg(feature = "fetch")]
    pub(crate) fn server(&self) -> &Url {
        &self.server
    }

    /// Whether the server is asked by `http`.
    #[cfg(feature = "fetch")]
    pub(crate) fn is_plain(&self) -> bool {
        self.server.scheme() == "http"
    }

    /// What the old data verified has to be of this installation.
    fn expect(&self, common: &Common) -> Result<(), InstallError> {
        if common.client_id.as_deref() == Some(self.client_id()) {
            Ok(())
        } else {
            Err(InstallError::new(InstallReason::Client))
        }
    }
}

/// A URL that credentials may be sent to, ending in a slash.
fn server(text: &str) -> Result<Url, ConfigError> {
    let mut url = Url::parse(text)
        .map_err(|error| ConfigError::new(format!("the server's URL is not one: {error}")))?;
    let has_login = !url.username().is_empty() || url.password().is_some();
    if has_login || url.query().is_some() || url.fragment().is_some() {
        return Err(ConfigError::new(
            "the server's URL has a user, a query or a fragment; give it without, such as \
             https://acme.jetbrains.space",
        ));
    }
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => {}
        ("http", Some(host)) if is_loopback(&host) => {}
        _ => {
            return Err(ConfigError::new(
                "the server's URL has to be https, since the client secret is sent there; http is \
                 taken for a loopback address alone",
            ));
        }
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match *host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => IpAddr::from(address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(address).is_loopback(),
    }
}
