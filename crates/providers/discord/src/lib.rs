//! Interactions of Discord: commands, buttons, menus and forms, and the events that it sends to webhooks.
//!
//! | | |
//! |---|---|
//! | signature | `X-Signature-Ed25519`, 128 hexadecimal digits |
//! | signed | `X-Signature-Timestamp` in seconds, then the raw body, with nothing between them |
//! | algorithm | Ed25519, with the application's public key: 64 hexadecimal digits |
//! | window | 300 s both ways, which is ours: Discord signs the time and sends at once, and its packages do not look at it |
//! | handshake | PING is answered with `{"type":1}`, and that of webhook events with 204; both are signed |
//! | body | JSON, an object; an answer is awaited for 3 s |
//! | source | <https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint>, and the packages `discord-interactions` for Python and Node |
//!
//! Discord sends forged requests on purpose, and takes an endpoint away that does not answer them with 401.
//!
//! Nothing says where the time ends and the body begins. So the time is digits and nothing else, and a body
//! that begins with a digit is refused: the digits at the beginning of one cannot have been the end of a time,
//! or the other way round.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Timestamp};
//! use countersign_discord::{DiscordVerify, Interaction};
//! use http::Request;
//!
//! let layer = DiscordVerify::new("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
//!     .clock(ManualClock::at(Timestamp::from_secs(1_700_000_000)));
//! let request = |id: &str| {
//!     let body = r#"{"application_id":"2","data":{"id":"3","name":"roll","type":1},"id":"ID","token":"t","type":2,"version":1}"#;
//!     Request::post("/interactions")
//!         .header("X-Signature-Timestamp", "1700000000")
//!         .header(
//!             "X-Signature-Ed25519",
//!             "4e139eaf48bec7a2a98781b751d2795991c021a382f9517b82172cb95cedb5511e18c2090e9b4cff5892f12048b60c978e14112b041b86161888d7f49d99a809",
//!         )
//!         .body(Bytes::from(body.replace("ID", id)))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request("1")) else { panic!("refused") };
//! let interaction: Interaction = proof.payload()?;
//! assert_eq!(interaction.data.and_then(|data| data.name).as_deref(), Some("roll"));
//!
//! let error = layer.verify(request("4")).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod payload;
mod ping;
mod scheme;

pub use self::payload::{Data, Interaction, Member, User, WebhookEvent};
pub use self::scheme::Discord;

/// The layer for Discord: `DiscordVerify::new(public_key)`.
pub type DiscordVerify = countersign_core::VerifyLayer<Discord>;
