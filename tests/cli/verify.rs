//! `countersign verify`

use serde_json::Value;

use super::support::{Files, SECRET, countersign, countersign_with};

const VERIFY: [&str; 5] = ["verify", "spark", "--secret-env", "SECRET", "-"];

fn signed() -> Vec<u8> {
    countersign(&["sign", "spark", "--secret-env", "SECRET"]).out
}

#[test]
fn what_was_signed_is_accepted() {
    let run = countersign_with(&VERIFY, &signed());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.text().starts_with("accepted: spark: "), "{run:?}");
    assert!(!run.out.contains(&0x1b), "no colour in a pipe");
}

#[test]
fn a_file_and_standard_input_are_alike() {
    let files = Files::new();
    let capture = files.write("capture", signed());
    let run = countersign(&["verify", "spark", "--secret-env", "SECRET", &capture]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn any_other_byte_of_the_body_is_rejected() {
    let good = signed();
    for index in [good.len() - 1, good.len() - 100, good.len() - 600] {
        let mut bad = good.clone();
        bad[index] ^= 1;
        let run = countersign_with(&VERIFY, &bad);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.text().starts_with("rejected: spark: the signature does not match"));
    }
}

#[test]
fn the_json_of_an_accepted_request() {
    let files = Files::new();
    let new = files.write("new", "a new one");
    let old = files.write("old", SECRET);
    let args = ["verify", "spark", "--secret-file", &new, "--secret-file", &old, "--json", "-"];
    let run = countersign_with(&args, &signed());
    let json = run.json();
    assert_eq!(run.code, 0);
    assert_eq!(json["verdict"], "accepted");
    assert_eq!(json["provider"], "spark");
    assert_eq!(json["reason"], Value::Null);
    assert_eq!(json["status"], Value::Null);
    assert_eq!(json["key"], 1, "the second, older secret");
    assert_eq!(json["covered"], "body");
    assert_eq!(json["timestamp"], Value::Null);
    assert_eq!(json["verified_bytes"], 660);
}

#[test]
fn the_json_of_a_rejected_request_says_why() {
    let good = String::from_utf8(signed()).unwrap();
    let json = |capture: &str| {
        let run = countersign_with(&[&VERIFY[..], &["--json"]].concat(), capture.as_bytes());
        assert_eq!(run.code, 1, "{run:?}");
        run.json()
    };
    let unsigned: String =
        good.split_inclusive('\n').filter(|l| !l.starts_with("x-spark")).collect();
    let missing = json(&unsigned);
    assert_eq!(missing["verdict"], "rejected");
    assert_eq!(missing["reason"], "missing");
    assert_eq!(missing["message"], "X-Spark-Signature is missing");
    assert_eq!(missing["status"], 401);
    assert_eq!(missing["key"], Value::Null);
    assert_eq!(json(&good.replace("messages", "massages"))["reason"], "mismatch");
    let malformed = good.replace("x-spark-signature: ", "x-spark-signature: g");
    assert_eq!(json(&malformed)["reason"], "malformed");
    let large = vec![b'x'; 1024 * 1024 + 1];
    let large =
        countersign_with(&["sign", "spark", "--secret-env", "SECRET", "--body-file", "-"], &large);
    let large = json(str::from_utf8(&large.out).unwrap());
    assert_eq!((&large["reason"], &large["status"]), (&"body-too-large".into(), &413.into()));
}

#[test]
fn settings_are_those_of_vectors() {
    let files = Files::new();
    let secret = files.write("secret", "secret");
    let verify = |more: &[&str]| {
        let capture = b"POST / HTTP/1.1\r\nX-Webex-Signature: SHA-256=00\r\n\r\nbody";
        let args = ["verify", "spark", "--secret-file", &secret, "--json", "-"];
        countersign_with(&[&args[..], more].concat(), capture).json()["message"].to_string()
    };
    assert_eq!(verify(&[]), "\"X-Spark-Signature is missing\"");
    assert_eq!(verify(&["--set", "webex_signature=false"]), "\"X-Spark-Signature is missing\"");
    assert_eq!(verify(&["--set", "webex_signature=true"]), "\"X-Webex-Signature is malformed\"");
    let value = files.write("value", "true\n");
    let assignment = format!("webex_signature=@{value}");
    assert_eq!(verify(&["--set", &assignment]), "\"X-Webex-Signature is malformed\"");
}

#[test]
fn a_window_without_a_signed_time_refuses() {
    let run = countersign_with(
        &[&VERIFY[..], &["--json", "--set", "max_age_secs=300", "--now", "-1"]].concat(),
        &signed(),
    );
    assert_eq!((run.code, run.json()["reason"].as_str()), (1, Some("no-timestamp")));
}

#[test]
fn what_is_no_request_is_one_error() {
    for (capture, thing) in [
        (&b""[..], "cut off"),
        (b"\r\n\r\n", "cut off"),
        (b"GET / HTTP/1.1\r\nHost: a", "cut off"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "request line"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "request line"),
        (b"PRI * HTTP/2.0\r\n\r\n", "version"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort", "5 are there"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nab", "1 bytes follow"),
    ] {
        let run = countersign_with(&VERIFY, capture);
        run.is_one_error_naming("capture -: ");
        run.is_one_error_naming(thing);
    }
    countersign(&["verify", "spark", "--secret-env", "SECRET", "/not/there"])
        .is_one_error_naming("/not/there");
    countersign(&["verify", "spork", "--secret-env", "SECRET", "-"]).is_one_error_naming("spork");
    countersign(&["verify", "spark", "-"]).is_one_error_naming("--secret-file");
}

/// A reader that closes its end has seen enough; the verdict stands.
#[test]
fn a_closed_output_does_not_change_the_verdict() {
    let files = Files::new();
    let capture = files.write("c", "POST / HTTP/1.1\nContent-Length: 0\n\n");
    for (arguments, code) in [
        (vec!["verify", "spark", "--secret-env", "SPARK_SECRET", &capture], 1),
        (vec!["vectors", "run", concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/spark.json")], 0),
        (vec!["demo"], 0),
        (vec!["providers"], 0),
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let status = std::process::Command::new(countersign_tests::process::program("countersign"))
            .args(arguments)
            .env("SPARK_SECRET", "secret")
            .stdout(writer)
            .status();
        assert_eq!(status.expect("it runs").code(), Some(code));
    }
}
