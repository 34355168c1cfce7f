//! What happened in a conversation.

use countersign_core::{JsonObject, Members, Payload, PayloadBytes, PayloadError};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::scheme::Meya;

/// What Meya posts: a message of version 1 of its platform, or an entry of version 2.
///
/// It implements [`Serialize`] in the shape in which it came, but for members listed here that were `null`, and on purpose not `Deserialize`: an event
/// is read from a [`Proof`](countersign_core::Proof), so `Json<Event>` does not compile. A handler that answers at once
/// and works later puts [`Proof::body`](countersign_core::Proof::body) or the serialised event on its queue, and reads it
/// back with [`danger::parse_unverified`](countersign_core::danger::parse_unverified).
///
/// It is read from the canonical text, so no name is there twice. Integers that no 64 bits hold are doubles
/// here; the text has all of their digits. An event with an integer that no double holds either, or of all 128 levels
/// that the canonical form may have, is genuine, but `serde_json` does not read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Event {
    /// Version 1: it has a `type`.
    Message(Box<Message>),
    /// Version 2: it has an `entry`.
    Entry(Box<Entry>),
}

/// An event of version 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// The user in whose conversation it happened.
    pub user_id: String,
    /// Who caused it.
    pub sender: Sender,
    /// When, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<f64>,
    /// What kind of event it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<String>,
    /// What was said, where something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Sender {
    /// The bot.
    Bot,
    /// The user.
    User,
    /// Somebody else.
    #[serde(untagged)]
    Other(String),
}

/// What kind of event it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Something was said.
    Text,
    /// Somebody began to type, or ceased.
    Typing,
    /// The data of a user changed.
    User,
    /// A row of a table changed.
    Table,
    /// A kind that is not listed above.
    #[serde(untagged)]
    Other(String),
}

/// An event of version 2.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// What happened; its `type` says what the other members are.
    pub entry: Members,
    /// The user in whose conversation it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<Members>,
    /// The integration that sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Value>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// The user of a conversation, version 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The user's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the bot keeps of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Members>,
    /// What stands in for what is not in `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_data: Option<Members>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

impl Entry {
    /// The `type` of the entry.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.entry.get("type").and_then(Value::as_str)
    }
}

impl Payload for Event {
    type Scheme = Meya;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        #[derive(Deserialize)]
        struct Version {
            entry: Option<IgnoredAny>,
        }
        let JsonObject(version): JsonObject<Version> = serde_json::from_slice(bytes)?;
        Ok(match version.entry {
            Some(_) => Self::Entry(Box::new(serde_json::from_slice::<WireEntry>(bytes)?.into())),
            None => Self::Message(Box::new(serde_json::from_slice::<WireMessage>(bytes)?.into())),
        })
    }
}

/// What [`Message`] is read from. It is a type of its own so that `Message` can do without
/// `Deserialize`.
#[derive(Deserialize)]
struct WireMessage {
    user_id: String,
    sender: Sender,
    timestamp: Option<f64>,
    #[serde(rename = "type")]
    kind: Kind,
    bot_id: Option<String>,
    text: Option<String>,
    #[serde(flatten)]
    extra: Members,
}

impl From<WireMessage> for Message {
    fn from(wire: WireMessage) -> Self {
        let WireMessage { user_id, sender, timestamp, kind, bot_id, text, extra } = wire;
        Self { user_id, sender, timestamp, kind, bot_id, text, extra }
    }
}

/// What [`Entry`] is read from, for the same reason.
#[derive(Deserialize)]
struct WireEntry {
    entry: Members,
    user: Option<User>,
    thread: Option<Members>,
    integration_id: Option<String>,
    timestamp: Option<Value>,
    #[serde(flatten)]
    extra: Members,
}

impl From<WireEntry> for Entry {
    fn from(wire: WireEntry) -> Self {
        let WireEntry { entry, user, thread, integration_id, timestamp, extra } = wire;
        Self { entry, user, thread, integration_id, timestamp, extra }
    }
}
