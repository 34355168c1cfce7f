//! The event that Spark posts.

mod data;
mod names;

use countersign_core::{Members, Payload, PayloadBytes, PayloadError, read_json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::data::{AttachmentAction, Data, Membership, Message, Recording, Room, ServiceApp};
pub use self::names::{EventKind, Resource};
use crate::scheme::Spark;

/// A webhook event: something of the kind `resource` was `event`, and `data` says which.
///
/// Messages come **without their text**; it is fetched by `GET /messages/{id}`. Members that are
/// not listed here are in [`extra`](Self::extra).
///
/// It implements [`Serialize`], in the shape in which it came, and on purpose not `Deserialize`:
/// an event is read from a [`Proof`](countersign_core::Proof), so `Json<Event>` does not compile. A handler that answers at
/// once and works later puts [`Proof::body`](countersign_core::Proof::body) or the serialised event on its queue, and reads it
/// back with [`danger::parse_unverified`](countersign_core::danger::parse_unverified).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Event {
    /// The id of the webhook, not of the event.
    pub id: String,
    /// The webhook's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URL that the webhook posts to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_url: Option<String>,
    /// The kind of thing that the event is about.
    pub resource: Resource,
    /// What happened to it.
    pub event: EventKind,
    /// The webhook's filter, such as `roomId=..`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The organisation that owns the webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<String>,
    /// The person who added the webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// The application that added the webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// `creator` or `org`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<String>,
    /// `active` or `inactive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When the webhook was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The person who caused the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// The thing itself.
    pub data: Data,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

impl Event {
    /// The room that the event is about: `data.roomId`, or `data.id` where the resource is `rooms`.
    #[must_use]
    pub fn room_id(&self) -> Option<&str> {
        match &self.data {
            Data::Message(message) => message.room_id.as_deref(),
            Data::Membership(membership) => membership.room_id.as_deref(),
            Data::AttachmentAction(action) => action.room_id.as_deref(),
            Data::Room(room) => Some(&room.id),
            Data::Recording(recording) => recording.extra.text("roomId"),
            Data::ServiceApp(app) => app.extra.text("roomId"),
            Data::Other(members) if self.resource == Resource::Rooms => members.text("id"),
            Data::Other(members) => members.text("roomId"),
        }
    }
}

impl Payload for Event {
    type Scheme = Spark;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let wire: Wire = read_json(bytes)?;
        let Value::Object(data) = wire.data else {
            return Err(PayloadError::new("`data` is not an object"));
        };
        let data = Data::of(&wire.resource, data);
        Ok(Self {
            id: wire.id,
            name: wire.name,
            target_url: wire.target_url,
            resource: wire.resource,
            event: wire.event,
            filter: wire.filter,
            org_id: wire.org_id,
            created_by: wire.created_by,
            app_id: wire.app_id,
            owned_by: wire.owned_by,
            status: wire.status,
            created: wire.created,
            actor_id: wire.actor_id,
            data,
            extra: wire.extra,
        })
    }
}

/// What [`Event`] is read from. It is a type of its own so that `Event` can do without
/// `Deserialize`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    name: Option<String>,
    target_url: Option<String>,
    resource: Resource,
    event: EventKind,
    filter: Option<String>,
    org_id: Option<String>,
    created_by: Option<String>,
    app_id: Option<String>,
    owned_by: Option<String>,
    status: Option<String>,
    created: Option<String>,
    actor_id: Option<String>,
    data: Value,
    #[serde(flatten)]
    extra: Members,
}
