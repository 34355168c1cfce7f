//! A body: an event as a platform for bots sends it, with Python's spaces.

use bytes::Bytes;

/// An event of exactly that size, from 200 bytes on: what is left over goes into its text.
///
/// It is ASCII, and its doubles are such that every reader reads them alike, so that `serde_json` writes it
/// in Python's form once its names are sorted.
#[must_use]
pub fn event(size: usize) -> Bytes {
    let mut history = String::new();
    let frame = around("", "").len();
    for at in 0.. {
        let entry = entry(at);
        let comma = if at == 0 { "" } else { ", " };
        if frame + history.len() + comma.len() + entry.len() > size {
            break;
        }
        history.push_str(comma);
        history.push_str(&entry);
    }
    let rest = size.saturating_sub(frame + history.len());
    around(&"x".repeat(rest), &history).into()
}

fn around(text: &str, history: &str) -> String {
    format!(
        r#"{{"user_id": "user-0c9f2d7e", "sender": "user", "timestamp": 1489843997.625053, "type": "text", "bot_id": "BJty7evfw2b", "text": "{text}", "history": [{history}]}}"#
    )
}

fn entry(at: usize) -> String {
    let texts = [
        "Hi, I would like to know where my order is. I was told that it would be here by Monday.",
        "Where is it, then?",
        r#"Line one\nLine two: \"quoted\""#,
        "Thanks!",
    ];
    let text = texts.get(at % texts.len()).copied().unwrap_or_default();
    format!(
        r#"{{"id": "{:08x}", "type": "text.say", "text": "{text}", "timestamp": {}.5, "user": {{"id": "u-{}", "name": "Grace Hopper", "verified": {}, "score": {}}}, "tags": ["order", "vip"]}}"#,
        at * 2_654_435,
        1_489_843_997 + at,
        at * 31,
        at.is_multiple_of(3),
        at * 17,
    )
}
