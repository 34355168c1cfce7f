//! What became of mails. <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event>

use countersign_core::{Payload, PayloadBytes, PayloadError, json_object, read_json};
use serde::Serialize;

use crate::scheme::SendGrid;

/// The body of a webhook: events, in no order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Events(pub Vec<Event>);

impl Payload for Events {
    type Scheme = SendGrid;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        read_json(bytes).map(Self)
    }
}

json_object! {
    /// What became of a mail. Unique arguments that were sent with it are in [`extra`](Self::extra).
    pub struct Event {
        /// `processed`, `dropped`, `deferred`, `delivered`, `bounce`, `open`, `click`, `spamreport`, `unsubscribe`
        /// or another.
        pub event: String,
        /// When, in seconds since 1970.
        pub timestamp: i64,
    } optional {
        /// Whom the mail was for.
        pub email: String,
        /// The id of this event: the same when it is sent again.
        pub sg_event_id: String,
        /// The id of the mail at SendGrid.
        pub sg_message_id: String,
        /// Why it was dropped or came back.
        pub reason: String,
        /// The status code of RFC 3463, for a bounce.
        pub status: String,
        /// `bounce` or `blocked`, for a bounce.
        #[serde(rename = "type")]
        pub kind: String,
        /// What the receiving server answered.
        pub response: String,
        /// The link, for a click.
        pub url: String,
        /// The program, for an open or a click.
        pub useragent: String,
        /// Where it came from or went to.
        pub ip: String,
    }
}
