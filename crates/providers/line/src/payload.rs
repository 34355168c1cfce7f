//! What LINE sends. <https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>

use countersign_core::{Members, Sensitive, json_object, json_payload};

use crate::scheme::Line;

json_payload! {
    /// A webhook: one event or more, for one bot.
    pub struct Webhook of Line {
        /// The bot.
        pub destination: String,
        /// What happened. They may be of different users.
        pub events: Vec<Event>,
    }
}

json_object! {
    /// An event.
    #[serde(rename_all = "camelCase")]
    pub struct Event {
        /// What happened: `message`, `follow`, `unfollow`, `join`, `leave`, `postback` or another.
        #[serde(rename = "type")]
        pub kind: String,
        /// When, in milliseconds since 1970.
        pub timestamp: i64,
    } optional {
        /// Who caused it, and where.
        pub source: Source,
        /// The event's id. Where LINE sends an event again, this stays the same.
        pub webhook_event_id: String,
        /// How it is delivered.
        pub delivery_context: DeliveryContext,
        /// `active`; in `standby` another bot answers.
        pub mode: String,
        /// What an answer can be given with, once and within a minute.
        pub reply_token: Sensitive,
        /// The message, of `message`.
        pub message: Message,
        /// The button's data, of `postback`.
        pub postback: Postback,
    }
}

json_object! {
    /// Who caused an event, and where.
    #[serde(rename_all = "camelCase")]
    pub struct Source {
        /// `user`, `group` or `room`.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// The user.
        pub user_id: String,
        /// The group.
        pub group_id: String,
        /// The room.
        pub room_id: String,
    }
}

json_object! {
    /// How an event is delivered.
    #[serde(rename_all = "camelCase")]
    pub struct DeliveryContext {
        /// Whether it was sent before.
        pub is_redelivery: bool,
    }
}

json_object! {
    /// A message.
    #[serde(rename_all = "camelCase")]
    pub struct Message {
        /// Its id.
        pub id: String,
        /// `text`, `image`, `video`, `audio`, `file`, `location` or `sticker`.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// What it says.
        pub text: String,
        /// What it can be quoted with.
        pub quote_token: Sensitive,
        /// The message that it quotes.
        pub quoted_message_id: String,
        /// The file's name.
        pub file_name: String,
        /// The file's size in bytes.
        pub file_size: u64,
    }
}

json_object! {
    /// What a button sends.
    pub struct Postback {
        /// What the bot gave it.
        pub data: String,
    } optional {
        /// What was chosen.
        pub params: Members,
    }
}
