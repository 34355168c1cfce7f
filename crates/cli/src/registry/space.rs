//! JetBrains Space: three ways of saying that a request is from it.

use countersign::space::testing::TestKey;
use countersign::space::{Jwks, SpacePublicKey, SpaceSigningKey, SpaceToken};
use countersign::{ConfigError, Scheme, VerifyLayer};
use http::Method;
use serde_json::Value;

use super::entry::{Credentials, Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Kind, Member, Settings};

const TIME: Option<&str> = Some("header X-Space-Timestamp");
const SOURCE: &str = "https://www.jetbrains.com/help/space/verify-space-in-application.html";

const SAMPLE: &Sample = &Sample {
    method: Method::POST,
    headers: &[("Content-Type", "application/json")],
    body: br#"{"className":"MessagePayload","message":{"messageId":"CsT000CsT","channelId":"3FhQeS2URbeY","body":{"className":"ChatMessage.Text","text":"echo hello"},"createdTime":"2026-01-01T00:00:00.000Z"},"userId":"1mEGCd1FvoAh","serverUrl":"https://acme.jetbrains.space","clientId":"8fd4d79a-d164-4a71-839a-ff8f8bcd6beb","orgId":"2ulA3W2Vltg6"}"#,
};

/// The public key: verified with a JWK set, signed with a private key of one's own.
pub(super) struct PublicKey;

impl Entry for PublicKey {
    type Scheme = SpacePublicKey;

    const FACTS: &'static Facts = &Facts {
        name: SpacePublicKey::NAME,
        title: "JetBrains Space, public key",
        signature: "header X-Space-Public-Key-Signature",
        signed: "time, colon, raw body",
        algorithm: "RSASSA-PKCS1-v1_5, SHA-512",
        encoding: "base64",
        time: TIME,
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: None,
        note: Some("sign takes a PEM of your own: the private keys are Space's"),
        source: SOURCE,
    };

    const MEMBERS: &'static [Member] = &[Member {
        name: JWKS,
        kind: Kind::Json,
        help: "the JWK set, as Space's public-keys endpoint answers",
    }];

    const SAMPLE: &'static Sample = SAMPLE;

    fn scheme(_: &Settings) -> Result<SpacePublicKey, ConfigError> {
        Ok(SpacePublicKey::default())
    }

    fn layer(settings: &Settings) -> Result<VerifyLayer<SpacePublicKey>, ConfigError> {
        let jwks = settings.json(JWKS).ok_or_else(|| {
            ConfigError::new("there are no keys: give --set jwks='{\"keys\":[..]}'")
        })?;
        let keys = Jwks::parse(jwks.to_string())?;
        Ok(VerifyLayer::with_keys(Self::scheme(settings)?, keys))
    }

    fn credentials() -> Result<Credentials, ConfigError> {
        let key = TestKey::generate()?;
        let jwks: Value = serde_json::from_str(&key.jwks())
            .map_err(|error| ConfigError::new(error.to_string()))?;
        let mut settings = Settings::default();
        settings
            .put(Self::MEMBERS, JWKS, jwks)
            .map_err(|error| ConfigError::new(error.to_string()))?;
        Ok(Credentials { signing: key.pem()?, settings })
    }
}

const JWKS: &str = "jwks";

/// The signing key.
pub(super) struct SigningKey;

impl Entry for SigningKey {
    type Scheme = SpaceSigningKey;

    const FACTS: &'static Facts = &Facts {
        name: SpaceSigningKey::NAME,
        title: "JetBrains Space, signing key",
        signature: "header X-Space-Signature",
        signed: "time, colon, raw body",
        algorithm: "HMAC-SHA256",
        encoding: "hex",
        time: TIME,
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: None,
        note: None,
        source: SOURCE,
    };

    const SAMPLE: &'static Sample = SAMPLE;

    fn scheme(_: &Settings) -> Result<SpaceSigningKey, ConfigError> {
        Ok(SpaceSigningKey::default())
    }
}

/// The verification token.
pub(super) struct Token;

impl Entry for Token {
    type Scheme = SpaceToken;

    const FACTS: &'static Facts = &Facts {
        name: SpaceToken::NAME,
        title: "JetBrains Space, verification token",
        signature: "member verificationToken of the JSON body",
        signed: "nothing",
        algorithm: "none: the token itself is sent",
        encoding: "text",
        time: None,
        handshake: None,
        strength: Strength::TokenOnly,
        confirmed: true,
        oracle: None,
        note: Some("obsolete: it protects no byte of the body"),
        source: SOURCE,
    };

    const SAMPLE: &'static Sample = SAMPLE;

    fn scheme(_: &Settings) -> Result<SpaceToken, ConfigError> {
        Ok(SpaceToken::default())
    }
}
