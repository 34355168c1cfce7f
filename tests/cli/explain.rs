//! `countersign explain`

use std::process::Command;

use insta::assert_snapshot as assert_same;
use serde_json::{Value, json};

use super::support::{Files, SECRET, countersign, countersign_with, one_request, run};

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

fn explain(capture: &[u8], more: &[&str]) -> super::support::Run {
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
    let signature = str::from_utf8(&capture).unwrap().split("x-spark-signature: ").nth(1).unwrap();
    let signature = &signature[..40];
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
    assert!(genuine.text().contains("none is wanted: it is a challenge"), "{genuine:?}");
    for more in [&["--json"][..], &["--full"], &["--redact"]] {
        let wrong = set("wrong", "another");
        let wrong = explain(&[&["--set", &wrong], more].concat());
        assert_eq!(wrong.code, 1, "{wrong:?}");
        assert!(wrong.text().contains("hub.verify_token: 14 bytes, not shown"), "{wrong:?}");
        assert_eq!(explain(more).code, 1, "without a token, none is answered");
    }
}

/// A stale request of a sender who writes what a server would note, and a file of such a server.
#[test]
fn a_capture_says_when_it_arrived_and_a_sender_does_not() {
    let capture = String::from_utf8(signed("space-signing-key", "{}", &[])).unwrap();
    let explain = |text: &str| {
        let args = ["explain", "space-signing-key", "--secret-env", "SECRET", "--budget", "1"];
        let args = [&args[..], &["--json", "-"]].concat();
        countersign_with(&args, text.as_bytes())
    };
    let note = "x-countersign-refused: all is well\r\nx-countersign-at: 1700000001000\r\n";
    let by_server = explain(&capture.replace("\r\n\r\n", &format!("\r\n{note}\r\n")));
    assert_eq!(by_server.code, 0, "{by_server:?}");
    assert!(by_server.text().contains("1700000001, when it arrived as the capture says"));
    let by_sender = explain(&capture.replacen("\r\n", &format!("\r\n{note}"), 1));
    assert_eq!(by_sender.json()["reason"], "stale", "{by_sender:?}");

    let (head, body) = capture.split_once("\r\n\r\n").unwrap();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers.chain(note.lines().filter_map(|line| line.split_once(": ")));
    let headers: Vec<_> =
        headers.map(|(name, value)| json!({"name": name, "value": value})).collect();
    let har = |started: &str| {
        let request = json!({
            "method": "POST", "url": "https://example.com/a", "headers": headers,
            "postData": {"text": body},
        });
        let entry = json!({"startedDateTime": started, "request": request});
        json!({"log": {"entries": [entry]}}).to_string()
    };
    assert_eq!(explain(&har("2023-12-14T22:13:20Z")).json()["reason"], "stale");
    for started in ["2023-11-14T22:13:21.500Z", "2023-11-14T23:13:21+01:00"] {
        // With a byte order mark, as .NET writes it.
        let run = explain(&format!("\u{feff}{}", har(started)));
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.text().contains("when it arrived as the capture says"), "{run:?}");
    }
    explain(&har("yesterday")).is_one_error_naming("startedDateTime is not a time");
    assert_eq!(
        explain(&format!("\u{feff}{}", capture.replacen("\r\n", &format!("\r\n{note}"), 1))).json()
            ["reason"],
        "stale"
    );
}

#[test]
fn what_is_wrong_with_a_capture_is_said_without_its_values() {
    for capture in [
        r#"{"log":"Authorization: Bearer TOPSECRET"}"#,
        r#"{"log":{"entries":"TOPSECRET"}}"#,
        r#"{"log":{"entries":[{"request":"TOPSECRET"}]}}"#,
        r#"{"log":{"entries":[{"request":{"method":"TOPSECRET","url":"/","headers":"TOPSECRET"}}]}}"#,
        r#"{"log":{"entries":[{"startedDateTime":"TOPSECRET","request":{"method":"GET","url":"/"}}]}}"#,
        r#"{"vectors":"TOPSECRET"}"#,
    ] {
        let run = explain(capture.as_bytes(), &[]);
        run.is_one_error_naming("capture -: ");
        assert!(!run.err.contains("TOPSECRET"), "{run:?}");
    }
}

/// The same request, by everything that it may be captured with.
#[test]
fn every_kind_of_capture_is_read() {
    let files = Files::new();
    let capture = with_body(&signed("spark", BODY, &[]), BODY.trim_end());
    let signature = str::from_utf8(&capture).unwrap().split("x-spark-signature: ").nth(1).unwrap();
    let signature = &signature[..40];
    let har = json!({"log": {"version": "1.2", "entries": [
        {"request": {"method": "GET", "url": "https://example.com/", "headers": []}},
        {"request": {
            "method": "POST", "url": "https://example.com/spark",
            "headers": [{"name": ":method", "value": "POST"}, {"name": "X-Spark-Signature", "value": signature}],
            "bodySize": BODY.len() - 1, "postData": {"mimeType": "application/json", "text": BODY.trim_end()},
        }},
    ]}});
    let request = json!({
        "method": "POST", "url": "https://example.com/spark",
        "headers": [["X-Spark-Signature", signature]], "body": BODY.trim_end(),
    });
    let vector = json!({
        "name": "one", "config": {"secrets": [SECRET]}, "request": request, "now": 0, "expect": "reject",
    });
    let vectors = json!({"provider": "spark", "vectors": [
        {"name": "zero", "config": {"secrets": ["x"]}, "request": request, "now": 0, "expect": "reject"},
        vector,
    ]});
    let expected = ["body-newline-removed"];
    assert_eq!(codes(&explain(&capture, &["--json"]).json()), expected);
    let har = har.to_string();
    assert_eq!(codes(&explain(har.as_bytes(), &["--json", "--har-entry", "1"]).json()), expected);
    explain(har.as_bytes(), &[]).is_one_error_naming("--har-entry, from 0 to 1");
    explain(har.as_bytes(), &["--har-entry", "2"]).is_one_error_naming("no entry 2");
    let fields = json!({"log": {"entries": [{"request": {
        "method": "POST", "url": "https://example.com/spark",
        "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a"}]},
    }}]}});
    explain(fields.to_string().as_bytes(), &[]).is_one_error_naming("its body was not recorded");
    let alone = ["explain", "spark", "--json", "-"];
    let by_itself = countersign_with(&alone, vector.to_string().as_bytes());
    assert_eq!(codes(&by_itself.json()), expected, "with the configuration of the vector");
    let named = ["explain", "spark", "--json", "--vector", "one", "-"];
    assert_eq!(codes(&countersign_with(&named, vectors.to_string().as_bytes()).json()), expected);
    explain(vectors.to_string().as_bytes(), &[]).is_one_error_naming("--vector NAME");
    explain(vectors.to_string().as_bytes(), &["--vector", "none"]).is_one_error_naming("`none`");
    explain(&capture, &["--har-entry", "0"]).is_one_error_naming("--har-entry is for a HAR");
    explain(&capture, &["--vector", "a"]).is_one_error_naming("--vector is for a file of vectors");

    for (option, remark) in [("--trace-ascii", true), ("--trace", false)] {
        let (port, server) = one_request();
        let trace = files.path("trace");
        let mut curl = Command::new("curl");
        curl.args(["-q", "-sv", option]).arg(&trace);
        curl.args([
            "-H",
            &format!("X-Spark-Signature: {signature}"),
            "--data-raw",
            BODY.trim_end(),
        ]);
        curl.arg(format!("http://127.0.0.1:{port}/spark"));
        assert_eq!(run(curl, b"").code, 0);
        server.join().unwrap();
        let trace = std::fs::read(trace).unwrap();
        let run = explain(&trace, &["--json"]);
        assert_eq!(codes(&run.json()), expected, "{option}");
        assert_eq!(run.text().contains("take --trace"), remark, "{option}");
    }
}

/// `--trace-ascii` leaves CR LF out, and says by its offsets where it was.
#[test]
fn the_line_ends_of_a_trace_are_known() {
    let files = Files::new();
    for body in [
        "a\r\nb",
        "\r\n",
        "a\r\n\r\n",
        &"x".repeat(64),
        &format!("{}\r\ny", "x".repeat(64)),
        &"\r\nabc".repeat(100),
        // As long as a line of --trace, and of digits and spaces.
        &format!("{}{}", "61 ".repeat(16), "a".repeat(16)),
    ] {
        let capture = signed("spark", body, &[]);
        let signature =
            str::from_utf8(&capture).unwrap().split("x-spark-signature: ").nth(1).unwrap();
        for option in ["--trace-ascii", "--trace"] {
            let (port, server) = one_request();
            let trace = files.path("trace");
            let mut curl = Command::new("curl");
            curl.args(["-q", "-s", "--trace-time", option]).arg(&trace);
            curl.args([
                "-H",
                &format!("X-Spark-Signature: {}", &signature[..40]),
                "--data-raw",
                body,
            ]);
            curl.arg(format!("http://127.0.0.1:{port}/spark"));
            assert_eq!(run(curl, b"").code, 0);
            server.join().unwrap();
            let run = explain(&std::fs::read(trace).unwrap(), &[]);
            assert_eq!(run.code, 0, "{option}, {body:?}: {run:?}");
        }
    }
}

/// What a sender writes into a body does not choose how the capture is read.
#[test]
fn the_marks_of_a_trace_in_a_body_make_no_trace() {
    for body in [
        r#"{"text":"== Info: hello"}"#,
        "== Info: hello\n",
        "\n=> Send header, 4 bytes (0x4)\n0000: \n",
        "12:00:00.000000 <= Recv header, 4 bytes\n",
        r#"["<= Recv ", "=> Send data, 9 bytes (0x9)"]"#,
    ] {
        let capture = signed("spark", body, &[]);
        let run = explain(&capture, &[]);
        assert_eq!(run.code, 0, "{body:?}: {run:?}");
        let run = explain(&[b"\r\n", &capture[..]].concat(), &[]);
        assert_eq!(run.code, 0, "{body:?}, after an empty line: {run:?}");
    }
}

/// With `--trace-time` and `--trace-ids`, a mark stands behind both, and nowhere else.
#[test]
fn the_marks_of_a_trace_may_be_stamped() {
    let capture = with_body(&signed("spark", "{}", &[]), "{}");
    let text = String::from_utf8(capture).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let mut offset = 0;
    let mut lines = String::new();
    for line in head.split("\r\n").chain([""]) {
        lines.push_str(&format!("{offset:04x}: {line}\n"));
        offset += line.len() + 2;
    }
    for stamp in ["", "12:34:56.000001 ", "[0-0] ", "12:34:56.000001 [12-x] "] {
        let trace = format!(
            "{stamp}== Info: Connected\n{stamp}=> Send header, {offset} bytes (0x{offset:x})\n{lines}\
             {stamp}=> Send data, 2 bytes (0x2)\n0000: {{}}\n{stamp}== Info: done\n"
        );
        let run = explain(trace.as_bytes(), &[]);
        assert_eq!(run.code, 0, "{stamp:?}: {run:?}");
    }
    let trace = "a line with == Info: in it\n";
    explain(trace.as_bytes(), &[]).is_one_error_naming("the version is not HTTP");
}

#[test]
fn what_is_no_capture_is_one_error() {
    for (capture, thing) in [
        ("", "cut off"),
        ("{", "not JSON"),
        ("{}", "no HAR"),
        ("{\"log\":{}}", "the HAR"),
        ("{\"log\":{\"entries\":[]}}", "no entries"),
        (
            "{\"log\":{\"entries\":[{\"request\":{\"method\":\"POST\",\"url\":\"/\",\"bodySize\":9}}]}}",
            "with its content",
        ),
        ("{\"vectors\":[]}", "provider"),
        (
            "{\"provider\":\"meya\",\"vectors\":[{\"name\":\"a\",\"config\":{\"secrets\":[\"a\"]},\"request\":{\"method\":\"POST\",\"url\":\"/\",\"headers\":[],\"body\":\"\"},\"now\":0,\"expect\":\"reject\"}]}",
            "not of `spark`",
        ),
        ("== Info: Could not resolve host\n", "sent no request"),
        ("=> Send header, 9 bytes (0x9)\n0000: GET /\n", "cut off"),
        ("=> Send header, 4 bytes (0x4)\n0000: \n0002: \n", "the trace: "),
        ("HTTP/1.1 200 OK\r\n\r\n", "request line"),
    ] {
        explain(capture.as_bytes(), &[]).is_one_error_naming("capture -: ");
        explain(capture.as_bytes(), &[]).is_one_error_naming(thing);
    }
    countersign(&["explain", "spork", "--secret-env", "SECRET", "-"]).is_one_error_naming("spork");
    let capture = signed("spark", BODY, &[]);
    countersign_with(&["explain", "spark", "-"], &capture).is_one_error_naming("--secret-file");
    assert_eq!(countersign(&["explain"]).code, 2);
    assert_eq!(countersign(&["explain", "spark"]).code, 2);
}
