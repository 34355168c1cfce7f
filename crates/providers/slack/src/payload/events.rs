//! The events that are handled most. <https://docs.slack.dev/reference/events/>

use countersign_core::json_object;
use serde::{Deserialize, Serialize};

use super::objects::Item;

/// An event of the Events API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A message was posted, changed or deleted where the app listens.
    Message(Message),
    /// The app was mentioned.
    AppMention(Mention),
    /// Somebody added a reaction.
    ReactionAdded(Reaction),
    /// Somebody took a reaction back.
    ReactionRemoved(Reaction),
    /// Any other, as it came.
    #[serde(untagged)]
    Other(OtherEvent),
}

json_object! {
    /// A message. What is left out depends on the subtype: a changed one has the message itself in `extra`.
    pub struct Message {
        /// The channel.
        pub channel: String,
        /// When it was posted, which is its name within the channel.
        pub ts: String,
    } optional {
        /// None for one that a person wrote.
        pub subtype: String,
        /// Who wrote it.
        pub user: String,
        /// The app that wrote it.
        pub bot_id: String,
        /// What it says.
        pub text: String,
        /// The message that this one is an answer to.
        pub thread_ts: String,
        /// `channel`, `group`, `im` or `mpim`.
        pub channel_type: String,
    }
}

json_object! {
    /// A message that mentions the app.
    pub struct Mention {
        /// The channel.
        pub channel: String,
        /// When it was posted, which is its name within the channel.
        pub ts: String,
        /// What it says.
        pub text: String,
    } optional {
        /// Who wrote it.
        pub user: String,
        /// The message that this one is an answer to.
        pub thread_ts: String,
    }
}

json_object! {
    /// A reaction.
    pub struct Reaction {
        /// Who reacted.
        pub user: String,
        /// The emoji's name, such as `thumbsup`.
        pub reaction: String,
        /// What was reacted to.
        pub item: Item,
    } optional {
        /// Who wrote that.
        pub item_user: String,
    }
}

json_object! {
    /// An event that has no type of its own here.
    pub struct OtherEvent {
        /// Such as `team_join`.
        #[serde(rename = "type")]
        pub kind: String,
    }
}
