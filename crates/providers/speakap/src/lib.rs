//! Signed requests of Speakap: forms that open an application in a user's browser.
//!
//! | | |
//! |---|---|
//! | signature | form field `signature`, base64 of 32 bytes |
//! | algorithm | HMAC-SHA256, the key is the application's secret |
//! | signed | all other fields, sorted by name, `name=value` in RFC 3986 encoding joined by `&` |
//! | window | field `issuedAt`, -5..60 s |
//! | payload | [`SignedRequest`]: who is signed in, where, and in which language |
//!
//! Blank fields are signed too; a field without `=` counts as a blank one. The query of the URL is
//! not signed.
//!
//! # A genuine form and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Secret, Sign, Timestamp};
//! use countersign_speakap::{SignedRequest, Speakap, SpeakapVerify};
//! use http::Request;
//!
//! let now = Timestamp::from_secs(1_700_000_000);
//! let layer = SpeakapVerify::new("app secret").clock(ManualClock::at(now));
//!
//! let form = Request::post("/speakap")
//!     .header("Content-Type", "application/x-www-form-urlencoded")
//!     .body(Bytes::from("appData=&networkEID=08e1e1eadc000e6c&role=user&userEID=08e1e1eead0dc968"))?;
//! let signed = Speakap::default().sign(&Secret::new("app secret")?, now, form)?;
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(signed.clone()) else { panic!("refused") };
//! let request: SignedRequest = proof.payload()?;
//! assert_eq!((request.user_eid.as_str(), request.locale.as_str()), ("08e1e1eead0dc968", "en-US"));
//!
//! let promoted = String::from_utf8(signed.body().to_vec())?.replace("role=user", "role=admin");
//! let forged = signed.map(|_| promoted.into());
//! assert_eq!(layer.verify(forged).unwrap_err().reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod payload;
mod scheme;

pub use self::payload::SignedRequest;
pub use self::scheme::Speakap;

/// The layer for Speakap: `SpeakapVerify::new(secret)`.
pub type SpeakapVerify = countersign_core::VerifyLayer<Speakap>;
