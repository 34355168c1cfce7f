//! Webhooks of Meta: WhatsApp, Messenger, Instagram and the others of the Graph API.
//!
//! | | |
//! |---|---|
//! | signature | `X-Hub-Signature-256`, `sha256=` and 64 hexadecimal digits |
//! | algorithm | HMAC-SHA256 over the raw body, the key is the app's secret |
//! | window | none: the provider signs no time |
//! | handshake | a GET with `hub.challenge`, which is not signed, is answered to who knows the verify token: [`Meta::verify_token`] |
//! | body | JSON, up to 3 MB and 1000 changes in one, and 4 MiB here; Meta writes other letters than ASCII as `\u00e4`, and signs that |
//! | source | <https://developers.facebook.com/docs/graph-api/webhooks/getting-started> |
//!
//! Meta publishes no verifier for servers, so this follows its page. Of two apps each has its own secret.
//!
//! The challenge is a GET, which a layer on `post(handler)` never sees; so mount it by `route`, with the feature
//! `axum-router`:
//!
//! ```
//! use axum::Router;
//! use countersign_core::Verified;
//! use countersign_meta::{Meta, MetaVerify, Webhook};
//!
//! fn app(app_secret: &str, verify_token: &str) -> Router {
//!     let meta = MetaVerify::with(Meta::default().verify_token(verify_token), app_secret);
//!     Router::new().route("/meta", meta.route(on_webhook))
//! }
//!
//! async fn on_webhook(Verified(webhook): Verified<Webhook>) -> String {
//!     format!("{} changes", webhook.entry.len())
//! }
//! # let _ = app("app secret", "meatyhamhock");
//! ```
//!
//! Meta sends what was not answered again for up to 36 hours, and may pack it together with what is new: so tell
//! repetitions by the ids of messages.
//!
//! # Genuine requests and forged ones
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_meta::{Meta, MetaVerify};
//! use http::Request;
//!
//! let layer = MetaVerify::with(Meta::default().verify_token("meatyhamhock"), "app secret");
//! let request = |body: &'static str| {
//!     Request::post("/meta")
//!         .header(
//!             "X-Hub-Signature-256",
//!             "sha256=ebd818a7e2b456a37b6991526716ff4027e2cebe793b3999f74807e7e768b9a2",
//!         )
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let genuine = request(r#"{"object":"page","entry":[]}"#);
//! let Ok(Outcome::Genuine(proof)) = layer.verify(genuine) else { panic!("refused") };
//! assert_eq!(proof.body(), r#"{"object":"page","entry":[]}"#);
//!
//! let error = layer.verify(request(r#"{"object":"user","entry":[]}"#)).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//!
//! let challenge = |token| {
//!     Request::get(format!("/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"))
//!         .body(Bytes::new())
//!         .unwrap()
//! };
//! let Ok(Outcome::Answer(answer)) = layer.verify(challenge("meatyhamhock")) else { panic!("refused") };
//! assert_eq!(answer.body(), "1158201444");
//! assert_eq!(layer.verify(challenge("guess")).unwrap_err().reason(), Reason::Mismatch);
//! ```

mod challenge;
mod payload;
mod scheme;

pub use self::payload::{
    Change, Contact, Entry, Messaging, MessengerMessage, Metadata, Party, Postback, Status, Text,
    Value, Webhook, WhatsApp, WhatsAppMessage,
};
pub use self::scheme::Meta;

/// The layer for Meta: `MetaVerify::with(Meta::default().verify_token(token), app_secret)`.
pub type MetaVerify = countersign_core::VerifyLayer<Meta>;
