//! What the specification says of the body.

use countersign_core::{Members, json_payload};
use serde_json::Value;

use crate::scheme::StandardWebhooks;

json_payload! {
    /// An event, as the specification recommends it: for a type of your own, take
    /// `SignedJson<StandardWebhooks, MyEvent>`.
    pub struct Event of StandardWebhooks {
        /// What happened, such as `user.created`.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// When it happened: a text in ISO 8601 most times, a number with some.
        pub timestamp: Value,
        /// What it is about.
        pub data: Members,
    }
}
