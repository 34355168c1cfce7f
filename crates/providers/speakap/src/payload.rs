//! Who opened the application.

use std::collections::BTreeMap;

use countersign_core::{Payload, PayloadBytes, PayloadError};
use serde::Serialize;

use crate::scheme::Speakap;

/// Who opened the application, in which network, and in which language.
///
/// It is read from the verified form: a queue gets [`Proof::body`](countersign_core::Proof::body). Its
/// [`Serialize`], under the names of the form, is for logs and databases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SignedRequest {
    /// What the application's settings say; often empty.
    pub app_data: String,
    /// When the request was signed.
    pub issued_at: String,
    /// The language of the user; `en-US` where the application does not have theirs.
    pub locale: String,
    /// The network that the user is in.
    #[serde(rename = "networkEID")]
    pub network_eid: String,
    /// The role of the user. Older requests have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The user.
    #[serde(rename = "userEID")]
    pub user_eid: String,
    /// Fields that are not listed above.
    #[serde(flatten)]
    pub extra: BTreeMap<String, String>,
}

impl Payload for SignedRequest {
    type Scheme = Speakap;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let mut fields: BTreeMap<String, String> = serde_urlencoded::from_bytes(bytes)
            .map_err(|_| PayloadError::new("the verified form cannot be read"))?;
        let mut optional = |name: &str| fields.remove(name).filter(|text| !text.is_empty());
        let missing = |name: &str| PayloadError::new(format!("missing field `{name}`"));
        Ok(Self {
            app_data: optional("appData").unwrap_or_default(),
            issued_at: optional("issuedAt").unwrap_or_default(),
            locale: optional("locale").unwrap_or_else(|| "en-US".into()),
            network_eid: optional("networkEID").ok_or_else(|| missing("networkEID"))?,
            role: optional("role"),
            user_eid: optional("userEID").ok_or_else(|| missing("userEID"))?,
            extra: fields,
        })
    }
}
