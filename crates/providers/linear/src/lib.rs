//! Webhooks of Linear.
//!
//! | | |
//! |---|---|
//! | signature | `Linear-Signature`, 64 hexadecimal digits |
//! | algorithm | HMAC-SHA256 over the raw body, the key is the webhook's signing secret |
//! | time | `webhookTimestamp` in the body, milliseconds |
//! | window | 60 s both ways, as in the vendor's package |
//! | not signed | the event's name, the delivery's id and all other headers: [`Delivery`] |
//! | source | <https://linear.app/developers/webhooks>, and the vendor's package for Node |
//!
//! A body without the time is refused, and so is one that has it twice. The header `Linear-Timestamp` is not
//! signed, and not read.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Secret, Sign, Timestamp};
//! use countersign_linear::{Event, Linear, LinearVerify};
//! use http::Request;
//!
//! let now = Timestamp::from_secs(1_700_000_000);
//! let layer = LinearVerify::new("signing secret").clock(ManualClock::at(now));
//!
//! let event = r#"{"action":"create","type":"Issue","data":{"title":"It does not start"}}"#;
//! let request = Request::post("/linear").body(Bytes::from(event))?;
//! let signed = Linear.sign(&Secret::new("signing secret")?, now, request)?;
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(signed.clone()) else { panic!("refused") };
//! let event: Event = proof.payload()?;
//! assert_eq!((event.kind.as_str(), event.webhook_timestamp), ("Issue", 1_700_000_000_000));
//!
//! let forged = signed.map(|body| String::from_utf8_lossy(&body).replace("create", "remove").into());
//! assert_eq!(layer.verify(forged).unwrap_err().reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod delivery;
mod payload;
mod scheme;

pub use self::delivery::Delivery;
pub use self::payload::{Actor, Event};
pub use self::scheme::Linear;

/// The layer for Linear: `LinearVerify::new(signing_secret)`.
pub type LinearVerify = countersign_core::VerifyLayer<Linear>;
