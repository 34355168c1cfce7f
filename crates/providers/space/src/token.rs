//! Requests that carry a token: the weak tier.

use bytes::Bytes;
use countersign_core::{
    Algorithm, ConfigError, Evidence, Head, Inspect, Message, Reason, Scheme, Secret, SecretOnly,
    Sign, Signature, Timestamp, Token, TokenKey,
};
use http::Request;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use serde_json::{Map, Value};

use crate::clients::ByClient;
use crate::outline::Outline;

/// **Protects no byte of the body.** The rules of the verification token: the top-level member
/// `verificationToken` of the body equals it.
///
/// Space calls it obsolete. Who has seen one request can send any other, for ever: there is no
/// signature and no time. Take [`SpacePublicKey`](crate::SpacePublicKey), or
/// [`SpaceSigningKey`](crate::SpaceSigningKey), wherever the application can be told to use it.
#[derive(Clone, Debug, Default)]
pub struct SpaceToken {
    by_client: ByClient,
}

impl SpaceToken {
    /// Has the token chosen by the `clientId` in the body, for an application that is installed in
    /// several organisations: see [`SpacePublicKey::by_client_id`](crate::SpacePublicKey::by_client_id).
    #[must_use]
    pub fn by_client_id(mut self) -> Self {
        self.by_client = ByClient(true);
        self
    }
}

impl SecretOnly for SpaceToken {}

impl Scheme for SpaceToken {
    type Method = Token;

    const NAME: &'static str = "space-token";

    fn key(&self, secret: &Secret) -> Result<TokenKey, ConfigError> {
        Ok(TokenKey::new(secret.expose()))
    }

    fn inspect(&self, _: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let Some(body) = body else { return Ok(Inspect::NeedBody) };
        let outline = Outline::read(body)?;
        let token = outline.token()?.as_bytes();
        let token = Signature::from_bytes(Algorithm::Token, token, "verificationToken")?;
        let evidence = Evidence::new(token).message(Message::bodiless());
        if !self.by_client.0 {
            return Ok(evidence.into());
        }
        Ok(evidence.key_id(outline.client_id()?).into())
    }
}

impl Sign for SpaceToken {
    /// Puts the token into the body, which has to be a JSON object. No time is signed, so `now` is
    /// of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let mut body: Map<String, Value> = serde_json::from_slice(request.body())
            .map_err(|_| ConfigError::new("the body has to be a JSON object, for the token"))?;
        let token = std::str::from_utf8(secret.expose())
            .map_err(|_| ConfigError::new("the token is not UTF-8"))?;
        body.insert("verificationToken".to_owned(), token.into());
        *request.body_mut() = Value::Object(body).to_string().into();
        request.headers_mut().remove(CONTENT_LENGTH);
        request.headers_mut().remove(TRANSFER_ENCODING);
        Ok(request)
    }
}
