//! What happened on the site.

use countersign_core::{Members, Payload, PayloadBytes, PayloadError, json_object, read_json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scheme::FlowWebhook;

/// What one request brings: one event, or up to 50 in a batch.
///
/// It implements [`Serialize`] in the shape in which it came, and on purpose not `Deserialize`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "Wire")]
#[non_exhaustive]
pub struct Delivery {
    /// When the request was made: RFC 3339.
    pub timestamp: Option<String>,
    /// Whether the webhook sends batches.
    pub batched: bool,
    /// The events, one unless batched.
    pub events: Vec<EventEntry>,
    /// Members of `data` beside the `deliveries` of a batch.
    pub data_extra: Members,
    /// Members beside `timestamp` and `data`.
    pub extra: Members,
}

json_object! {
    /// One event.
    pub struct EventEntry {
        /// The id of the event, of three parts such as `11777.3065.0`.
        pub id: String,
        /// Such as `Shotgun_Shot_Change`.
        pub event_type: String,
        /// The project, where there is one.
        #[serde(default)]
        pub project: Option<Entity>,
        /// The session in which it happened.
        #[serde(default)]
        pub session_uuid: Option<String>,
    } optional {
        /// Its entry in the site's event log.
        pub event_log_entry_id: i64,
        /// `create`, `update`, `delete` or another.
        pub operation: String,
        /// Who caused it.
        pub user: Entity,
        /// What it happened to.
        pub entity: Entity,
        /// What changed.
        pub meta: Meta,
        /// When: `YYYY-MM-DD HH:MM:SS.ffffff`.
        pub created_at: String,
        /// The field that changed.
        pub attribute_name: String,
        /// The id of the delivery.
        pub delivery_id: String,
        /// Said where a body would have been over 1 MB: then `old_value` and `new_value` are left out.
        pub warning: String,
    }
}

json_object! {
    /// A thing on the site, by its type and number.
    pub struct Entity {
        /// Its type, such as `Shot`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Its number.
        pub id: i64,
    }
}

json_object! {
    /// What changed.
    pub struct Meta {
    } optional {
        /// The kind of change, such as `attribute_change`.
        #[serde(rename = "type")]
        pub kind: String,
        /// The field.
        pub attribute_name: String,
        /// The type of what it is a field of.
        pub entity_type: String,
        /// The number of what it is a field of.
        pub entity_id: i64,
        /// The type of the field.
        pub field_data_type: String,
        /// What it was; `None` where it was left out.
        #[serde(default, deserialize_with = "present")]
        pub old_value: Value,
        /// What it is; `None` where it was left out.
        #[serde(default, deserialize_with = "present")]
        pub new_value: Value,
    }
}

/// Tells `null` from nothing.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Payload for Delivery {
    type Scheme = FlowWebhook;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let wire: Wire = read_json(bytes)?;
        let (batched, events, data_extra) = match wire.data {
            Data::Batch { deliveries, extra } => (true, deliveries, extra),
            Data::Single(event) => (false, vec![*event], Members::default()),
        };
        Ok(Self { timestamp: wire.timestamp, batched, events, data_extra, extra: wire.extra })
    }
}

/// The shape on the wire.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    data: Data,
    #[serde(flatten)]
    extra: Members,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Data {
    Batch {
        deliveries: Vec<EventEntry>,
        #[serde(flatten)]
        extra: Members,
    },
    Single(Box<EventEntry>),
}

impl From<Delivery> for Wire {
    fn from(delivery: Delivery) -> Self {
        let Delivery { timestamp, batched, mut events, data_extra, extra } = delivery;
        let data = match events.pop() {
            Some(event) if !batched && events.is_empty() => Data::Single(Box::new(event)),
            last => Data::Batch {
                deliveries: events.into_iter().chain(last).collect(),
                extra: data_extra,
            },
        };
        Self { timestamp, data, extra }
    }
}
