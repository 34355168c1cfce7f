//! Webhooks of Notion.
//!
//! | | |
//! |---|---|
//! | signature | `X-Notion-Signature`, `sha256=` and 64 hexadecimal digits |
//! | algorithm | HMAC-SHA256 over the raw body, the key is the subscription's verification token |
//! | window | none: the provider signs no time |
//! | handshake | the first request, which brings the token and is not signed: [`Notion::on_verification_token`] |
//! | body | JSON |
//! | source | <https://developers.notion.com/reference/webhooks>, and Notion's package for Node |
//!
//! # The first run
//!
//! The secret comes from Notion by way of the server itself, so a new server has none:
//!
//! 1. Start it without a key. Nothing is believed; a verification token is shown to you.
//! 2. Make the subscription in Notion's settings, with the server's URL. Notion sends the token.
//! 3. Give the token that was shown to Notion: *Verify*. If a stranger sent it, Notion refuses it.
//! 4. What Notion took is the secret. Put it where the server's secrets are, and start the server with
//!    `NotionVerify::new(secret)`.
//!
//! ```
//! use countersign_core::{KeySet, Secret, VerifyLayer};
//! use countersign_notion::{Notion, NotionVerify};
//!
//! fn layer(secret: Option<Secret>) -> NotionVerify {
//!     match secret {
//!         Some(secret) => NotionVerify::new(secret),
//!         None => VerifyLayer::with_keys(Notion::default().on_verification_token(show), KeySet::new([])),
//!     }
//! }
//!
//! fn show(token: Secret) {
//!     eprintln!("give this to Notion: {}", String::from_utf8_lossy(token.expose()));
//! }
//! # let _ = (layer(None), layer(Secret::new("secret_tMrlL1qK5v").ok()));
//! ```
//!
//! In the meantime a stranger can send tokens too, and see that the server takes them; in step 3 they are found out.
//! A server that made its key of the first token by itself would believe whoever was first.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_notion::NotionVerify;
//! use http::Request;
//!
//! let layer = NotionVerify::new("secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl");
//! let request = |body: &'static str| {
//!     Request::post("/notion")
//!         .header(
//!             "X-Notion-Signature",
//!             "sha256=ca4780081030c1292ab22350fd34ed38b6bdc6f109bb1fe2546ad717213bbb5b",
//!         )
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request(r#"{"id":"1"}"#)) else { panic!("refused") };
//! assert_eq!(proof.body(), r#"{"id":"1"}"#);
//!
//! let error = layer.verify(request(r#"{"id":"2"}"#)).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! ```

mod first_request;
mod payload;
mod scheme;

pub use self::payload::{Author, Entity, Event};
pub use self::scheme::Notion;

/// The layer for Notion: `NotionVerify::new(verification_token)`.
pub type NotionVerify = countersign_core::VerifyLayer<Notion>;
