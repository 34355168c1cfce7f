//! Webhooks of Stripe.
//!
//! | | |
//! |---|---|
//! | signature | `Stripe-Signature`, a list: one `t=` with the time in seconds, `v1=` with 64 hexadecimal digits |
//! | algorithm | HMAC-SHA256 over the time, `.` and the raw body; the key is all of the `whsec_..` text |
//! | window | 300 s into the past and into the future |
//! | several signatures | while a secret is rolled, Stripe signs with the old and the new one: one has to hold |
//! | passed over | `v0` and other schemes, and what is no signature beside one that is |
//! | body | JSON |
//! | source | <https://docs.stripe.com/webhooks/signature>, and Stripe's packages for Python and Node |
//!
//! Each endpoint has a secret of its own, and `stripe listen` prints yet another one. That it begins with
//! `whsec_` is not asked for, as Stripe's packages do not; an API key (`sk_..`) is another thing.
//!
//! Stripe's packages take any time in the future. Here it is bounded like the past.
//!
//! An event may be sent more than once, and is signed anew each time. So `.replay(..)`, which goes by the
//! signature, takes it for another one; [`Event::id`] is what both have in common.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Timestamp};
//! use countersign_stripe::{Event, Object, StripeVerify};
//! use http::Request;
//!
//! let layer = StripeVerify::new("whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH")
//!     .clock(ManualClock::at(Timestamp::from_secs(1_700_000_000)));
//! let request = |body: String| {
//!     Request::post("/stripe")
//!         .header(
//!             "Stripe-Signature",
//!             "t=1700000000,\
//!              v1=660e2ae8770a133a817556d2cbced042e3862fba6f14c51ee4a06f3ee984e345",
//!         )
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//! let genuine = concat!(
//!     r#"{"id":"evt_1","object":"event","created":1700000000,"livemode":false,"type":"charge.failed","#,
//!     r#""data":{"object":{"id":"ch_1","object":"charge","amount":2000,"currency":"eur"}}}"#,
//! );
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request(genuine.into())) else { panic!("refused") };
//! let event: Event = proof.payload()?;
//! let Object::Charge(charge) = event.data.object else { panic!("{}", event.kind) };
//! assert_eq!((event.kind.as_str(), charge.amount), ("charge.failed", 2000));
//!
//! let error = layer.verify(request(genuine.replace("2000", "1000"))).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), countersign_core::PayloadError>(())
//! ```

mod header;
mod payload;
mod scheme;

pub use self::payload::{
    Charge, CheckoutSession, Event, EventData, EventRequest, Invoice, Object, OtherObject,
    PaymentIntent, RelatedObject, Subscription, ThinEvent,
};
pub use self::scheme::Stripe;

/// The layer for Stripe: `StripeVerify::new(secret)`.
pub type StripeVerify = countersign_core::VerifyLayer<Stripe>;
