//! What Meta sends. <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>

mod messenger;
mod whatsapp;

use countersign_core::{Members, json_object, json_payload};
use serde::{Deserialize, Serialize};

pub use self::messenger::{Messaging, MessengerMessage, Party, Postback};
pub use self::whatsapp::{Contact, Metadata, Status, Text, WhatsApp, WhatsAppMessage};
use crate::scheme::Meta;

json_payload! {
    /// A webhook of any of Meta's products: what changed in one or several of its objects.
    pub struct Webhook of Meta {
        /// Which product: `whatsapp_business_account`, `page`, `instagram`, `user` or another.
        pub object: String,
        /// What changed, at most 1000 of them.
        pub entry: Vec<Entry>,
    }
}

json_object! {
    /// What changed in one object.
    pub struct Entry {
        /// Its id: of the page, the account, the user.
        pub id: String,
    } optional {
        /// When it was sent: in seconds since 1970, or in milliseconds in Messenger and Instagram.
        pub time: i64,
        /// Fields that changed: all of WhatsApp is among them.
        pub changes: Vec<Change>,
        /// Messages and the like, of Messenger and Instagram.
        pub messaging: Vec<Messaging>,
    }
}

json_object! {
    /// A field that changed.
    pub struct Change {
        /// Its name, such as `messages` or `feed`.
        pub field: String,
    } optional {
        /// What it is now.
        pub value: Value,
    }
}

/// What a field is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Value {
    /// Of WhatsApp.
    WhatsApp(Box<WhatsApp>),
    /// Another object.
    Object(Members),
    /// Anything else.
    Other(serde_json::Value),
}
