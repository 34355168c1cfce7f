//! What a request may be captured with: HTTP, a curl trace, a HAR, a vector.

use std::process::Command;

use serde_json::json;

use super::super::support::{Files, SECRET, countersign, countersign_with, one_request, run};
use super::{BODY, codes, explain, signature_of, signed, with_body};

/// The same request, by everything that it may be captured with.
#[test]
fn every_kind_of_capture_is_read() {
    let files = Files::new();
    let capture = with_body(&signed("spark", BODY, &[]), BODY.trim_end());
    let signature = signature_of(&capture);
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
        let trace = traced(&files, &["-v", option], signature, BODY.trim_end());
        let run = explain(&trace, &["--json"]);
        assert_eq!(codes(&run.json()), expected, "{option}");
        assert_eq!(run.text().contains("take --trace"), remark, "{option}");
    }
}

/// What curl writes with these options, the last of which wants a file, when it sends such a request.
fn traced(files: &Files, options: &[&str], signature: &str, body: &str) -> Vec<u8> {
    let (port, server) = one_request();
    let trace = files.path("trace");
    let mut curl = Command::new("curl");
    curl.args(["-q", "-s"]).args(options).arg(&trace);
    curl.args(["-H", &format!("X-Spark-Signature: {signature}"), "--data-raw", body]);
    curl.arg(format!("http://127.0.0.1:{port}/spark"));
    assert_eq!(run(curl, b"").code, 0);
    server.join().unwrap();
    std::fs::read(trace).unwrap()
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
        let signature = signature_of(&capture);
        for option in ["--trace-ascii", "--trace"] {
            let trace = traced(&files, &["--trace-time", option], signature, body);
            let run = explain(&trace, &[]);
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
