//! What webhooks are about. <https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide>

use countersign_core::{Payload, PayloadBytes, PayloadError, json_object, read_json};
use serde::Serialize;

use crate::scheme::HubSpot;

/// The body of a webhook: up to a hundred events, in no order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Events(pub Vec<Event>);

impl Payload for Events {
    type Scheme = HubSpot;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        read_json(bytes).map(Self)
    }
}

json_object! {
    /// Something happened that the application subscribed to.
    #[serde(rename_all = "camelCase")]
    pub struct Event {
        /// What, such as `contact.propertyChange`.
        pub subscription_type: String,
        /// The account that it happened in.
        pub portal_id: u64,
    } optional {
        /// Its id, which is not sure to be unique.
        pub event_id: u64,
        /// The subscription.
        pub subscription_id: u64,
        /// The application.
        pub app_id: u64,
        /// When it happened, in milliseconds since 1970.
        pub occurred_at: i64,
        /// How often it was tried to send this before; 0 is the first time.
        pub attempt_number: u64,
        /// What it happened to.
        pub object_id: u64,
        /// Which property was changed.
        pub property_name: String,
        /// What it was changed to.
        pub property_value: String,
        /// What caused it, such as `CRM_UI`.
        pub change_source: String,
    }
}
