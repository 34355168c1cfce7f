//! Webhooks of HubSpot, and what else it sends with a signature: custom actions, cards, extensions.
//!
//! | | |
//! |---|---|
//! | signature | `X-HubSpot-Signature-V3`, base64 |
//! | algorithm | HMAC-SHA256, the key is the application's client secret |
//! | signed | method, URI, raw body, time, with nothing between them |
//! | time | `X-HubSpot-Request-Timestamp`, milliseconds, 13 digits |
//! | window | 300 s both ways: the vendor says so of the past, and nothing of the future |
//! | source | <https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation>, and the vendor's packages for Python and Node |
//!
//! **Version 3 alone.** HubSpot sends the versions 1 and 2 beside it in `X-HubSpot-Signature`: a SHA-256 of the secret
//! and the text, without a time. Who knows such a digest can continue the text and its digest without the
//! secret. They are not read.
//!
//! The URI is the one that HubSpot was given: [`HubSpot::under`] makes it of a base and the path and query of each
//! request. HubSpot signs it with these escapes decoded, and no others: `%3A %2F %3F %40 %21 %24 %27 %28 %29 %2A %2C
//! %3B`. The vendor's packages leave that to their caller, so the URI is taken as it came, too. It means that `/a%3Fb`
//! and `/a?b` have the same signature: let no route end with a wildcard.
//!
//! What stands beside one another must not be read in two ways. The time has 13 digits, so that none at the end of
//! the body can be taken for its first. A body is empty or begins with `[` or `{`, and a URI has neither, so that
//! the end of one cannot be taken for the beginning of the other.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Secret, Sign, Timestamp};
//! use countersign_hubspot::{Events, HubSpot, HubSpotVerify};
//! use http::Request;
//!
//! let now = Timestamp::from_secs(1_700_000_000);
//! let hubspot = || HubSpot::under("https://example.com");
//! let layer = HubSpotVerify::with(hubspot(), "client secret").clock(ManualClock::at(now));
//!
//! let events = r#"[{"eventId":1,"subscriptionType":"contact.creation","portalId":62515,"objectId":123}]"#;
//! let request = Request::post("/hubspot").body(Bytes::from(events))?;
//! let signed = hubspot().sign(&Secret::new("client secret")?, now, request)?;
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(signed.clone()) else { panic!("refused") };
//! let Events(events) = proof.payload()?;
//! assert_eq!(events[0].object_id, Some(123));
//!
//! let forged = signed.map(|body| String::from_utf8_lossy(&body).replace("123", "124").into());
//! assert_eq!(layer.verify(forged).unwrap_err().reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Feature
//!
//! - `axum`: [`HubSpot::under`] knows the URI from before `Router::nest`. Without it, it is that which the layer
//!   sees.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod payload;
mod scheme;
mod uri;

pub use self::payload::{Event, Events};
pub use self::scheme::HubSpot;

/// The layer for HubSpot: `HubSpotVerify::with(HubSpot::under("https://example.com"), client_secret)`.
pub type HubSpotVerify = countersign_core::VerifyLayer<HubSpot>;
