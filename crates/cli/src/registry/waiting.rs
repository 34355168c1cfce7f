//! Providers that are not here yet, because what they send is not confirmed.

/// Each with what is wanted before it can be built.
pub static WAITING: &[(&str, &str)] = &[
    ("Mailgun", "a verifier of the vendor: what is at hand covers a token and not the body"),
    ("Mattermost, Rocket.Chat, Zulip", "a page of each that says where the token stands"),
    ("Microsoft Teams, outgoing webhooks", "a verifier of the vendor, or a recorded request"),
    ("Twitch EventSub", "a verifier of the vendor: there is only that of a third party"),
];
