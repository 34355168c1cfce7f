//! What an event is about.

use countersign_core::{Members, Sensitive, json_object};
use serde::Serialize;
use serde::de::DeserializeOwned;
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

json_object! {
    /// A message, without its text: `GET /messages/{id}` has that.
    #[serde(rename_all = "camelCase")]
    pub struct Message {
        /// Its id.
        pub id: String,
        /// Who is mentioned in it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub mentioned_people: Vec<String>,
        /// The URLs of its files.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub files: Vec<String>,
    } optional {
        /// The room that it is in.
        pub room_id: String,
        /// `direct` or `group`.
        pub room_type: String,
        /// Who wrote it.
        pub person_id: String,
        /// The address of who wrote it.
        pub person_email: String,
        /// When it was written.
        pub created: String,
    }
}

json_object! {
    /// Somebody's being in a room.
    #[serde(rename_all = "camelCase")]
    pub struct Membership {
        /// Its id.
        pub id: String,
    } optional {
        /// The room.
        pub room_id: String,
        /// `direct` or `group`.
        pub room_type: String,
        /// Who.
        pub person_id: String,
        /// Their address.
        pub person_email: String,
        /// Their name.
        pub person_display_name: String,
        /// Their organisation.
        pub person_org_id: String,
        /// Whether they moderate the room.
        pub is_moderator: bool,
        /// Whether they are a monitor of the room.
        pub is_monitor: bool,
        /// Whether the room is hidden from them.
        pub is_room_hidden: bool,
        /// Since when.
        pub created: String,
    }
}

json_object! {
    /// A room.
    #[serde(rename_all = "camelCase")]
    pub struct Room {
        /// Its id.
        pub id: String,
    } optional {
        /// Its title.
        pub title: String,
        /// `direct` or `group`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Whether it is moderated.
        pub is_locked: bool,
        /// The team that it belongs to.
        pub team_id: String,
        /// When something last happened in it.
        pub last_activity: String,
        /// Who made it.
        pub creator_id: String,
        /// When it was made.
        pub created: String,
    }
}

json_object! {
    /// A button or form of a card was used. `GET /attachment/actions/{id}` has the inputs.
    #[serde(rename_all = "camelCase")]
    pub struct AttachmentAction {
        /// Its id.
        pub id: String,
    } optional {
        /// The kind of action, such as `submit`.
        #[serde(rename = "type")]
        pub kind: String,
        /// The message that the card is in.
        pub message_id: String,
        /// Who used it.
        pub person_id: String,
        /// The room that the card is in.
        pub room_id: String,
        /// When it was used.
        pub created: String,
    }
}

json_object! {
    /// A recording. What opens it is not shown by `Debug`.
    #[serde(rename_all = "camelCase")]
    pub struct Recording {
        /// Its id.
        pub id: String,
    } optional {
        /// The meeting that was recorded.
        pub meeting_id: String,
        /// Its topic.
        pub topic: String,
        /// The address of the host.
        pub host_email: String,
        /// Where it can be watched.
        pub playback_url: Sensitive,
        /// Where it can be fetched.
        pub download_url: Sensitive,
        /// The password for it.
        pub password: Sensitive,
    }
}

json_object! {
    /// A service app that a customer authorised or no longer does.
    #[serde(rename_all = "camelCase")]
    pub struct ServiceApp {
        /// Its id.
        pub id: String,
    } optional {
        /// The customer: the organisation that authorised it, which is not the event's `orgId`.
        pub authorizer_org_id: String,
    }
}
