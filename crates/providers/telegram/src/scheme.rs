//! Where Telegram puts the token.

use bytes::Bytes;
use countersign_core::{
    ConfigError, Evidence, Head, Inspect, Message, Reason, Scheme, Secret, SecretOnly, Sign,
    Timestamp, Token, TokenHeader, TokenKey,
};
use http::Request;
use http::header::HeaderName;

static TOKEN: TokenHeader = TokenHeader::new(
    "X-Telegram-Bot-Api-Secret-Token",
    HeaderName::from_static("x-telegram-bot-api-secret-token"),
);

/// **PROTECTS NO BYTE OF THE BODY.** The rules of Telegram: `X-Telegram-Bot-Api-Secret-Token` is the `secret_token`
/// that the webhook was set with.
///
/// There is no signature and no time. Who has seen one request can send any other, for as long as the token is
/// in use.
#[derive(Clone, Debug, Default)]
pub struct Telegram;

impl SecretOnly for Telegram {}

impl Scheme for Telegram {
    type Method = Token;

    const NAME: &'static str = "telegram";

    /// The `secret_token` as it was given to `setWebhook`.
    fn key(&self, secret: &Secret) -> Result<TokenKey, ConfigError> {
        if !is_token(secret.expose()) {
            return Err(ConfigError::new(
                "Telegram takes no such `secret_token`: give 1 to 256 of the characters A-Z, a-z, \
                 0-9, `_` and `-`",
            ));
        }
        Ok(TokenKey::new(secret.expose()))
    }

    fn decoy(&self) -> Option<TokenKey> {
        Some(TokenKey::new(b"nobody's, and believed by nobody"))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let token = TOKEN.read(head)?;
        if !is_token(token.bytes()) {
            return Err(Reason::Malformed(TOKEN.name()));
        }
        Ok(Evidence::new(token).message(Message::bodiless()).into())
    }
}

fn is_token(text: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=256).contains(&text.len()) && text.iter().all(is_allowed)
}

impl Sign for Telegram {
    /// Puts the token into the header. No time is signed, so `now` is of no account.
    fn sign(
        &self,
        secret: &Secret,
        _now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        self.key(secret)?;
        TOKEN.write(&mut request, secret)?;
        Ok(request)
    }
}
