//! The URI as HubSpot signs it.

use std::borrow::Cow;

/// The escapes that HubSpot has decoded before it signs, and what they stand for: its whole table. No others are.
const DECODED: [(&str, &str); 12] = [
    ("3A", ":"),
    ("2F", "/"),
    ("3F", "?"),
    ("40", "@"),
    ("21", "!"),
    ("24", "$"),
    ("27", "'"),
    ("28", "("),
    ("29", ")"),
    ("2A", "*"),
    ("2C", ","),
    ("3B", ";"),
];

/// Decodes these escapes, once.
pub(crate) fn decoded(uri: &str) -> Cow<'_, str> {
    if !uri.contains('%') {
        return uri.into();
    }
    let mut pieces = uri.split('%');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let known = piece.split_at_checked(2).and_then(|(code, rest)| {
            DECODED.iter().find(|(known, _)| *known == code).map(|(_, plain)| [*plain, rest])
        });
        let [plain, rest] = known.unwrap_or(["%", piece]);
        text.push_str(plain);
        text.push_str(rest);
    }
    text.into()
}
