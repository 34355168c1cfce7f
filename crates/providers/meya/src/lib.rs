//! Webhooks of Meya, a platform for chat bots.
//!
//! | | |
//! |---|---|
//! | signature | `X-Meya-Signature`, base64 of 20 bytes |
//! | algorithm | HMAC-SHA1, the key is the API key of the integration |
//! | signed | the URL as configured at Meya, then the body in Python's sorted, compact, ASCII-only form |
//! | window | none; `.max_age(..)` checks the body's `timestamp` |
//! | payload | [`Event`]: a message, version 1, or an entry, version 2 |
//! | source | <https://docs.meya.ai/v1.2/reference/webhook-events-overview> |
//!
//! The body that comes is **not** what is signed: it has spaces, and its members are in another order. The
//! verified body, which the handler gets, is the text that was signed; see [`countersign_python_json`] for
//! what that is, and for what is refused because it has no such form. `.body_limit(..)` is 1 MiB unless set.
//!
//! # Which URL
//!
//! [`Meya::at`] takes the URL exactly as it is configured at Meya, query and all, or several to be tried.
//! Where one server has many, [`Meya::under`] takes the part before the path; path and query are
//! those of the request, as they were before a router nested it. Neither `Host` nor `X-Forwarded-..` are ever looked
//! at: whoever could choose the URL could send on here what was signed for another bot.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_meya::{Event, Meya, MeyaVerify};
//! use http::Request;
//!
//! let meya = Meya::at("https://203f31bb.ngrok.io/rx/apibot");
//! let layer = MeyaVerify::with(meya, "a6xE5yLe0RHPYbiHqR3OKDmRgsZ76RY3");
//! let request = |text: &str| {
//!     let body = format!(
//!         r#"{{"user_id": "1234567890", "sender": "user", "timestamp": 1489843997.625053,
//!             "text": "{text}", "type": "text", "bot_id": "BJty7evfw2b"}}"#
//!     );
//!     Request::post("/rx/apibot")
//!         .header("X-Meya-Signature", "Wrl+9YX4ok2RI0VAugSwKcVWgto=")
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request("hi")) else { panic!("refused") };
//! assert!(proof.body().starts_with(br#"{"bot_id":"BJty7evfw2b","sender":"user","#));
//! let Event::Message(message) = proof.payload()? else { panic!("version 2") };
//! assert_eq!(message.text.as_deref(), Some("hi"));
//!
//! let error = layer.verify(request("ho")).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Feature
//!
//! - `axum`: [`Meya::under`] knows the URI from before `Router::nest`. Without it, it is that which the layer
//!   sees.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod payload;
mod scheme;

pub use self::payload::{Entry, Event, Kind, Message, Sender, User};
pub use self::scheme::Meya;

/// The layer for Meya: `MeyaVerify::with(Meya::at(url), api_key)`.
pub type MeyaVerify = countersign_core::VerifyLayer<Meya>;
