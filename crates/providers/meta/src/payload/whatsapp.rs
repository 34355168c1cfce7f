//! WhatsApp. <https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples>

use countersign_core::{Members, json_object};

json_object! {
    /// Messages that came, and what became of those that were sent.
    pub struct WhatsApp {
        /// `whatsapp`.
        pub messaging_product: String,
        /// The number of the business.
        pub metadata: Metadata,
    } optional {
        /// Who wrote.
        pub contacts: Vec<Contact>,
        /// What they wrote.
        pub messages: Vec<WhatsAppMessage>,
        /// What became of messages that were sent.
        pub statuses: Vec<Status>,
        /// What went wrong.
        pub errors: Vec<Members>,
    }
}

json_object! {
    /// A number of the business.
    pub struct Metadata {
        /// Its id, which messages are sent with.
        pub phone_number_id: String,
    } optional {
        /// The number as people see it.
        pub display_phone_number: String,
    }
}

json_object! {
    /// Somebody who wrote.
    pub struct Contact {
    } optional {
        /// Their id, mostly their number.
        pub wa_id: String,
        /// Their profile, with a name of their choice.
        pub profile: Members,
    }
}

json_object! {
    /// A message.
    pub struct WhatsAppMessage {
        /// Its id. Where Meta sends a message again, this stays the same.
        pub id: String,
        /// `text`, `image`, `interactive`, `button`, `location`, `reaction` or another.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// Whose it is.
        pub from: String,
        /// When it was written: seconds since 1970, as a text.
        pub timestamp: String,
        /// What it says, if it is a text.
        pub text: Text,
        /// The message that it is an answer to.
        pub context: Members,
    }
}

json_object! {
    /// What a message says.
    pub struct Text {
        /// The text.
        pub body: String,
    }
}

json_object! {
    /// What became of a message that was sent.
    pub struct Status {
        /// The message's id.
        pub id: String,
        /// `sent`, `delivered`, `read` or `failed`.
        pub status: String,
    } optional {
        /// When: seconds since 1970, as a text.
        pub timestamp: String,
        /// Who it was sent to.
        pub recipient_id: String,
    }
}
