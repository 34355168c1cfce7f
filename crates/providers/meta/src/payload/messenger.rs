//! Messenger and Instagram. <https://developers.facebook.com/docs/messenger-platform/webhooks>

use countersign_core::{Members, json_object};

json_object! {
    /// A message, a button that was pressed, or something about a message; what has no field is in `extra`.
    pub struct Messaging {
    } optional {
        /// Who caused it.
        pub sender: Party,
        /// Who it is for.
        pub recipient: Party,
        /// When, in milliseconds since 1970.
        pub timestamp: i64,
        /// The message.
        pub message: MessengerMessage,
        /// The button.
        pub postback: Postback,
    }
}

json_object! {
    /// A page or somebody who talks to it.
    pub struct Party {
    } optional {
        /// The id, which holds for this page alone.
        pub id: String,
    }
}

json_object! {
    /// A message.
    pub struct MessengerMessage {
    } optional {
        /// Its id. Where Meta sends a message again, this stays the same.
        pub mid: String,
        /// What it says.
        pub text: String,
        /// Whether the page wrote it.
        pub is_echo: bool,
        /// What comes with it.
        pub attachments: Vec<Members>,
    }
}

json_object! {
    /// A button that was pressed.
    pub struct Postback {
    } optional {
        /// What the page gave it.
        pub payload: String,
        /// What it says.
        pub title: String,
        /// The id of the message that it makes.
        pub mid: String,
    }
}
