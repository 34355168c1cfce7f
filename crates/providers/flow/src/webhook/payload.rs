//! What happened on the site.

use countersign_core::{Members, Payload, PayloadBytes, PayloadError, read_json};
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

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventEntry {
    /// The id of the event, of three parts such as `11777.3065.0`.
    pub id: String,
    /// Its entry in the site's event log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_log_entry_id: Option<i64>,
    /// Such as `Shotgun_Shot_Change`.
    pub event_type: String,
    /// `create`, `update`, `delete` or another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Who caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Entity>,
    /// What it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<Entity>,
    /// The project, where there is one.
    #[serde(default)]
    pub project: Option<Entity>,
    /// What changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// When: `YYYY-MM-DD HH:MM:SS.ffffff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The field that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<String>,
    /// The session in which it happened.
    #[serde(default)]
    pub session_uuid: Option<String>,
    /// The id of the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
    /// Said where a body would have been over 1 MB: then `old_value` and `new_value` are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// A thing on the site, by its type and number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entity {
    /// Its type, such as `Shot`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub id: i64,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Meta {
    /// The kind of change, such as `attribute_change`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<String>,
    /// The type of what it is a field of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<String>,
    /// The number of what it is a field of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<i64>,
    /// The type of the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_data_type: Option<String>,
    /// What it was; `None` where it was left out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub old_value: Option<Value>,
    /// What it is; `None` where it was left out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub new_value: Option<Value>,
    /// Members that are not listed above.
    #[serde(flatten)]
    pub extra: Members,
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
