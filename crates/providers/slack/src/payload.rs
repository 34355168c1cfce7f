//! What Slack sends. <https://docs.slack.dev/apis/events-api/>

mod events;
mod objects;

use countersign_core::{Sensitive, json_payload};

pub use self::events::{Event, Mention, Message, OtherEvent, Reaction};
pub use self::objects::{Action, Channel, Item, Team, User};
use crate::form::{read_fields, read_payload};
use crate::scheme::Slack;

json_payload! {
    /// What the Events API sends: an event and where it comes from.
    pub struct EventCallback of Slack {
        /// `event_callback`; `app_rate_limited` is another envelope and has no event.
        #[serde(rename = "type")]
        pub kind: String,
        /// The event's id. Where Slack sends an event again, it is signed anew, and this stays the same.
        pub event_id: String,
        /// When it happened, in seconds since 1970.
        pub event_time: i64,
        /// The event itself.
        pub event: Event,
    } optional {
        /// The workspace.
        pub team_id: String,
        /// The app.
        pub api_app_id: String,
        /// Names the event for `apps.event.authorizations.list`.
        pub event_context: String,
        /// Whether the channel is shared with another organisation.
        pub is_ext_shared_channel: bool,
    }
}

json_payload! {
    /// A slash command, which comes as a form. It has to be answered within 3 s.
    pub struct SlashCommand of Slack, read by read_fields {
        /// The command, such as `/weather`.
        pub command: String,
        /// Who used it.
        pub user_id: String,
        /// The workspace.
        pub team_id: String,
        /// The channel that it was used in.
        pub channel_id: String,
    } optional {
        /// What was written behind the command; empty if nothing was.
        pub text: String,
        /// The workspace's part of the domain.
        pub team_domain: String,
        /// The channel's name; `directmessage` for one between two.
        pub channel_name: String,
        /// The name of who used it. The id is what to go by.
        pub user_name: String,
        /// The app.
        pub api_app_id: String,
        /// Where answers can be sent for half an hour, by whoever has it.
        pub response_url: Sensitive,
        /// What a dialog can be opened with for 3 s.
        pub trigger_id: Sensitive,
        /// The old way to tell requests of Slack, which nothing is needed of any more.
        pub token: Sensitive,
    }
}

json_payload! {
    /// Something that was clicked, chosen or submitted: JSON in the field `payload` of a form.
    pub struct Interaction of Slack, read by read_payload {
        /// Such as `block_actions`, `view_submission`, `shortcut` or `message_action`.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// Who did it.
        pub user: User,
        /// The workspace; none where an app is installed for an organisation.
        pub team: Team,
        /// Where it was done.
        pub channel: Channel,
        /// What was done, in `block_actions`.
        pub actions: Vec<Action>,
        /// Which shortcut or old-style message it is of.
        pub callback_id: String,
        /// The app.
        pub api_app_id: String,
        /// Where answers can be sent for half an hour, by whoever has it.
        pub response_url: Sensitive,
        /// What a dialog can be opened with for 3 s.
        pub trigger_id: Sensitive,
        /// The old way to tell requests of Slack, which nothing is needed of any more.
        pub token: Sensitive,
    }
}
