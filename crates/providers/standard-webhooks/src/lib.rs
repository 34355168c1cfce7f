//! Webhooks as the [Standard Webhooks] specification has them, which many services send.
//!
//! | | |
//! |---|---|
//! | signature | `webhook-signature`, a list with a space between two: `v1,` or `v1a,` and base64 |
//! | signed | `webhook-id`, `.`, `webhook-timestamp` in seconds, `.`, raw body |
//! | algorithm | `v1`: HMAC-SHA256, the key is the base64 after `whsec_`, 24 to 64 bytes; `v1a`: Ed25519, the key is the base64 after `whpk_` |
//! | window | 300 s both ways |
//! | signed id | `webhook-id`: `.replay(..)` goes by it, so that what is sent again after a failure is the same request |
//! | source | <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md> |
//!
//! [Standard Webhooks]: https://www.standardwebhooks.com
//!
//! One layer is for both kinds of keys, and `[..]` takes any of them, the newest first, as for a sender that
//! changes from a secret to a key pair. A key is used for the algorithm that its prefix says and no other: so the
//! prefix has to be there, or a public key, which everybody knows, could be taken for a secret.
//!
//! One signature of the list has to hold. What is of another version, or not written as it has to be, is passed
//! over, as by the specification's libraries. Since each `v1a` costs a hash of the body, the first
//! [`MAX_ASYMMETRIC`] of them are looked at.
//!
//! The id has no `.` in it, and no white space: with one, the end of an id could pass for a time, and the time
//! for the beginning of a body. The specification warns of it.
//!
//! # Who sends them
//!
//! | service | layer | confirmed by |
//! |---|---|---|
//! | any that follows the specification | `StandardWebhooksVerify::new(secret)` | `standardwebhooks`, Python and Node |
//! | OpenAI | the same | `openai`, Python and Node |
//! | Svix, and who sends through it | [`StandardWebhooks::svix`] | `svix`, Python and Node |
//! | Clerk | [`StandardWebhooks::clerk`] | `@clerk/backend`, Node |
//! | Resend | [`StandardWebhooks::resend`] | `resend`, Python and Node |
//! | Supabase | [`StandardWebhooks::supabase`] | its page |
//! | Anthropic, Etsy, Gemini, Kong, PagerDuty, Replicate, Vanta | `StandardWebhooksVerify::new(secret)` | the list of adopters, no more |
//!
//! [`Profile::ALL`] has them as data. A packaged verifier of the vendor agrees with this crate in the comparison
//! that `scripts/test --oracles` runs, where there is one.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Timestamp};
//! use countersign_standard_webhooks::StandardWebhooksVerify;
//! use http::Request;
//!
//! // The example of the specification's own libraries.
//! let layer = StandardWebhooksVerify::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
//!     .clock(ManualClock::at(Timestamp::from_secs(1_614_265_330)));
//! let request = |body: &'static str| {
//!     Request::post("/hook")
//!         .header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
//!         .header("webhook-timestamp", "1614265330")
//!         .header("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request(r#"{"test": 2432232314}"#)) else {
//!     panic!("refused")
//! };
//! assert_eq!(proof.id(), Some("msg_p5jXN8AQM9LWM0D4loKWxJek"));
//!
//! let error = layer.verify(request(r#"{"test": 2432232315}"#)).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! ```

mod headers;
mod key;
mod list;
mod method;
mod payload;
mod profile;
mod scheme;

pub use self::key::WebhookKey;
pub use self::list::MAX_ASYMMETRIC;
pub use self::method::{WebhookSignature, WebhookState};
pub use self::payload::Event;
pub use self::profile::Profile;
pub use self::scheme::StandardWebhooks;

/// The layer for Standard Webhooks: `StandardWebhooksVerify::new("whsec_..")`, or `new("whpk_..")`.
pub type StandardWebhooksVerify = countersign_core::VerifyLayer<StandardWebhooks>;
