//! Windows and how a time is written.

use std::time::Duration;

use super::{NOW, Subject, with_header};

/// Stripe's packages take a time a million seconds ahead; a window is open to one side only if it says so.
#[test]
fn window_open_to_the_future() {
    let mut timed = 0;
    for subject in Subject::all() {
        let defaults = subject.provider.defaults().expect("defaults");
        let Some(max_age) = defaults.max_age else { continue };
        timed += 1;
        let request = subject.genuine();
        let second = Duration::from_secs(1);
        for (now, inside) in [
            (NOW.plus(max_age), true),
            (NOW.plus(max_age + second), false),
            (NOW.minus(defaults.max_future), true),
            (NOW.minus(defaults.max_future + second), false),
            (NOW.minus(Duration::from_secs(1_000_000)), false),
            (NOW.plus(Duration::from_secs(1_000_000)), false),
        ] {
            let verdict = subject.verify_at(request.clone(), now);
            assert_eq!(verdict.is_ok(), inside, "{} at {now}: {verdict:?}", subject.name());
        }
    }
    assert!(timed >= 4, "{timed}");
}

/// `+5`, leading zeros, spaces: one time with many spellings, or arithmetic that overflows.
#[test]
fn timestamp_text_looseness() {
    for subject in Subject::all() {
        for (name, value) in subject.signed_headers() {
            let digits = value.to_str().expect("a text");
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            for other in [
                format!("+{digits}"),
                format!("0{digits}"),
                format!("-{digits}"),
                format!("{digits}.0"),
                format!("{digits} 0"),
                format!("{digits},{digits}"),
                "9223372036854775807".to_owned(),
                "9223372036854775808".to_owned(),
                "99999999999999999999999999".to_owned(),
                "-9223372036854775808".to_owned(),
                "0".to_owned(),
                "1e9".to_owned(),
                "0x65".to_owned(),
            ] {
                let request = with_header(subject.genuine(), &name, other.as_bytes());
                subject.refuses(request, &other);
            }
        }
    }
}
