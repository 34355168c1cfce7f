//! Updates of Telegram bots.
//!
//! **PROTECTS NO BYTE OF THE BODY.** Telegram signs nothing: it sends the token that the webhook was set with. Who has
//! seen one request can send any other, for as long as the token is in use. Let nobody see one: the URL has to be
//! `https`, and the headers should stay out of the logs of what stands in front of the server.
//!
//! | | |
//! |---|---|
//! | token | `X-Telegram-Bot-Api-Secret-Token`: the `secret_token` of `setWebhook`, 1 to 256 of `A-Z a-z 0-9 _ -` |
//! | signed | nothing |
//! | window | none: no time is signed, and there is nothing to tell a replay by |
//! | source | <https://core.telegram.org/bots/api#setwebhook> |
//!
//! The header comes only where a `secret_token` was given; without it, every request is refused.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Covered, Outcome, Reason};
//! use countersign_telegram::{TelegramVerify, Update};
//! use http::Request;
//!
//! let layer = TelegramVerify::new("dRmVqk6ZQ_2oH-93");
//! let request = |token: &str| {
//!     Request::post("/telegram")
//!         .header("X-Telegram-Bot-Api-Secret-Token", token)
//!         .body(Bytes::from(r#"{"update_id":7,"message":{"message_id":1,"date":1700000000,"chat":{"id":5,"type":"private"},"text":"/start"}}"#))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request("dRmVqk6ZQ_2oH-93")) else { panic!("refused") };
//! assert_eq!(proof.covered(), Covered::Nothing);
//! let update: Update = proof.payload()?;
//! assert_eq!(update.message.and_then(|message| message.text).as_deref(), Some("/start"));
//!
//! let error = layer.verify(request("dRmVqk6ZQ_2oH-94")).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod payload;
mod scheme;

pub use self::payload::{CallbackQuery, Chat, Message, Update, User};
pub use self::scheme::Telegram;

/// **PROTECTS NO BYTE OF THE BODY.** The layer for Telegram: `TelegramVerify::new(token)`. Who has seen one request
/// can send any other; see [`Telegram`].
pub type TelegramVerify = countersign_core::VerifyLayer<Telegram>;
