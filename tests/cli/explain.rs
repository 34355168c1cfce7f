//! `countersign explain`

mod captures;

use insta::assert_snapshot as assert_same;
use serde_json::{Value, json};

use super::support::{Files, Run, SECRET, countersign, countersign_with};

const EXPLAIN: [&str; 6] = ["explain", "spark", "--secret-env", "SECRET", "--budget", "60"];

const BODY: &str = "{\"a\":1,\"b\":{\"c\":\"d\"}}\n";

fn signed(provider: &str, body: &str, more: &[&str]) -> Vec<u8> {
    let args =
        ["sign", provider, "--secret-env", "SECRET", "--body-file", "-", "--now", "1700000000"];
    let run = countersign_with(&[&args[..], more].concat(), body.as_bytes());
    assert_eq!(run.code, 0, "{run:?}");
    run.out
}

/// The request with another body, of whatever length.
fn with_body(request: &[u8], body: &str) -> Vec<u8> {
    let text = str::from_utf8(request).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let head = head.lines().filter(|line| !line.starts_with("content-length"));
    let head: String = head.map(|line| format!("{line}\r\n")).collect();
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The signature in a request of Spark.
fn signature_of(request: &[u8]) -> &str {
    let text = str::from_utf8(request).unwrap();
    &text.split("x-spark-signature: ").nth(1).unwrap()[..40]
}

fn explain(capture: &[u8], more: &[&str]) -> Run {
    countersign_with(&[&EXPLAIN[..], more, &["-"]].concat(), capture)
}

/// Compares a text with its snapshot, but for the number of changes that were tried: it grows with the
/// number of providers.
#[track_caller]
fn shows(name: &str, text: &str) {
    let masked = text.split_once(" changes were tried").map(|(before, after)| {
        let before = before.trim_end_matches(|char: char| char.is_ascii_digit());
        format!("{before}N changes were tried{after}")
    });
    assert_same!(name, masked.as_deref().unwrap_or(text));
}

/// The codes of the causes, in order.
fn codes(json: &Value) -> Vec<&str> {
    json["causes"].as_array().unwrap().iter().map(|cause| cause["code"].as_str().unwrap()).collect()
}

#[test]
fn the_text_of_a_genuine_request() {
    let run = explain(&signed("spark", BODY, &[]), &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.out.contains(&0x1b), "no colour in a pipe");
    shows("genuine", run.text());
}

#[test]
fn the_text_of_a_body_that_lost_its_line_end() {
    let run = explain(&with_body(&signed("spark", BODY, &[]), BODY.trim_end()), &[]);
    assert_eq!(run.code, 1, "{run:?}");
    shows("newline_removed", run.text());
}

#[test]
fn the_text_of_two_things_at_once() {
    let files = Files::new();
    let secret = files.write("secret", format!("{SECRET}\n\n"));
    let capture = with_body(&signed("spark", BODY, &[]), BODY.trim_end());
    let args = ["explain", "spark", "--secret-file", &secret, "--budget", "60", "-"];
    shows("two", countersign_with(&args, &capture).text());
}

#[test]
fn the_text_where_nothing_is_found() {
    let run = explain(&with_body(&signed("spark", BODY, &[]), "{\"a\":2}"), &[]);
    shows("nothing", run.text());
}

#[test]
fn the_text_of_what_is_missing_malformed_or_another_s() {
    let unsigned: String = str::from_utf8(&signed("spark", BODY, &[]))
        .unwrap()
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("x-spark"))
        .collect();
    shows("missing", explain(unsigned.as_bytes(), &[]).text());
    let other = signed("space-signing-key", BODY, &[]);
    shows("other_provider", explain(&other, &[]).text());
    let text = String::from_utf8(signed("spark", BODY, &[])).unwrap();
    let twice = text.replace("x-spark", "x-spark-signature: 00\r\nx-spark");
    shows("repeated", explain(twice.as_bytes(), &[]).text());
}

#[test]
fn the_text_of_times() {
    let capture = signed("space-signing-key", BODY, &[]);
    let explain = |now: &str| {
        let args = ["explain", "space-signing-key", "--secret-env", "SECRET", "--now", now, "-"];
        countersign_with(&args, &capture).text().to_owned()
    };
    shows("in_time", &explain("1700000010"));
    shows("zone", &explain("1700007201"));
    shows("late", &explain("1700100000"));
}

#[test]
fn the_text_of_a_form_a_url_and_a_token() {
    let form =
        countersign(&["sign", "flow-action", "--secret-env", "SECRET", "--now", "1700000000"]);
    let args = ["explain", "flow-action", "--secret-env", "SECRET", "--now", "1700000001"];
    let args = [&args[..], &["--budget", "60", "-"]].concat();
    let broken = String::from_utf8(form.out).unwrap().replace("Gunslinger", "Sunslinger");
    shows("form", countersign_with(&args, broken.as_bytes()).text());

    let url = "https://bot.example.com/meya";
    let meya = signed("meya", "{\"a\":1}", &["--url", url]);
    let set = "urls=http://bot.example.com/meya";
    let args = ["explain", "meya", "--secret-env", "SECRET", "--set", set, "--budget", "60", "-"];
    shows("url", countersign_with(&args, &meya).text());

    let body = format!("{{\"verificationToken\":\"{SECRET}\"}}");
    let token = with_body(b"POST /hook HTTP/1.1\r\n\r\n", &body);
    let files = Files::new();
    let other = files.write("other", "another token");
    let args =
        ["explain", "space-token", "--secret-file", &other, "--other-secret-env", "SECRET", "-"];
    shows("token", countersign_with(&args, &token).text());
}

#[test]
fn a_public_key_has_no_expected_signature() {
    let run = countersign(&[
        "explain",
        "space-public-key",
        "--vector",
        "pk_body_tampered",
        "--budget",
        "60",
        concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/space-public-key.json"),
    ]);
    if run.code == 2 {
        panic!("{run:?}");
    }
    assert!(run.text().contains("a public key only tells whether"), "{run:?}");
}

#[test]
fn the_json_has_its_four_members_and_nothing_else() {
    let capture = with_body(&signed("spark", BODY, &[]), BODY.trim_end());
    let run = explain(&capture, &["--json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let json = run.json();
    let members: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["causes", "reason", "steps", "verdict"]);
    assert_eq!((&json["verdict"], &json["reason"]), (&json!("rejected"), &json!("mismatch")));
    let cause = json["causes"][0].as_object().unwrap();
    assert_eq!(cause.keys().collect::<Vec<_>>(), ["code", "fix", "sentence"]);
    assert_eq!(cause["code"], "body-newline-removed");
    for step in json["steps"].as_array().unwrap() {
        let members: Vec<_> = step.as_object().unwrap().keys().collect();
        assert_eq!(members, ["state", "step", "text"]);
    }
    let genuine = explain(&signed("spark", BODY, &[]), &["--json"]);
    assert_eq!(genuine.code, 0);
    let json = genuine.json();
    assert_eq!((&json["verdict"], &json["reason"]), (&json!("accepted"), &Value::Null));
    assert_eq!(json["causes"], json!([]));
}

#[test]
fn the_codes_are_listed_without_a_provider() {
    let run = countersign(&["explain", "--codes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_same!("codes", run.text());
    let count = run.text().lines().filter(|line| !line.starts_with(' ')).count();
    assert_eq!(count, countersign::explain::codes().count());
}

#[test]
fn long_texts_are_shortened_unless_all_is_wanted() {
    let body = format!("{{\"a\":\"{}middle{}\"}}", "x".repeat(400), "y".repeat(400));
    let capture = signed("spark", &body, &[]);
    let signature = signature_of(&capture);
    let short = explain(&capture, &[]);
    assert!(
        !short.text().contains("middle") && short.text().contains(".. 574 bytes .."),
        "{short:?}"
    );
    let full = explain(&capture, &["--full"]);
    assert!(full.text().contains(&body), "{full:?}");
    let redacted = explain(&capture, &["--redact"]);
    assert!(!redacted.text().contains(signature), "{redacted:?}");
    assert!(!redacted.text().contains("xxxxxxxxxxxxx"), "{redacted:?}");
    shows("redacted", redacted.text());
    let both = explain(&capture, &["--full", "--redact"]);
    assert_eq!(both.code, 2, "{both:?}");
}

#[test]
fn other_secrets_are_tried_and_not_shown() {
    let files = Files::new();
    let wrong = files.write("wrong", "another secret");
    let args = [
        "explain",
        "spark",
        "--secret-file",
        &wrong,
        "--other-secret-file",
        &wrong,
        "--other-secret-env",
        "SECRET",
        "--json",
        "-",
    ];
    let run = countersign_with(&args, &signed("spark", BODY, &[]));
    assert_eq!(codes(&run.json()), ["other-secret"]);
    // `other-secret-env` comes first, as with the configured ones.
    assert!(run.text().contains("number 1 of the other secrets"), "{run:?}");
}

#[test]
fn the_budget_is_in_seconds() {
    let capture = with_body(&signed("spark", BODY, &[]), "{\"a\":2}");
    let args = ["explain", "spark", "--secret-env", "SECRET", "--budget", "0", "-"];
    let run = countersign_with(&args, &capture);
    assert!(run.text().contains("the 0 s are over"), "{run:?}");
    for bad in ["-1", "x", "1e400", "NaN"] {
        let budget = format!("--budget={bad}");
        let run = countersign_with(
            &["explain", "spark", "--secret-env", "SECRET", &budget, "-"],
            &capture,
        );
        assert_eq!(run.code, 2, "{run:?}");
    }
}

/// The provider asks whether somebody is there, and signs that as it signs events.
#[test]
fn a_signed_handshake_holds_under_a_key_and_at_a_time() {
    let verdict = |provider| {
        format!("accepted: {provider}: it is a handshake, which the layer answers itself")
    };
    let explain = |provider, body, now| {
        let args = ["explain", provider, "--secret-env", "SECRET", "--now", now, "-"];
        countersign_with(&args, &signed(provider, body, &[]))
    };
    let ping =
        explain("github", r#"{"zen":"Keep it logically awesome.","hook_id":1}"#, "1700000010");
    assert_eq!(ping.code, 0, "{ping:?}");
    for part in [&*verdict("github"), "holds under secret 1 of 1", "no window is set"] {
        assert!(ping.text().contains(part), "{part}: {ping:?}");
    }
    let body = r#"{"token":"t","challenge":"a word","type":"url_verification"}"#;
    let slack = explain("slack", body, "1700000010");
    assert_eq!(slack.code, 0, "{slack:?}");
    for part in [&*verdict("slack"), "holds under secret 1 of 1", "is signed, 10 s before"] {
        assert!(slack.text().contains(part), "{part}: {slack:?}");
    }
    let late = explain("slack", body, "1700001000");
    assert_eq!(late.code, 1, "{late:?}");
    for part in ["holds under secret 1 of 1", "is signed, 16 min 40 s before", "time-passed"] {
        assert!(late.text().contains(part), "{part}: {late:?}");
    }
}

/// A challenge holds the verify token, whether the server has another one or this one.
#[test]
fn a_challenge_is_explained_and_its_token_not_shown() {
    const TOKEN: &str = "meaty-ham-hock";
    let files = Files::new();
    let query = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={TOKEN}");
    let capture = format!("GET /meta?{query} HTTP/1.1\r\nHost: a\r\n\r\n");
    let explain = |settings: &[&str]| {
        let args = ["explain", "meta", "--secret-env", "SECRET", "--budget", "1"];
        let run = countersign_with(&[&args[..], settings, &["-"]].concat(), capture.as_bytes());
        assert!(!run.text().contains(TOKEN) && !run.text().contains("hock"), "{run:?}");
        run
    };
    let set = |name, token: &str| format!("verify_token=@{}", files.write(name, token));
    let genuine = explain(&["--set", &set("right", TOKEN)]);
    assert_eq!(genuine.code, 0, "{genuine:?}");
    assert!(genuine.text().contains("none is wanted: it is a handshake"), "{genuine:?}");
    let verdict = "accepted: meta: it is a handshake, which the layer answers itself";
    assert!(genuine.text().contains(verdict), "{genuine:?}");
    for step in ["time", "claim"] {
        assert!(!genuine.text().contains(&format!("\n{step} ")), "{genuine:?}");
    }
    for more in [&["--json"][..], &["--full"], &["--redact"]] {
        let wrong = set("wrong", "another");
        let wrong = explain(&[&["--set", &wrong], more].concat());
        assert_eq!(wrong.code, 1, "{wrong:?}");
        assert!(wrong.text().contains("hub.verify_token: 14 bytes, not shown"), "{wrong:?}");
        assert_eq!(explain(more).code, 1, "without a token, none is answered");
    }
}
