//! The first request of an organisation, which brings its own credentials.

use std::future::Future;

use bytes::Bytes;
use countersign_core::danger::parse_unverified;
use countersign_core::{ConfigError, Outcome, VerifyLayer};
use http::Request;
use reqwest::Client;

use super::api;
use super::keys::SpaceKeys;
use crate::hosts::{AllowedHosts, InstallError, InstallReason};
use crate::installation::Installation;
use crate::payload::{InitPayload, Payload};
use crate::public_key::SpacePublicKey;

/// Lets an application be installed in organisations that it does not know yet.
///
/// An `InitPayload` cannot be verified by what is known: it names the server, and the credentials to
/// fetch its keys with. So, **before anything is stored or fetched**, the server has to be `https`
/// and on one of the [`AllowedHosts`] (`http` where one of them says so), and the `state` has to be one that the application issued in
/// its installation link. Only then the server is asked for its keys, and the request has to be
/// signed with one of them.
///
/// The client id is what the new organisation says. Another allowed server could give one that is
/// in use, and take that organisation's requests over: [`KeyTable::insert`] refuses it, and so
/// should whatever stores the installation. An organisation that installs the application again has
/// its entry removed first, by its `ApplicationUninstalledPayload`.
///
/// [`KeyTable::insert`]: countersign_core::KeyTable::insert
///
/// ```no_run
/// # use std::collections::HashSet;
/// # use std::sync::Mutex;
/// # use countersign_core::KeyTable;
/// # use countersign_space::{AllowedHosts, Installer, RsaPublicKey};
/// # type Error = Box<dyn std::error::Error>;
/// # async fn on_install(
/// #     request: http::Request<bytes::Bytes>,
/// #     issued: &Mutex<HashSet<String>>,
/// #     organisations: KeyTable<RsaPublicKey>,
/// # ) -> Result<(), Error> {
/// let installer = Installer::new(AllowedHosts::new(["*.jetbrains.space"])?)?;
/// let mut taken = None;
/// let result = installer
///     .install(&request, async |state| {
///         // Looked up and taken out at once; in a database, by a DELETE that says what it deleted.
///         taken = issued.lock().is_ok_and(|mut issued| issued.remove(&state)).then_some(state);
///         taken.is_some()
///     })
///     .await;
/// if let (Err(_), Some(state), Ok(mut issued)) = (&result, taken, issued.lock()) {
///     // So that Space's next try finds it.
///     issued.insert(state);
/// }
/// let installed = result?;
/// // Refused if an organisation has that client id already. Store the installation by the same rule.
/// organisations.insert(installed.installation.client_id(), installed.keys)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Installer {
    hosts: AllowedHosts,
    client: Client,
    /// For hosts that are allowed `http`.
    plain: Option<Client>,
}

/// An application that was just installed in an organisation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Installed {
    /// What to store.
    pub installation: Installation,
    /// The keys of its server, already fetched, for a [`KeyTable`](countersign_core::KeyTable).
    pub keys: SpaceKeys,
    /// Who installed it.
    pub user_id: Option<String>,
}

impl Installer {
    /// For organisations on those hosts.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made: the system has no certificates, say.
    pub fn new(hosts: AllowedHosts) -> Result<Self, ConfigError> {
        let plain = hosts.has_plain().then(|| api::client(true)).transpose()?;
        Ok(Self { hosts, client: api::client(false)?, plain })
    }

    /// Whether the body is an `InitPayload`, as far as a body that **nobody has verified** says:
    /// good for choosing between [`install`](Self::install) and the layer, and for nothing else.
    #[must_use]
    pub fn is_meant(body: &Bytes) -> bool {
        init(body).is_ok()
    }

    /// Checks a request to install.
    ///
    /// `is_issued` says whether the application issued that `state`, a random text of at least 128
    /// bits, and still waits for it. It is asked after the host was found to be allowed, and before
    /// that host is asked for keys.
    ///
    /// A state is good for one installation, so `is_issued` **takes it out** in the same step in
    /// which it looks: of two requests that come at once, the other one finds it gone and is refused.
    /// Where the installation then fails, put it back, as in the [example](Self): with 503 Space
    /// tries again with the same state. If the request is given up in between, the state stays out,
    /// and the organisation needs a new link.
    ///
    /// # Errors
    ///
    /// When the request is refused; [`InstallError::status`] is the status to answer with.
    pub async fn install<Check, Checked>(
        &self,
        request: &Request<Bytes>,
        is_issued: Check,
    ) -> Result<Installed, InstallError>
    where
        Check: FnOnce(String) -> Checked,
        Checked: Future<Output = bool>,
    {
        let init = init(request.body())?;
        let client_id = init.common.client_id.as_deref().unwrap_or_default();
        let installation = Installation::try_from_stranger(
            &init.server_url,
            client_id,
            init.client_secret.expose(),
        )?;
        self.hosts.check(installation.server())?;
        let state = init.state.ok_or(InstallError::new(InstallReason::State))?;
        if state.expose().is_empty() || !is_issued(state.expose().to_owned()).await {
            return Err(InstallError::new(InstallReason::State));
        }
        let client = if installation.is_plain() { self.plain.as_ref() } else { Some(&self.client) };
        let client = client.cloned().ok_or(InstallError::new(InstallReason::ServerUrl))?;
        let keys = SpaceKeys::with_client(installation.clone(), client);
        let layer = VerifyLayer::with_keys(SpacePublicKey::default(), keys.clone());
        match layer.verify_async(request.clone()).await {
            Ok(Outcome::Genuine(_)) => Ok(Installed { installation, keys, user_id: init.user_id }),
            // The scheme has no handshake, so this is none that could be believed.
            Ok(_) => Err(InstallError::new(InstallReason::NotAnInstallation)),
            Err(error) => Err(InstallError::new(InstallReason::Refused(error))),
        }
    }
}

fn init(body: &Bytes) -> Result<InitPayload, InstallError> {
    match parse_unverified(body.clone()) {
        Ok(Payload::Init(init)) => Ok(init),
        _ => Err(InstallError::new(InstallReason::NotAnInstallation)),
    }
}
