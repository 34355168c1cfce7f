//! What Notion sends. <https://developers.notion.com/reference/webhooks-events-delivery>

use countersign_core::{Members, json_object, json_payload};

use crate::scheme::Notion;

json_payload! {
    /// An event. It says what changed and not to what: that is for Notion's API to tell.
    pub struct Event of Notion {
        /// The event's id. Where Notion sends an event again, this stays the same.
        pub id: String,
        /// When it happened, in RFC 3339.
        pub timestamp: String,
        /// What happened, such as `page.content_updated` or `comment.created`.
        #[serde(rename = "type")]
        pub kind: String,
        /// What it happened to.
        pub entity: Entity,
    } optional {
        /// The workspace.
        pub workspace_id: String,
        /// The workspace's name.
        pub workspace_name: String,
        /// The subscription.
        pub subscription_id: String,
        /// The integration.
        pub integration_id: String,
        /// Who caused it.
        pub authors: Vec<Author>,
        /// 1 the first time, and up to 8.
        pub attempt_number: u32,
        /// The version of the API.
        pub api_version: String,
        /// What there is to say besides, which depends on the kind.
        pub data: Members,
    }
}

json_object! {
    /// What an event happened to.
    pub struct Entity {
        /// Its id.
        pub id: String,
        /// `page`, `block`, `database`, `data_source` or `comment`.
        #[serde(rename = "type")]
        pub kind: String,
    }
}

json_object! {
    /// Who caused an event.
    pub struct Author {
        /// Their id.
        pub id: String,
        /// `person`, `bot` or `agent`.
        #[serde(rename = "type")]
        pub kind: String,
    }
}
