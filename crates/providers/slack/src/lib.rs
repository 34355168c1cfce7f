//! Requests of Slack: events, slash commands and interactions.
//!
//! | | |
//! |---|---|
//! | signature | `X-Slack-Signature`, `v0=` and 64 hexadecimal digits |
//! | time | `X-Slack-Request-Timestamp`, in seconds |
//! | algorithm | HMAC-SHA256 over `v0:`, the time, `:` and the raw body; the key is the app's signing secret |
//! | window | 300 s into the past and into the future |
//! | not signed | all other headers: [`Retry`] |
//! | handshake | `url_verification`, which is signed, and `ssl_check`, which need not be, are answered by the layer: in bodies of up to 4 KiB |
//! | body | JSON for events, a form for commands and interactions; up to 4 MiB here, as in Slack's package; an answer is awaited for 3 s |
//! | source | <https://docs.slack.dev/authentication/verifying-requests-from-slack/> |
//!
//! The secret is the app's *signing secret*, not the verification token that is in each body.
//!
//! Of Slack's own packages, the one for Python looks 300 s both ways and the one for JavaScript takes any time
//! in the future. Here it is 300 s both ways.
//!
//! An event that was not answered in time is sent again, up to three times, and signed anew. So `.replay(..)`,
//! which goes by the signature, takes it for another one; [`EventCallback::event_id`] is what both have in common.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Timestamp};
//! use countersign_slack::{SlackVerify, SlashCommand};
//! use http::Request;
//!
//! let layer = SlackVerify::new("8f742231b10e8888abcd99yyyzzz85a5")
//!     .clock(ManualClock::at(Timestamp::from_secs(1_700_000_000)));
//! let request = |body: &'static str| {
//!     Request::post("/slack")
//!         .header("X-Slack-Request-Timestamp", "1700000000")
//!         .header(
//!             "X-Slack-Signature",
//!             "v0=d1faa1499fa574a3a149d4e1d867bd1176a66bbe5f061941e5881aff2468abd5",
//!         )
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//! let genuine = "command=%2Fweather&text=94070&user_id=U2&team_id=T1&channel_id=C3";
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request(genuine)) else { panic!("refused") };
//! let command: SlashCommand = proof.payload()?;
//! assert_eq!((command.command.as_str(), command.text.as_deref()), ("/weather", Some("94070")));
//!
//! let forged = "command=%2Fweather&text=94071&user_id=U2&team_id=T1&channel_id=C3";
//! let error = layer.verify(request(forged)).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), countersign_core::PayloadError>(())
//! ```

mod checks;
mod form;
mod payload;
mod retry;
mod scheme;

pub use self::payload::{
    Action, Channel, Event, EventCallback, Interaction, Item, Mention, Message, OtherEvent,
    Reaction, SlashCommand, Team, User,
};
pub use self::retry::Retry;
pub use self::scheme::Slack;

/// The layer for Slack: `SlackVerify::new(secret)`.
pub type SlackVerify = countersign_core::VerifyLayer<Slack>;
