//! The settings, from the environment.

use std::net::IpAddr;

use countersign::space::Installation;

use settings::{optional, parsed, required};

pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    /// Where the application is installed. It may do without where a signing key verifies, but then
    /// it cannot write messages.
    pub(crate) installation: Option<Installation>,
    pub(crate) signing_key: Option<String>,
}

impl Config {
    /// The error names the variable and says what to do.
    pub(crate) fn from_env() -> Result<Self, String> {
        let signing_key = optional("SPACE_SIGNING_KEY")?;
        Ok(Self {
            host: parsed("HOST", "127.0.0.1", "an IP address")?,
            port: parsed("PORT", "3000", "a port, or 0 for any free one")?,
            installation: installation(signing_key.is_some())?,
            signing_key,
        })
    }
}

const URL: &str = "SPACE_URL";
const CLIENT_ID: &str = "SPACE_CLIENT_ID";
const CLIENT_SECRET: &str = "SPACE_CLIENT_SECRET";

fn installation(may_be_absent: bool) -> Result<Option<Installation>, String> {
    let names = [URL, CLIENT_ID, CLIENT_SECRET];
    let given = names.map(optional).into_iter().collect::<Result<Vec<_>, _>>()?;
    if may_be_absent && given.iter().all(Option::is_none) {
        return Ok(None);
    }
    let url = required(URL, "the URL of the organisation, such as https://acme.jetbrains.space")?;
    let client_id = required(CLIENT_ID, "the client id of the application")?;
    let client_secret = required(CLIENT_SECRET, "the client secret of the application")?;
    Installation::try_new(&url, &client_id, client_secret)
        .map(Some)
        .map_err(|error| format!("{URL}, {CLIENT_ID} or {CLIENT_SECRET}: {error}"))
}
