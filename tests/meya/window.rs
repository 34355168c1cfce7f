//! The time inside of the body.

use std::time::Duration;

use countersign::{ManualClock, MeyaVerify, Reason, Timestamp};

use super::{KEY, meya, signed};

const NOW: Timestamp = Timestamp::from_secs(1_489_844_000);

fn verdict(body: &str, now: Timestamp) -> Option<Reason> {
    let layer = MeyaVerify::with(meya(), KEY)
        .max_age(Duration::from_secs(300))
        .max_future(Duration::from_secs(10))
        .clock(ManualClock::at(now));
    layer.verify(signed(body.to_owned())).err().map(|error| error.reason())
}

#[test]
fn a_window_is_measured_against_the_signed_time() {
    let step = Duration::from_millis(1);
    for (text, time) in [
        ("1489844000", NOW),
        ("1489844000.0", NOW),
        ("1.489844E9", NOW),
        ("1489843999.75", NOW.minus(Duration::from_millis(250))),
    ] {
        let body =
            format!(r#"{{"user_id": "1", "timestamp": {text}, "deep": {{"timestamp": 1}}}}"#);
        let oldest = time.plus(Duration::from_secs(300));
        let earliest = time.minus(Duration::from_secs(10));
        assert_eq!(verdict(&body, oldest), None, "{text}");
        assert_eq!(verdict(&body, oldest.plus(step)), Some(Reason::Stale), "{text}");
        assert_eq!(verdict(&body, earliest), None, "{text}");
        assert_eq!(verdict(&body, earliest.minus(step)), Some(Reason::FromTheFuture), "{text}");
    }
}

/// Also in a body of all levels that the canonical form may have, where there is no payload any more.
#[test]
fn a_time_is_found_in_the_deepest_body() {
    let body = |levels: usize| {
        let (open, close) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
        format!(r#"{{"deep": {open}{close}, "timestamp": 1489844000}}"#)
    };
    for levels in [126, 127, 128] {
        assert_eq!(verdict(&body(levels), NOW), None, "{levels}");
        let late = NOW.plus(Duration::from_secs(301));
        assert_eq!(verdict(&body(levels), late), Some(Reason::Stale), "{levels}");
    }
}

#[test]
fn a_time_that_is_none_is_refused_where_a_window_is_set() {
    let malformed = Some(Reason::Malformed("timestamp"));
    for (body, reason) in [
        (r#"{"user_id": "1"}"#, Some(Reason::NoTimestamp)),
        (r#"{"timestamp": null}"#, Some(Reason::NoTimestamp)),
        (r#"{"timestamp": "1489844000"}"#, malformed),
        (r#"{"timestamp": true}"#, malformed),
        (r#"{"timestamp": [1489844000]}"#, malformed),
        (r#"{"timestamp": {}}"#, malformed),
        ("[1489844000]", malformed),
        ("1489844000", malformed),
        ("\"hi\"", malformed),
        (r#"{"timestamp": 0}"#, Some(Reason::Stale)),
        (r#"{"timestamp": -1.5}"#, Some(Reason::Stale)),
        (r#"{"timestamp": -1e308}"#, Some(Reason::Stale)),
        (r#"{"timestamp": 1e308}"#, Some(Reason::FromTheFuture)),
        (r#"{"timestamp": 99999999999999999999999999}"#, Some(Reason::FromTheFuture)),
    ] {
        assert_eq!(verdict(body, NOW), reason, "{body}");
    }
}

#[test]
fn without_a_window_no_time_is_asked_for() {
    for body in [r#"{"timestamp": 1}"#, r#"{"timestamp": "x"}"#, "[]", "\"hi\""] {
        assert!(MeyaVerify::with(meya(), KEY).verify(signed(body.to_owned())).is_ok(), "{body}");
    }
}
