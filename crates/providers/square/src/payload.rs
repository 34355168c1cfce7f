//! What happened. <https://developer.squareup.com/docs/webhooks/step2subscribe>

use countersign_core::{Members, json_object, json_payload};

use crate::scheme::Square;

json_payload! {
    /// Something happened to the account of a merchant.
    pub struct Event of Square {
        /// The merchant.
        pub merchant_id: String,
        /// What, such as `payment.created`.
        #[serde(rename = "type")]
        pub kind: String,
        /// The id of the event: the same when it is sent again.
        pub event_id: String,
    } optional {
        /// When, as RFC 3339 has it.
        pub created_at: String,
        /// The location, for some events.
        pub location_id: String,
        /// What it happened to.
        pub data: Data,
    }
}

json_object! {
    /// What an event is about.
    pub struct Data {
    } optional {
        /// What it is, such as `payment`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Its id.
        pub id: String,
        /// Whether it is gone.
        pub deleted: bool,
        /// The thing itself, under its name.
        pub object: Members,
    }
}
