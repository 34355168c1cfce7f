//! Requests that carry the secret token: the weak tier.

use bytes::Bytes;
use countersign_core::{
    ConfigError, Defaults, Evidence, Head, Inspect, Message, Reason, Scheme, Secret, SecretOnly,
    Sign, Timestamp, Token, TokenHeader, TokenKey,
};
use http::Request;
use http::header::HeaderName;

use crate::BODY_LIMIT;

static TOKEN: TokenHeader =
    TokenHeader::new("X-Gitlab-Token", HeaderName::from_static("x-gitlab-token"));

/// **PROTECTS NO BYTE OF THE BODY.** The rules of the secret token: `X-Gitlab-Token` is the token.
///
/// There is no signature and no time. Who has seen one request can send any other, for ever. Take
/// [`GitLabSigning`](crate::GitLabSigning) wherever the server has signing tokens.
#[derive(Clone, Debug, Default)]
pub struct GitLabToken;

impl SecretOnly for GitLabToken {}

impl Scheme for GitLabToken {
    type Method = Token;

    const NAME: &'static str = "gitlab-token";

    fn defaults(&self) -> Defaults {
        Defaults::default().body_limit(BODY_LIMIT)
    }

    fn key(&self, secret: &Secret) -> Result<TokenKey, ConfigError> {
        Ok(TokenKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        Ok(Evidence::new(TOKEN.read(head)?).message(Message::bodiless()).into())
    }
}

impl Sign for GitLabToken {
    /// Puts the token into the header. No time is signed, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        TOKEN.write(&mut request, secret)?;
        Ok(request)
    }
}
