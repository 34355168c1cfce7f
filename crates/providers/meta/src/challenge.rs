//! The challenge that a subscription begins with: a GET that is not signed.

use bytes::Bytes;
use countersign_core::{Head, Reason, Secret, TokenKey, handshake};
use countersign_form::Form;
use http::Response;

/// Who may subscribe.
#[derive(Clone, Debug)]
pub(crate) struct Challenge(TokenKey);

/// Meta sends three.
const MAX_PARAMETERS: usize = 16;

impl Challenge {
    pub(crate) fn with(token: &Secret) -> Self {
        Self(TokenKey::new(token.expose()))
    }

    /// Gives back `hub.challenge` to who knows the token. Each parameter has to be there once.
    pub(crate) fn answer(&self, head: &Head<'_>) -> Result<Response<Bytes>, Reason> {
        let query = head.uri().query().unwrap_or_default();
        let query = Form::decode(query.as_bytes(), MAX_PARAMETERS)?;
        let parameter = |name| query.get(name).ok_or(Reason::Missing(name));
        if parameter("hub.mode")? != "subscribe" {
            return Err(Reason::Unexpected("hub.mode is not subscribe"));
        }
        if !self.0.is(parameter("hub.verify_token")?.as_bytes()) {
            return Err(Reason::Mismatch);
        }
        Ok(handshake::text(parameter("hub.challenge")?.to_owned()))
    }
}
