//! Webhooks of Square.
//!
//! | | |
//! |---|---|
//! | signature | `x-square-hmacsha256-signature`, base64 |
//! | algorithm | HMAC-SHA256, the key is the signature key of the webhook subscription |
//! | signed | the notification URL, then the raw body |
//! | window | none: the provider signs no time |
//! | source | <https://developer.squareup.com/docs/webhooks/step3validate>, and the vendor's packages for Python and Node |
//!
//! The URL is the one in the subscription, character by character: [`Square::at`]. The older
//! `x-square-signature`, with SHA-1, is not read.
//!
//! Where several URLs are configured, one may begin with another: then a body that does not begin as a JSON object
//! is refused, so that no part of a URL can be taken for the beginning of a body.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason, Secret, Sign, Timestamp};
//! use countersign_square::{Event, Square, SquareVerify};
//! use http::Request;
//!
//! let square = || Square::at("https://example.com/square");
//! let layer = SquareVerify::with(square(), "signature key");
//!
//! let event = r#"{"merchant_id":"6SSW7HV8K2ST5","type":"customer.created","event_id":"01468e20"}"#;
//! let request = Request::post("/square").body(Bytes::from(event))?;
//! let signed = square().sign(&Secret::new("signature key")?, Timestamp::from_secs(0), request)?;
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(signed.clone()) else { panic!("refused") };
//! let event: Event = proof.payload()?;
//! assert_eq!(event.kind, "customer.created");
//!
//! let forged = signed.map(|body| String::from_utf8_lossy(&body).replace("created", "deleted").into());
//! assert_eq!(layer.verify(forged).unwrap_err().reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod payload;
mod scheme;

pub use self::payload::{Data, Event};
pub use self::scheme::Square;

/// The layer for Square: `SquareVerify::with(Square::at("https://example.com/square"), signature_key)`.
pub type SquareVerify = countersign_core::VerifyLayer<Square>;
