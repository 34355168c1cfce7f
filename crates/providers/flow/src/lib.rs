//! Autodesk Flow Production Tracking, formerly ShotGrid and Shotgun: action menu items and
//! webhooks.
//!
//! | | action menu item | webhook |
//! |---|---|---|
//! | layer | [`FlowActionVerify`] | [`FlowWebhookVerify`] |
//! | signature | form field `signature`, 40 hexadecimal digits | `X-SG-SIGNATURE: sha1=` and 40 digits |
//! | algorithm | HMAC-SHA1, the key is the secret token | the same |
//! | signed | the other fields, as sorted lines `name=value\r\n` | the raw body |
//! | window | field `timestamp`, -5..10 s | none; `.max_age(..)` checks the body's `timestamp` |
//! | payload | [`ActionMenu`] | [`Delivery`] |
//!
//! An action menu item is posted by the **user's browser**: users see the signed form and can send
//! it again within the window. The query of the URL is not signed; do not believe it.
//!
//! # Blank fields
//!
//! The vendor's sample leaves blank fields (`name=`) out of the signed text, other code keeps them,
//! and what the server does is **not confirmed**. Both readings are tried, and the handler gets only
//! the fields of the one that matched: or anybody could add `admin=`. The signature itself and
//! fields without `=` are never among them.
//!
//! # A genuine form and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Secret, Sign, Timestamp};
//! use countersign_flow::{ActionMenu, FlowAction, FlowActionVerify};
//! use http::Request;
//!
//! let now = Timestamp::from_secs(1_700_000_000);
//! let layer = FlowActionVerify::new("secret token").clock(ManualClock::at(now));
//!
//! let form = Request::post("/ami")
//!     .header("Content-Type", "application/x-www-form-urlencoded")
//!     .body(Bytes::from("user_id=24&entity_type=Version&selected_ids=931%2C900"))?;
//! let signed = FlowAction::default().sign(&Secret::new("secret token")?, now, form)?;
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(signed.clone()) else { panic!("refused") };
//! assert_eq!(proof.payload::<ActionMenu>()?.selected_ids, [931, 900]);
//!
//! let added = signed.map(|body| [&body[..], b"&project_id=1"].concat().into());
//! assert_eq!(layer.verify(added).unwrap_err().reason(), Reason::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod webhook;

pub use self::action::{ActionMenu, FlowAction};
pub use self::webhook::{Delivery, Entity, EventEntry, FlowWebhook, Meta};

/// The layer for action menu items: `FlowActionVerify::new(secret)`.
pub type FlowActionVerify = countersign_core::VerifyLayer<FlowAction>;

/// The layer for webhooks: `FlowWebhookVerify::new(secret)`.
pub type FlowWebhookVerify = countersign_core::VerifyLayer<FlowWebhook>;
