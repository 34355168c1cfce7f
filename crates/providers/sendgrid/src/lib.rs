//! The signed Event Webhook of SendGrid.
//!
//! | | |
//! |---|---|
//! | signature | `X-Twilio-Email-Event-Webhook-Signature`, DER in base64 |
//! | algorithm | ECDSA over P-256 with SHA-256; the key is the verification key that SendGrid shows, or two of them while it is changed |
//! | signed | time and raw body, with nothing between them |
//! | time | `X-Twilio-Email-Event-Webhook-Timestamp`, seconds |
//! | window | -300 s..25 h |
//! | source | <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>, and the vendor's packages for Python and Node |
//!
//! The vendor's packages set no bounds to the time. SendGrid tries to deliver events for 24 hours, and does not say
//! whether it signs anew each time; so the window is that long. Who wants it narrower sets `.max_age(..)`, and may
//! then miss what was sent again after a failure. `.replay(..)` has each body handled once.
//!
//! Of every ECDSA signature anybody can make a second one that holds too. It is the same request: `.replay(..)` goes by
//! the digest of what was signed.
//!
//! A body that begins with a digit is refused: it could have been the last one of the time.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Timestamp};
//! use countersign_sendgrid::{Events, SendGridVerify};
//! use http::Request;
//!
//! // A request that the tests of SendGrid's own package have.
//! let layer = SendGridVerify::new(
//!     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw\
//!      +2fNNRaINXvVpiglSI8eNEc6wEA3F+g==",
//! )
//! .clock(ManualClock::at(Timestamp::from_secs(1_600_112_510)));
//! let body = concat!(
//!     r#"[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","#,
//!     r#""sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","#,
//!     r#""sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","#,
//!     r#""smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]"#,
//!     "\r\n",
//! );
//! let request = |body: String| {
//!     Request::post("/sendgrid")
//!         .header(
//!             "X-Twilio-Email-Event-Webhook-Signature",
//!             "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
//!         )
//!         .header("X-Twilio-Email-Event-Webhook-Timestamp", "1600112502")
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request(body.into())) else { panic!("refused") };
//! let Events(events) = proof.payload()?;
//! assert_eq!(events[0].event, "dropped");
//!
//! let error = layer.verify(request(body.replace("dropped", "opened"))).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), countersign_core::PayloadError>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod key;
mod method;
mod payload;
mod scheme;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::key::EcdsaPublicKey;
pub use self::method::{EcdsaP256Sha256, EcdsaState};
pub use self::payload::{Event, Events};
pub use self::scheme::SendGrid;

/// The layer for SendGrid: `SendGridVerify::new(verification_key)`.
pub type SendGridVerify = countersign_core::VerifyLayer<SendGrid>;
