//! What happened in a conversation.

use std::fmt::{self, Debug, Formatter};

use countersign_core::{Members, Payload, PayloadBytes, PayloadError, read_json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::scheme::Meya;

/// What Meya posts: a message of version 1 of its platform, or an entry of version 2.
///
/// Nothing genuine is refused for a member: one that is listed here but `null` or of another type is in `extra`,
/// as it came. All that there has to be is an object with an `entry`, which is an object, or with a `type`, which
/// is a text.
///
/// It implements [`Serialize`] in the shape in which it came (but for a `timestamp` of version 1, which is a double
/// even if it came as an integer), and on purpose not `Deserialize`: an event
/// is read from a [`Proof`](countersign_core::Proof), so `Json<Event>` does not compile. A handler that answers at once
/// and works later puts [`Proof::body`](countersign_core::Proof::body) or the serialised event on its queue, and reads it
/// back with [`danger::parse_unverified`](countersign_core::danger::parse_unverified).
///
/// It is read from the canonical text, so no name is there twice. Integers that no 64 bits hold are doubles
/// here, unless something in the build turns on `arbitrary_precision` of `serde_json`; the text has all of their digits.
/// An event with an integer that no double holds either, or of all 128 levels that the canonical form may
/// have, is genuine, but `serde_json` does not read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Event {
    /// Version 1: it has a `type`.
    Message(Box<Message>),
    /// Version 2: it has an `entry`.
    Entry(Box<Entry>),
}

/// An event of version 1. `Debug` shows who and when, but not what was said: like the members of `extra`, that is
/// nothing for a log.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// The user in whose conversation it happened. Events of the kinds [`User`](Kind::User) and
    /// [`Table`](Kind::Table) have none: `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Who caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
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
    /// Members that are not listed above, or not of the type that is.
    #[serde(flatten)]
    pub extra: Members,
}

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", from = "String")]
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
#[serde(rename_all = "lowercase", from = "String")]
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
    /// When: a number or a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Value>,
    /// Members that are not listed above, or not of the type that is.
    #[serde(flatten)]
    pub extra: Members,
}

/// The user of a conversation, version 2.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// Members that are not listed above, or not of the type that is.
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

impl Debug for Message {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = self.text.as_ref().map(|text| text.len());
        f.debug_struct("Message")
            .field("user_id", &self.user_id)
            .field("sender", &self.sender)
            .field("timestamp", &self.timestamp)
            .field("kind", &self.kind)
            .field("bot_id", &self.bot_id)
            .field("text", &format_args!("{} bytes", text.unwrap_or_default()))
            .field("extra", &self.extra)
            .finish()
    }
}

// A derived reader would take `{"user": null}` for `"user"`.
impl From<String> for Sender {
    fn from(text: String) -> Self {
        match text.as_str() {
            "bot" => Self::Bot,
            "user" => Self::User,
            _ => Self::Other(text),
        }
    }
}

impl From<String> for Kind {
    fn from(text: String) -> Self {
        match text.as_str() {
            "text" => Self::Text,
            "typing" => Self::Typing,
            "user" => Self::User,
            "table" => Self::Table,
            _ => Self::Other(text),
        }
    }
}

impl Payload for Event {
    type Scheme = Meya;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let mut rest = Rest(read_json(bytes)?);
        if let Some(entry) = rest.object("entry") {
            return Ok(Self::Entry(Box::new(Entry {
                entry: entry.into(),
                user: rest.object("user").map(User::of),
                thread: rest.object("thread").map(Members::from),
                integration_id: rest.text("integration_id"),
                timestamp: rest.take("timestamp", |time| time.is_number() || time.is_string()),
                extra: rest.0.into(),
            })));
        }
        let Some(kind) = rest.text("type") else {
            return Err(PayloadError::new("there is neither an `entry` nor a `type`"));
        };
        Ok(Self::Message(Box::new(Message {
            user_id: rest.text("user_id"),
            sender: rest.text("sender").map(Sender::from),
            timestamp: rest
                .take("timestamp", |time| time.as_f64().is_some())
                .and_then(|time| time.as_f64()),
            kind: kind.into(),
            bot_id: rest.text("bot_id"),
            text: rest.text("text"),
            extra: rest.0.into(),
        })))
    }
}

impl User {
    fn of(user: Map<String, Value>) -> Self {
        let mut rest = Rest(user);
        Self {
            id: rest.text("id"),
            data: rest.object("data").map(Members::from),
            default_data: rest.object("default_data").map(Members::from),
            extra: rest.0.into(),
        }
    }
}

/// The members that have no field yet.
struct Rest(Map<String, Value>);

impl Rest {
    fn take(&mut self, name: &str, is: impl Fn(&Value) -> bool) -> Option<Value> {
        self.0.get(name).is_some_and(is).then(|| self.0.remove(name)).flatten()
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name, Value::is_string) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.take(name, Value::is_object) {
            Some(Value::Object(members)) => Some(members),
            _ => None,
        }
    }
}
