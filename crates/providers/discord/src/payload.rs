//! Interactions and events. <https://discord.com/developers/docs/interactions/receiving-and-responding>

use countersign_core::{Members, Sensitive, json_object, json_payload};

use crate::scheme::Discord;

json_payload! {
    /// What somebody did with the application: a command, a button or menu, the completion of an option, a form.
    pub struct Interaction of Discord {
        /// Its id.
        pub id: String,
        /// The application that it is for.
        pub application_id: String,
        /// 2 for a command, 3 for a component of a message, 4 for the completion of an option, 5 for a form. (1, PING,
        /// is answered by the layer.)
        #[serde(rename = "type")]
        pub kind: u8,
        /// With it the interaction is answered later, for 15 minutes: who has it can answer too.
        pub token: Sensitive,
    } optional {
        /// What was done.
        pub data: Data,
        /// The server that it was done on; none in a direct message.
        pub guild_id: String,
        /// The channel that it was done in.
        pub channel_id: String,
        /// Who did it, on a server.
        pub member: Member,
        /// Who did it, in a direct message.
        pub user: User,
        /// The message that the component belongs to.
        pub message: Members,
        /// The language of who did it, such as `en-GB`.
        pub locale: String,
    }
}

json_object! {
    /// What was done: which of these there are goes by the kind of the interaction.
    pub struct Data {
    } optional {
        /// The id of the command.
        pub id: String,
        /// The name of the command.
        pub name: String,
        /// The options of the command, each with `name`, `type` and `value`.
        pub options: Vec<Members>,
        /// The message or user that the command was used on.
        pub target_id: String,
        /// Which component or form it is, as the application named it.
        pub custom_id: String,
        /// What was chosen in a menu.
        pub values: Vec<String>,
        /// What was filled in, in a form.
        pub components: Vec<Members>,
    }
}

json_object! {
    /// A member of a server.
    pub struct Member {
        /// Whose account it is.
        pub user: User,
    } optional {
        /// The name on this server.
        pub nick: String,
        /// The ids of the roles.
        pub roles: Vec<String>,
        /// What the member may do in the channel: a number of bits, in decimal digits.
        pub permissions: String,
    }
}

json_object! {
    /// An account.
    pub struct User {
        /// Its id.
        pub id: String,
        /// Its name.
        pub username: String,
    } optional {
        /// The name that is shown.
        pub global_name: String,
    }
}

json_payload! {
    /// An event that is sent to a webhook of the application.
    pub struct WebhookEvent of Discord {
        /// The application that it is for.
        pub application_id: String,
        /// 1 for an event. (0, PING, is answered by the layer.)
        #[serde(rename = "type")]
        pub kind: u8,
    } optional {
        /// The event, with `type`, `timestamp` and `data`.
        pub event: Members,
    }
}
