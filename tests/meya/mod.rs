//! Meya: signatures over the external URL and JSON in Python's sorted form.

mod differential;
mod documents;
mod floats;
mod payloads;
mod properties;
mod urls;
mod window;

use bytes::Bytes;
use countersign::{Meya, MeyaVerify, Outcome, Reason, Secret, Sign, Timestamp, VerifyError};
use http::Request;

const KEY: &str = "an API key";
const URL: &str = "https://bot.example.com/hooks/meya?bot=1";

fn meya() -> Meya {
    Meya::at(URL)
}

fn post(uri: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post(uri)
        .header("Content-Type", "application/json")
        .body(body.into())
        .expect("a request")
}

fn signed_by(meya: &Meya, request: Request<Bytes>) -> Request<Bytes> {
    let secret = Secret::new(KEY).expect("a secret");
    meya.sign(&secret, Timestamp::from_secs(0), request).expect("a signature")
}

fn signed(body: impl Into<Bytes>) -> Request<Bytes> {
    signed_by(&meya(), post("/hooks/meya?bot=1", body))
}

fn verify(request: Request<Bytes>) -> Result<Outcome<Meya>, VerifyError> {
    MeyaVerify::with(meya(), KEY).verify(request)
}

fn body_of(outcome: Result<Outcome<Meya>, VerifyError>) -> String {
    match outcome {
        Ok(Outcome::Genuine(proof)) => String::from_utf8_lossy(proof.body()).into_owned(),
        other => panic!("not genuine: {other:?}"),
    }
}

fn reason_of(outcome: Result<Outcome<Meya>, VerifyError>) -> Reason {
    match outcome {
        Err(error) => error.reason(),
        Ok(outcome) => panic!("it was let through: {outcome:?}"),
    }
}

#[test]
fn the_handler_gets_the_text_that_was_signed() {
    let request = signed(r#" {"b": 1E2, "a": "caf\u00E9\/é", "c": {}} "#);
    let Ok(Outcome::Genuine(proof)) = verify(request) else { panic!("refused") };
    assert_eq!(proof.body(), r#"{"a":"caf\u00e9/\u00e9","b":100.0,"c":{}}"#);
    assert_eq!(proof.covered(), countersign::Covered::Canonical);
}

/// duplicate JSON names, form names: the verified value is not the used value.
#[test]
fn a_name_that_is_there_twice_is_refused() {
    let genuine = signed(r#"{"text":"hi"}"#);
    for body in [
        r#"{"text":"evil","text":"hi"}"#,
        r#"{"text":"hi","text":"hi"}"#,
        r#"{"text":"evil","te\u0078t":"hi"}"#,
        r#"{"a":[{"b":{"x":1,"x":1}}],"text":"hi"}"#,
    ] {
        let forged = genuine.clone().map(|_| body.into());
        let reason = Reason::NotCanonical("an object with the same name twice");
        assert_eq!(reason_of(verify(forged)), reason, "{body}");
    }
}

/// panic on a large or non-UTF-8 body.
#[test]
fn ten_megabytes_of_brackets_are_refused_early() {
    let reason = Reason::NotCanonical("too many arrays and objects inside of each other");
    for unit in ["[", "{\"\":", "[{\"\":[", "[0,", "[\n"] {
        let body = Bytes::from(unit.repeat((10 << 20) / unit.len()));
        let request = signed("{}").map(|_| body);
        let layer = MeyaVerify::with(meya(), KEY).body_limit(usize::MAX);
        assert_eq!(reason_of(layer.verify(request)), reason, "{unit}");
    }
}

#[test]
fn a_body_is_a_mebibyte_at_most_unless_told_otherwise() {
    let body = format!("\"{}\"", "a".repeat((1 << 20) - 2));
    assert!(verify(signed(body.clone())).is_ok());
    assert_eq!(reason_of(verify(signed(format!("{body} ")))), Reason::BodyTooLarge);
}

#[test]
fn what_is_no_json_is_not_signed_either() {
    let secret = Secret::new(KEY).expect("a secret");
    let error = meya().sign(&secret, Timestamp::from_secs(0), post("/", "{'a':1}"));
    let error = error.expect_err("no JSON").to_string();
    assert_eq!(error, "no body to be signed: no valid JSON at byte 1");
}
