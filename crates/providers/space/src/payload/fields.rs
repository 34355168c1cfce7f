//! The members of a payload, taken out one by one.

use countersign_core::{Members, PayloadError, Sensitive};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A class of payload that can be read.
pub(super) trait Class: Sized {
    /// Its `className`.
    const NAME: &'static str;

    /// Takes out what it has, and leaves the rest for [`Common`].
    fn read(fields: Fields) -> Result<Self, PayloadError>;
}

/// What is left of a payload's members.
pub(super) struct Fields {
    class: &'static str,
    members: Map<String, Value>,
}

impl Fields {
    pub(super) fn new(class: &'static str, members: Map<String, Value>) -> Self {
        Self { class, members }
    }

    /// A member that has to be there.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, PayloadError> {
        self.take_if_any(name)?
            .ok_or_else(|| PayloadError::new(format!("`{name}` is missing in {}", self.class)))
    }

    /// A member that may be absent or `null`.
    pub(super) fn take_if_any<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, PayloadError> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value).map(Some).map_err(|_| {
                PayloadError::new(format!("`{name}` in {} is of another type", self.class))
            }),
        }
    }

    /// What all classes but one have, and what is left.
    pub(super) fn common(mut self) -> Result<Common, PayloadError> {
        Ok(Common {
            client_id: self.take_if_any("clientId")?,
            verification_token: self.take_if_any("verificationToken")?,
            extra: self.rest(),
        })
    }

    /// What is left.
    pub(super) fn rest(self) -> Members {
        self.members.into()
    }
}

/// What payloads of all classes have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Common {
    /// The id that the application has in the organisation that sent it. Requests with the obsolete
    /// verification token may be without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The token of the obsolete verification. Only a layer that is made for it checks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_token: Option<Sensitive>,
    /// Members that have no field of their own, such as `serverUrl` and `orgId`.
    #[serde(flatten)]
    pub extra: Members,
}
