//! Webhooks of LINE, the Messaging API.
//!
//! | | |
//! |---|---|
//! | signature | `X-Line-Signature`, base64 |
//! | algorithm | HMAC-SHA256 over the raw body, the key is the channel's secret |
//! | window | none: the provider signs no time |
//! | handshake | a webhook without events, which the console sends to see whether somebody answers, is answered by the layer |
//! | body | JSON |
//! | source | <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>, and LINE's packages for Python and Node |
//!
//! The key is the text of the secret, though it looks like hexadecimal digits.
//!
//! Where redelivery is switched on, an event that was not answered comes again, with the same
//! [`Event::webhook_event_id`] and other bytes around it: so `.replay(..)`, which goes by the signature, takes it for
//! another one.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_line::{LineVerify, Webhook};
//! use http::Request;
//!
//! let layer = LineVerify::new("8c570fa6dd201bb328f1c1eac23a96d8");
//! let request = |body: &'static str| {
//!     Request::post("/line")
//!         .header("X-Line-Signature", "J9CgAv5oRgRFsthN97NKTeiVzNAr01xU2jnWYuJmRL0=")
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let genuine = request(r#"{"destination":"U1","events":[{"type":"follow","timestamp":1700000000000}]}"#);
//! let Ok(Outcome::Genuine(proof)) = layer.verify(genuine) else { panic!("refused") };
//! assert_eq!(proof.payload::<Webhook>()?.events.len(), 1);
//!
//! let forged = request(r#"{"destination":"U2","events":[{"type":"follow","timestamp":1700000000000}]}"#);
//! assert_eq!(layer.verify(forged).unwrap_err().reason(), Reason::Mismatch);
//! # Ok::<(), countersign_core::PayloadError>(())
//! ```

mod payload;
mod scheme;

pub use self::payload::{DeliveryContext, Event, Message, Postback, Source, Webhook};
pub use self::scheme::Line;

/// The layer for LINE: `LineVerify::new(secret)`.
pub type LineVerify = countersign_core::VerifyLayer<Line>;
