//! What happened. <https://linear.app/developers/webhooks>

use countersign_core::{Members, json_object, json_payload};

use crate::scheme::Linear;

json_payload! {
    /// Something happened in a workspace.
    #[serde(rename_all = "camelCase")]
    pub struct Event of Linear {
        /// What: `create`, `update` or `remove` for most types.
        pub action: String,
        /// What it happened to, such as `Issue` or `Comment`.
        #[serde(rename = "type")]
        pub kind: String,
        /// When this was sent, in milliseconds since 1970.
        pub webhook_timestamp: i64,
    } optional {
        /// The thing itself, as it is now.
        pub data: Members,
        /// For an update, the values that were changed, as they were.
        pub updated_from: Members,
        /// The page of the thing.
        pub url: String,
        /// When it happened, as RFC 3339 has it.
        pub created_at: String,
        /// The webhook.
        pub webhook_id: String,
        /// The workspace.
        pub organization_id: String,
        /// Who caused it.
        pub actor: Actor,
    }
}

json_object! {
    /// Who caused an event: a user, an application, an integration.
    pub struct Actor {
    } optional {
        /// Its id.
        pub id: String,
        /// What it is, such as `user`.
        #[serde(rename = "type")]
        pub kind: String,
        /// What it is called.
        pub name: String,
    }
}
