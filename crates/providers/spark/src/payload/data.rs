//! What an event is about.

use countersign_core::{Members, Sensitive};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::payload::names::Resource;

/// The thing that an event is about, by the event's resource.
///
/// A resource that is not listed, or a thing that lacks its `id`, is kept as it came in
/// [`Other`](Self::Other): nothing genuine is refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Data {
    /// Of `messages`.
    Message(Box<Message>),
    /// Of `memberships`.
    Membership(Box<Membership>),
    /// Of `rooms`.
    Room(Box<Room>),
    /// Of `attachmentActions`.
    AttachmentAction(Box<AttachmentAction>),
    /// Of `recordings` and `convergedRecordings`.
    Recording(Box<Recording>),
    /// Of `serviceApp`.
    ServiceApp(Box<ServiceApp>),
    /// Of any other resource.
    Other(Members),
}

impl Data {
    pub(super) fn of(resource: &Resource, members: Map<String, Value>) -> Self {
        fn read<T: DeserializeOwned>(members: &Map<String, Value>) -> Option<Box<T>> {
            T::deserialize(members).ok().map(Box::new)
        }
        let known = match resource {
            Resource::Messages => read(&members).map(Self::Message),
            Resource::Memberships => read(&members).map(Self::Membership),
            Resource::Rooms => read(&members).map(Self::Room),
            Resource::AttachmentActions => read(&members).map(Self::AttachmentAction),
            Resource::Recordings | Resource::ConvergedRecordings => {
                read(&members).map(Self::Recording)
            }
            Resource::ServiceApp => read(&members).map(Self::ServiceApp),
            _ => None,
        };
        known.unwrap_or(Self::Other(members.into()))
    }
}

/// A message, without its text: `GET /messages/{id}` has that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The room that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    /// `direct` or `group`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_type: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<String>,
    /// The address of who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_email: Option<String>,
    /// Who is mentioned in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentioned_people: Vec<String>,
    /// The URLs of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// When it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// Somebody's being in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Membership {
    /// Its id.
    pub id: String,
    /// The room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    /// `direct` or `group`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_type: Option<String>,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<String>,
    /// Their address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_email: Option<String>,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_display_name: Option<String>,
    /// Their organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_org_id: Option<String>,
    /// Whether they moderate the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_moderator: Option<bool>,
    /// Whether they are a monitor of the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_monitor: Option<bool>,
    /// Whether the room is hidden from them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_room_hidden: Option<bool>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Room {
    /// Its id.
    pub id: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `direct` or `group`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it is moderated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_locked: Option<bool>,
    /// The team that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// When something last happened in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_activity: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_id: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// A button or form of a card was used. `GET /attachment/actions/{id}` has the inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AttachmentAction {
    /// Its id.
    pub id: String,
    /// The kind of action, such as `submit`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The message that the card is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Who used it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<String>,
    /// The room that the card is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    /// When it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// A recording. What opens it is not shown by `Debug`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Recording {
    /// Its id.
    pub id: String,
    /// The meeting that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting_id: Option<String>,
    /// Its topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The address of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_email: Option<String>,
    /// Where it can be watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playback_url: Option<Sensitive>,
    /// Where it can be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_url: Option<Sensitive>,
    /// The password for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Sensitive>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// A service app that a customer authorised or no longer does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceApp {
    /// Its id.
    pub id: String,
    /// The customer: the organisation that authorised it, which is not the event's `orgId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_org_id: Option<String>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}
