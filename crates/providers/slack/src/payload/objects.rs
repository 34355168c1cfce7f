//! What events and interactions are about.

use countersign_core::json_object;

json_object! {
    /// What a reaction is to.
    pub struct Item {
        /// `message`, mostly.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// The channel of the message.
        pub channel: String,
        /// When the message was posted, which is its name within the channel.
        pub ts: String,
    }
}

json_object! {
    /// A user.
    pub struct User {
        /// Its id.
        pub id: String,
    } optional {
        /// Its name. The id is what to go by.
        pub name: String,
        /// Its workspace.
        pub team_id: String,
    }
}

json_object! {
    /// A workspace.
    pub struct Team {
        /// Its id.
        pub id: String,
    } optional {
        /// Its part of the domain.
        pub domain: String,
    }
}

json_object! {
    /// A channel.
    pub struct Channel {
        /// Its id.
        pub id: String,
    } optional {
        /// Its name; `directmessage` for one between two.
        pub name: String,
    }
}

json_object! {
    /// What was done with a block.
    pub struct Action {
        /// What it was done with, such as `button`.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// The element's id.
        pub action_id: String,
        /// The id of its block.
        pub block_id: String,
        /// Its value, where it has one.
        pub value: String,
    }
}
