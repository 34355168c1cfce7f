//! Updates. <https://core.telegram.org/bots/api#update>

use countersign_core::{Members, json_object, json_payload};

use crate::scheme::Telegram;

json_payload! {
    /// What happened to a bot: one of the optional members is there, or one in `extra`.
    pub struct Update of Telegram {
        /// Its number: what is sent again has the same one. It is not signed.
        pub update_id: u64,
    } optional {
        /// A message came.
        pub message: Message,
        /// A message was changed.
        pub edited_message: Message,
        /// A post came into a channel.
        pub channel_post: Message,
        /// A post in a channel was changed.
        pub edited_channel_post: Message,
        /// A button under a message was pressed.
        pub callback_query: CallbackQuery,
        /// Somebody asks the bot from another chat.
        pub inline_query: Members,
        /// What the bot may do in a chat changed.
        pub my_chat_member: Members,
    }
}

json_object! {
    /// A message.
    pub struct Message {
        /// Its id in the chat.
        pub message_id: i64,
        /// When it was sent, in unix seconds; 0 if that is not to be known.
        pub date: i64,
        /// Where it was sent.
        pub chat: Chat,
    } optional {
        /// Who sent it; none in a channel.
        pub from: User,
        /// What it says.
        pub text: String,
        /// What is written under a photo or the like.
        pub caption: String,
    }
}

json_object! {
    /// A chat.
    pub struct Chat {
        /// Its id: it may have 52 bits, and is negative for groups.
        pub id: i64,
        /// `private`, `group`, `supergroup` or `channel`.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// The title of a group or channel.
        pub title: String,
        /// The name after the `@`.
        pub username: String,
    }
}

json_object! {
    /// A user or a bot.
    pub struct User {
        /// Its id.
        pub id: i64,
        /// Whether it is a bot.
        pub is_bot: bool,
        /// The first name.
        pub first_name: String,
    } optional {
        /// The last name.
        pub last_name: String,
        /// The name after the `@`.
        pub username: String,
        /// The language, such as `en`.
        pub language_code: String,
    }
}

json_object! {
    /// A button that was pressed.
    pub struct CallbackQuery {
        /// Its id, with which it is answered.
        pub id: String,
        /// Who pressed it.
        pub from: User,
        /// What chat it was pressed in, as a number that says nothing else.
        pub chat_instance: String,
    } optional {
        /// The message that the button is under.
        pub message: Message,
        /// What the bot put into the button.
        pub data: String,
    }
}
