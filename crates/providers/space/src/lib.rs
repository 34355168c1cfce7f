//! Applications of JetBrains Space.
//!
//! | | public key | signing key | verification token |
//! |---|---|---|---|
//! | layer | [`SpacePublicKeyVerify`] | [`SpaceSigningKeyVerify`] | [`SpaceTokenVerify`]: **protects no byte of the body** |
//! | signature | `X-Space-Public-Key-Signature`, base64 | `X-Space-Signature`, hexadecimal digits | member `verificationToken` of the body |
//! | algorithm | RSASSA-PKCS1-v1_5 with SHA-512 | HMAC-SHA256 | none |
//! | signed | `X-Space-Timestamp`, `:`, raw body | the same | nothing |
//! | window | 300 s both ways | 300 s both ways | none: no time is signed |
//!
//! Source: <https://www.jetbrains.com/help/space/verify-space-in-application.html>. The vendor recommends
//! the public key, and so does this crate. It documents no window: 300 s is ours. The time is digits
//! and nothing else, in milliseconds: it stands before the body without saying where it ends, so
//! a looser reading would let the beginning of a body pass for a part of it.
//!
//! # Where the keys come from
//!
//! With the feature `fetch`, `SpaceKeys` fetches them by the application's client credentials, keeps
//! them and follows a rotation:
//!
#![cfg_attr(feature = "fetch", doc = "```no_run")]
#![cfg_attr(not(feature = "fetch"), doc = "```ignore")]
//! use countersign_space::{Installation, SpaceKeys, SpacePublicKey, SpacePublicKeyVerify};
//!
//! let installation = Installation::new("https://acme.jetbrains.space", "client id", "client secret");
//! let layer =
//!     SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), SpaceKeys::new(installation));
//! ```
//!
//! A [`Jwks`] is a fixed set, from a text or a file, without any network.
//!
//! An application that is installed in several organisations has a
//! [`KeyTable`](countersign_core::KeyTable) of such sources by the application's client id in each,
//! a scheme [`by_client_id`](SpacePublicKey::by_client_id), and reads
//! [`Proof::tenant`](countersign_core::Proof::tenant). `Installer` lets it be installed in more of them.
//!
//! # A genuine request and a forged one
//!
//! ```
//! # const JWKS: &str = r#"{"keys":[{"kty":"RSA","e":"AQAB","n":"uQCZShrd6OhHpyEBJ0YmHnQI70ZWMVAheVfGqVg_qr91VWbwnww7JSvCtF0F3Lpx-HlRgCbDjCTnK7-6k-hCmaOuovOWnsz5M9DgdBOamL5D9cq7sn6Apq7nBpgEmucr9oT8245qAohIixVV1XO5hnzV9KnSRZLVKf6kauArzrNhutgYpF5u15YxLSUrx8eyFAkqeuYcem8gM-2RSatrdmylwJ8e-HEl2VlpxtzMOxGMGS3R-r717sRMv0_9tulef8PWkinuyUp6bcAHF82ttwV30W0TlH8C6zbDieWKzQnp62C-D9lRcw0GHKYSfp2bBTTg1-oO9pxiGAAW8cTS5w"}]}"#;
//! # const SIGNATURE: &str = "OzIMj/aCUxq3+KWyAtFnSBcmYRPyhvRg+PLEcN3U19kuDwjVk3D8Bq6j7/669vgv2VVa5TfQ5O0+atm4HpEUiEGSe73XQyF9Rwb93og9Fia9QQSqxzYII7mZ13zSzHBj+Nkdh0xt88CxxzC+5mjWakxJv5Ur/4QGSeGV91nc/ZkyBCabWehDL6FYL42WWU7UBvwD124/u3SHjxa+yF7myany5Vm9Hd8JSMaY7Nt4nZSR7QduMsRdMXoJqf9v094GT8mAcpSA865CxggvNszbnuePyT/o8VS3paQo7h8hYIIx7ETrix4RNKyn2FpLWuOn02lrGB4B/EVqhTvUgS8Cvw==";
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Timestamp};
//! use countersign_space::{Jwks, Payload, SpacePublicKey, SpacePublicKeyVerify};
//! use http::Request;
//!
//! let layer = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), Jwks::parse(JWKS)?)
//!     .clock(ManualClock::at(Timestamp::from_secs(1_632_844_350)));
//! let request = |user: &str| {
//!     let body = r#"{"className":"ListCommandsPayload","clientId":"f6df3d26-d9fc-41c5-9fbd-0e7896f2cfb0","userId":"USER"}"#;
//!     Request::post("/space")
//!         .header("X-Space-Timestamp", "1632844347462")
//!         .header("X-Space-Public-Key-Signature", SIGNATURE)
//!         .body(Bytes::from(body.replace("USER", user)))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request("2BgVYn24Jx6u")) else { panic!("refused") };
//! let Payload::ListCommands(asked) = proof.payload()? else { panic!("another class") };
//! assert_eq!(asked.user_id.as_deref(), Some("2BgVYn24Jx6u"));
//!
//! let error = layer.verify(request("3BgVYn24Jx6u")).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod clients;
#[cfg(feature = "fetch")]
mod fetch;
mod headers;
mod hosts;
mod installation;
mod outline;
mod payload;
mod public_key;
mod signing_key;
#[cfg(feature = "testing")]
pub mod testing;
mod token;

#[cfg(feature = "fetch")]
pub use self::fetch::{Installed, Installer, SpaceKeys};
pub use self::hosts::{AllowedHosts, InstallError, InstallReason};
pub use self::installation::Installation;
pub use self::payload::{
    AppPublicationCheckPayload, ApplicationUninstalledPayload, ChangeClientSecretPayload,
    ChangeServerUrlPayload, Common, CreateExternalIssueRequestPayload, CustomActionPayload,
    InitPayload, ListCommandsPayload, MenuActionPayload, MessageActionPayload, MessageContext,
    MessagePayload, NewExternalIssueEventPayload, NewUnfurlQueueItemsPayload, OpenPayload, Payload,
    RefreshTokenPayload, SafeMergeCommandPayload, UnfurlActionPayload, WebhookRequestPayload,
};
pub use self::public_key::{Jwks, RsaPkcs1Sha512, RsaPublicKey, RsaState, SpacePublicKey};
pub use self::signing_key::SpaceSigningKey;
pub use self::token::SpaceToken;

/// The layer for the public key: `SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), keys)`.
pub type SpacePublicKeyVerify = countersign_core::VerifyLayer<SpacePublicKey>;

/// The layer for the signing key: `SpaceSigningKeyVerify::new(key)`.
pub type SpaceSigningKeyVerify = countersign_core::VerifyLayer<SpaceSigningKey>;

/// **Protects no byte of the body.** The layer for the verification token:
/// `SpaceTokenVerify::new(token)`. Who has seen one request can send any other, for ever; see
/// [`SpaceToken`].
pub type SpaceTokenVerify = countersign_core::VerifyLayer<SpaceToken>;
