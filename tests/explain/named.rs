//! Requests as people had them, and the causes that are named for them.

use std::time::Duration;

use bytes::Bytes;
use countersign::explain::{Explain, Explanation, Setup, View};
use countersign::{Algorithm, Reason, Secret, Timestamp};
use countersign_cli::registry::{PROVIDERS, Settings, find};
use http::Request;

use super::damage::{Genuine, Random};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

/// What is asked here is what is found; how long it may take is another test's.
const LONG: Duration = Duration::from_secs(60);

fn explain(provider: &str, secret: &str) -> Explain {
    let setup = Setup::default().secret(Secret::new(secret).unwrap());
    Explain::new(find(provider).unwrap().receiver(&Settings::default()), setup).budget(LONG).at(NOW)
}

fn codes(explanation: &Explanation) -> Vec<&str> {
    explanation.causes.iter().map(|cause| &*cause.code).collect()
}

/// The request as the provider would send it.
fn signed(provider: &str, secret: &str, body: impl AsRef<[u8]>) -> Request<Bytes> {
    let request = Request::post("/hook").body(Bytes::copy_from_slice(body.as_ref())).unwrap();
    let secret = Secret::new(secret).unwrap();
    find(provider).unwrap().sign(&Settings::default(), &secret, NOW, request).unwrap()
}

#[test]
fn what_is_genuine_is_said_to_be_and_each_algorithm_has_a_name() {
    for provider in PROVIDERS {
        let genuine = Genuine::new(*provider, &mut Random::new(1));
        let explain = Explain::new(provider.receiver(&genuine.settings), genuine.setup());
        let text = explain.at(genuine.now).explain(genuine.request()).unwrap().to_string();
        assert!(text.contains(": it is genuine"), "{text}");
        assert!(!text.contains("another algorithm"), "{text}");
    }
}

#[test]
fn digits_in_a_malformed_signature_are_no_time() {
    let request = Request::post("/")
        .header("x-spark-signature", "abcdef1234567890abcdefabcdefabcdefabc")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    let explanation = explain("spark", "secret").explain(request).unwrap();
    assert_eq!(codes(&explanation), [""; 0], "{explanation}");
}

/// HubSpot takes 13 digits and no others. That it is about now is what tells that a time was meant.
#[test]
fn a_time_that_cannot_be_read_is_in_another_unit_where_it_would_be_in_the_window() {
    let explained = |time: i64, budget: Duration| {
        let provider = find("hubspot").unwrap();
        let genuine = Genuine::new(provider, &mut Random::new(1));
        let mut request = genuine.request();
        let time = time.to_string().parse().unwrap();
        request.headers_mut().insert("x-hubspot-request-timestamp", time);
        let explanation = Explain::new(provider.receiver(&genuine.settings), genuine.setup())
            .budget(budget)
            .at(NOW)
            .explain(request)
            .unwrap();
        assert!(matches!(explanation.reason, Some(Reason::Malformed(_))), "{explanation}");
        codes(&explanation).join(" ")
    };
    assert_eq!(explained(1_700_000_060, LONG), "timestamp-unit");
    assert_eq!(explained(1_600_000_000, LONG), "");
    assert_eq!(explained(1_700_000_060, Duration::ZERO), "", "it is looked for as all else is");
}

/// The secret is configured as it was copied, and the body holds the one that it was meant to be; also as it
/// is written in JSON and in a URL.
#[test]
fn no_secret_is_shown_that_the_request_holds() {
    let cases = [
        ("czNjcjN0LW9mLWhvb2s=", "s3cr3t-of-hook", r#"{"key":"s3cr3t-of-hook"}"#, "/"),
        ("\"s3cr3t-of-hook\"\n", "s3cr3t-of-hook", r#"{"key":"s3cr3t-of-hook"}"#, "/"),
        ("pa/ss\"w0rd", "another", r#"{"key":"pa\/ss\"w0rd"}"#, "/"),
        ("p@ssw0rd!", "another", "{}", "/hook?k=p%40ssw0rd%21"),
    ];
    for (configured, signs, body, path) in cases {
        let mut request = signed("spark", signs, body);
        *request.uri_mut() = path.parse().unwrap();
        for view in [View::Short, View::Full, View::Redacted] {
            let explanation = explain("spark", configured).view(view).explain(request.clone());
            let shown = explanation.unwrap().to_string();
            for part in ["s3cr3t-of", "of-hook", "w0rd"] {
                assert!(!shown.contains(part), "{shown}");
            }
        }
    }
}

#[test]
fn redacted_neither_the_body_nor_a_url_can_be_read() {
    let request = signed("spark", "another", r#"{"id":"jane.doe"}"#);
    let explanation = explain("spark", "secret").view(View::Redacted).explain(request).unwrap();
    assert!(!explanation.to_string().contains("jane"), "{explanation}");

    let meya = find("meya").unwrap();
    let url = "https://a.example/x?customer=jane.doe%40example.org&token=abcdefghijklmnop";
    let secret = Secret::new("secret").unwrap();
    let settings = Settings::default().sent_to(url);
    let uri = url.strip_prefix("https://a.example").unwrap();
    let request = Request::post(uri).body(Bytes::from_static(b"{\"data\":1}")).unwrap();
    let request = meya.sign(&settings, &secret, NOW, request).unwrap();
    let setup = Setup::default().secret(secret).url("https://a.example/x");
    let shown = |view| {
        let explain = Explain::new(meya.receiver(&Settings::default()), setup.clone()).view(view);
        let explanation = explain.explain(request.clone()).unwrap();
        assert_eq!(codes(&explanation).first(), Some(&"url-query"), "{explanation}");
        explanation.causes[0].sentence.clone()
    };
    assert!(shown(View::Short).contains("customer=jane.doe"), "{}", shown(View::Short));
    assert!(!shown(View::Redacted).contains("jane"), "{}", shown(View::Redacted));
}

/// A character that turns the direction of writing round would show another host than there is.
#[test]
fn what_is_configured_reaches_the_terminal_escaped() {
    let meya = find("meya").unwrap();
    let secret = Secret::new("secret").unwrap();
    let settings = Settings::default().sent_to("https://a.example/\u{202e}x");
    let request = Request::post("/").body(Bytes::from_static(b"{\"data\":1}")).unwrap();
    let request = meya.sign(&settings, &secret, NOW, request).unwrap();
    let setup = Setup::default().secret(secret).url("https://a.example/%E2%80%AEx");
    let explain = Explain::new(meya.receiver(&Settings::default()), setup);
    let explanation = explain.explain(request).unwrap();
    assert_eq!(codes(&explanation), ["url-encoding"], "{explanation}");
    assert!(explanation.to_string().is_ascii(), "{explanation}");
}

/// Two changes of one body, of which the second is to be undone first.
#[test]
fn a_body_that_was_changed_twice_is_explained() {
    let latin: &[u8] = b"{\"a\":\"caf\xe9\"}";
    for (signs, received, code) in [
        // What Go's `Encoder` writes, written again in Python.
        (&b"{\"a\":1,\"b\":[1]}\n"[..], r#"{"a": 1, "b": [1]}"#, "newline-removed"),
        (b"{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}", r#"{"a":1,"b":2}"#, "line-endings"),
        (b"\xef\xbb\xbf{\"a\": 1}", r#"{"a":1}"#, "bom"),
        (latin, r#"{"a": "caf\u00e9"}"#, "charset"),
    ] {
        let request = signed("spark", "secret", signs).map(|_| Bytes::from(received));
        let explanation = explain("spark", "secret").explain(request).unwrap();
        let code = format!("body-{code}+body-reserialised");
        assert_eq!(codes(&explanation), [&*code], "{explanation}");
    }
}

/// A window and a clock, and one and two mistakes beside.
#[test]
fn what_is_broken_and_late_names_both() {
    let explained = |body: &str, configured: &str, now: i64| {
        let request = signed("slack", "secret", "a=b");
        let request = request.map(|_| Bytes::copy_from_slice(body.as_bytes()));
        let explain = explain("slack", configured).at(Timestamp::from_secs(now));
        codes(&explain.explain(request).unwrap()).join(" ")
    };
    let hour = 1_700_000_000 + 3600;
    assert_eq!(explained("a=b\n", "secret", 1_700_000_000), "body-newline-added");
    assert_eq!(explained("a=b\n", "secret", hour), "body-newline-added+clock-offset");
    let three = "secret-trailing-newline+body-newline-added+clock-offset";
    assert_eq!(explained("a=b\n", "secret\n", hour), three);
}

/// When it arrived is not known: it is late by the present alone.
#[test]
fn a_capture_without_its_time_is_not_called_late_beside_what_is_broken() {
    let setup = Setup::default().secret(Secret::new("secret").unwrap());
    let receiver = find("slack").unwrap().receiver(&Settings::default());
    let request = signed("slack", "secret", "a=b").map(|_| Bytes::from_static(b"a=b\n"));
    let explanation = Explain::new(receiver, setup).budget(LONG).explain(request).unwrap();
    assert_eq!(codes(&explanation), ["body-newline-added"], "{explanation}");
}

#[test]
fn zones_differ_by_hours_and_some_by_halves_and_three_quarters() {
    for (minutes, expected) in [
        (15, "time-passed"),
        (30, "clock-offset time-passed"),
        (45, "clock-offset time-passed"),
        (60, "clock-offset time-passed"),
        (75, "time-passed"),
        (345, "clock-offset time-passed"),
        (-15, "clock-ahead"),
        (-60, "clock-offset clock-ahead"),
        (15 * 60, "time-passed"),
    ] {
        let now = Timestamp::from_secs(1_700_000_000 + 60 * minutes + 30);
        let explain = explain("slack", "secret").at(now);
        let explanation = explain.explain(signed("slack", "secret", "a=b")).unwrap();
        assert_eq!(codes(&explanation).join(" "), expected, "{minutes} min");
    }
}

#[test]
fn a_line_end_before_a_body_is_named() {
    for received in ["\na=b", "\r\na=b", " \na=b\n"] {
        let request = signed("spark", "secret", "a=b").map(|_| Bytes::from(received));
        let explanation = explain("spark", "secret").explain(request).unwrap();
        assert_eq!(codes(&explanation), ["body-newline-added"], "{received:?}: {explanation}");
    }
}

/// The time stands in the same header as the signature, and stays where it is.
#[test]
fn a_wrong_prefix_or_hash_in_a_list_is_named() {
    let with_entry = |entry: String| {
        let mut request = signed("stripe", "secret", "{}");
        let value = format!("t=1700000000,{entry}").parse().unwrap();
        request.headers_mut().insert("stripe-signature", value);
        request
    };
    let genuine = signed("stripe", "secret", "{}");
    let value = genuine.headers()["stripe-signature"].to_str().unwrap();
    let digits = value.split_once(",v1=").unwrap().1;
    for entry in ["v1=sha256=", "sha256=", "v2="] {
        let request = with_entry(format!("{entry}{digits}"));
        let explanation = explain("stripe", "secret").explain(request).unwrap();
        assert_eq!(codes(&explanation).first(), Some(&"signature-prefix"), "{explanation}");
    }

    let setup = Setup::default().secret(Secret::new("secret").unwrap());
    let receiver = find("stripe").unwrap().receiver(&Settings::default());
    let claimed = receiver.dissect(&setup, &genuine).unwrap().claimed.unwrap();
    let tag = claimed.tags.iter().find(|tag| tag.algorithm == Algorithm::HmacSha512).unwrap();
    let digits: String = tag.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for entry in ["v1=", "sha512="] {
        let request = with_entry(format!("{entry}{digits}"));
        let explanation = explain("stripe", "secret").explain(request).unwrap();
        assert_eq!(codes(&explanation).first(), Some(&"hash-algorithm"), "{explanation}");
    }
}
