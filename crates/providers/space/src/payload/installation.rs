//! What Space says of an application itself.

use countersign_core::{Members, PayloadError, Sensitive};
use serde::Serialize;

use super::fields::{Class, Common, Fields};

/// The application was installed in an organisation, whose credentials these are.
///
/// A layer lets none through for an organisation that it does not know: see `Installer`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InitPayload {
    /// The secret that goes with the `clientId`.
    pub client_secret: Sensitive,
    /// Where the organisation is. **A stranger may have written it**: `Installer` checks it.
    pub server_url: String,
    /// What the link of the installation had as its `state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Sensitive>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for InitPayload {
    const NAME: &'static str = "InitPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            client_secret: fields.take("clientSecret")?,
            server_url: fields.take("serverUrl")?,
            state: fields.take_if_any("state")?,
            user_id: fields.take_if_any("userId")?,
            common: fields.common()?,
        })
    }
}

/// The application was removed from an organisation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApplicationUninstalledPayload {
    /// Where the organisation is.
    pub server_url: String,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for ApplicationUninstalledPayload {
    const NAME: &'static str = "ApplicationUninstalledPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self { server_url: fields.take("serverUrl")?, common: fields.common()? })
    }
}

/// The organisation moved. `Installation::moved` checks where to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChangeServerUrlPayload {
    /// Where it is from now on.
    pub new_server_url: String,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for ChangeServerUrlPayload {
    const NAME: &'static str = "ChangeServerUrlPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            new_server_url: fields.take("newServerUrl")?,
            user_id: fields.take_if_any("userId")?,
            common: fields.common()?,
        })
    }
}

/// The application has another secret. `Installation::with_new_secret` takes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChangeClientSecretPayload {
    /// The secret from now on.
    pub new_client_secret: Sensitive,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for ChangeClientSecretPayload {
    const NAME: &'static str = "ChangeClientSecretPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            new_client_secret: fields.take("newClientSecret")?,
            user_id: fields.take_if_any("userId")?,
            common: fields.common()?,
        })
    }
}

/// A user gave the application a permission that lasts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RefreshTokenPayload {
    /// What buys access tokens.
    pub refresh_token: Sensitive,
    /// What for.
    pub scope: String,
    /// Who gave it.
    pub user_id: String,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for RefreshTokenPayload {
    const NAME: &'static str = "RefreshTokenPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            refresh_token: fields.take("refreshToken")?,
            scope: fields.take("scope")?,
            user_id: fields.take("userId")?,
            common: fields.common()?,
        })
    }
}

/// Space tries the application out before it is published. It names no organisation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AppPublicationCheckPayload {
    /// Members that have no field of their own.
    #[serde(flatten)]
    pub extra: Members,
}

impl Class for AppPublicationCheckPayload {
    const NAME: &'static str = "AppPublicationCheckPayload";

    fn read(fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self { extra: fields.rest() })
    }
}
