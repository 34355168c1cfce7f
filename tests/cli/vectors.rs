//! `countersign vectors run`

use serde_json::{Value, json};

use super::support::{Files, Run, countersign};

const SPARK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/spark.json");
const MEMBERSHIP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/spark-membership.json");

fn vectors() -> Value {
    serde_json::from_slice(&std::fs::read(SPARK).unwrap()).unwrap()
}

fn run(file: &Value) -> Run {
    let files = Files::new();
    countersign(&["vectors", "run", &files.write("file.json", file.to_string())])
}

#[test]
fn all_of_sparks_pass() {
    let run = countersign(&["vectors", "run", SPARK]);
    assert_eq!((run.code, run.text()), (0, "25 passed, 0 failed\n"), "{run:?}");
    let twice = countersign(&["vectors", "run", SPARK, SPARK]);
    assert_eq!((twice.code, twice.text()), (0, "50 passed, 0 failed\n"));
}

#[test]
fn each_wrong_expectation_is_listed() {
    let all = vectors();
    for index in 0..all["vectors"].as_array().unwrap().len() {
        let mut wrong = all.clone();
        let vector = &mut wrong["vectors"][index];
        let true_verdict = vector["expect"].as_str().unwrap().to_owned();
        let claimed = if true_verdict == "accept" { "reject" } else { "accept" };
        vector["expect"] = claimed.into();
        let (name, why) = (vector["name"].clone(), vector["why"].clone());
        let files = Files::new();
        let file = files.write("file.json", wrong.to_string());
        let run = countersign(&["vectors", "run", &file]);
        assert_eq!(run.code, 1, "{run:?}");
        let lines: Vec<_> = run.text().lines().collect();
        assert_eq!(lines.len(), 4, "{run:?}");
        assert_eq!(lines[0], format!("{file}: {}", name.as_str().unwrap()));
        assert_eq!(lines[1], format!("  why: {}", why.as_str().unwrap()));
        let verdict = format!("  expected {claimed}, got {true_verdict}: ");
        assert!(lines[2].starts_with(&verdict), "{}", lines[2]);
        assert!(lines[2].len() > verdict.len(), "the reason is said");
        assert_eq!(lines[3], "24 passed, 1 failed");
    }
}

#[test]
fn a_config_error_that_is_expected_has_to_come() {
    let mut all = vectors();
    all["vectors"][0]["expect"] = "config_error".into();
    let run = run(&all);
    assert_eq!(run.code, 1);
    assert!(run.text().contains("expected config_error, got accept: "), "{run:?}");
}

#[test]
fn what_the_handler_must_not_see_is_looked_for() {
    // Spark signs the raw body, so the handler sees all of it: here as a form.
    let files = Files::new();
    let (secret, body) = (files.write("s", "key"), files.write("b", "admin%5b%5D=1&b=2"));
    let signed = countersign(&["sign", "spark", "--secret-file", &secret, "--body-file", &body]);
    let signature = signed.text().split("x-spark-signature: ").nth(1).unwrap();
    let mut hidden = vectors();
    hidden["vectors"] = json!([{
        "name": "form",
        "config": {"secrets": ["key"]},
        "request": {
            "method": "POST",
            "url": "https://example.com/",
            "headers": [["X-Spark-Signature", signature[..40]]],
            "body": "admin%5b%5D=1&b=2",
        },
        "now": 0,
        "expect": "accept",
        "handler_must_not_see": ["admin[]"],
    }]);
    let seen = run(&hidden);
    assert_eq!(seen.code, 1);
    assert!(seen.text().contains("the handler sees the unsigned field `admin[]`"), "{seen:?}");
    hidden["vectors"][0]["handler_must_not_see"] = json!(["admin", "2"]);
    assert_eq!(run(&hidden).code, 0);
}

#[test]
fn nothing_is_skipped_in_silence() {
    let one = |edit: &dyn Fn(&mut Value)| {
        let mut all = vectors();
        edit(&mut all["vectors"][3]);
        all["vectors"][3]["name"] = "the fourth".into();
        run(&all)
    };
    type Edit<'a> = (&'a dyn Fn(&mut Value), &'a str);
    let cases: &[Edit<'_>] = &[
        (&|v| v["config"]["nope"] = 1.into(), "`nope`"),
        (&|v| v["config"]["urls"] = json!(["https://a"]), "`urls`"),
        (&|v| v["config"]["secrets"] = "text".into(), "`secrets`"),
        (&|v| v["config"]["secrets"] = json!([1]), "`secrets`"),
        (&|v| v["config"]["webex_signature"] = "true".into(), "`webex_signature`"),
        (&|v| v["config"]["max_age_secs"] = (-1).into(), "`max_age_secs`"),
        (&|v| v["config"] = json!([]), "an object"),
        (&|v| v["expect"] = "pass".into(), "pass"),
        (&|v| v["expects"] = "accept".into(), "expects"),
        (&|v| v["now"] = "1".into(), "expected i64"),
        (&|v| drop(v.as_object_mut().unwrap().remove("now")), "now"),
        (&|v| drop(v.as_object_mut().unwrap().remove("config")), "config"),
        (&|v| v["request"]["trailer"] = "x".into(), "trailer"),
        (&|v| v["request"]["method"] = "PO ST".into(), "method"),
        (&|v| v["request"]["url"] = "https://a b/".into(), "URL"),
        (&|v| v["request"]["headers"] = json!([["a"]]), "tuple"),
        (&|v| v["request"]["headers"] = json!([["a b", "c"]]), "`a b`"),
        (&|v| v["request"]["headers"] = json!([["a", "c\nd"]]), "`a`"),
        (&|v| v["request"]["body_base64"] = "YQ==".into(), "both"),
        (&|v| drop(v["request"].as_object_mut().unwrap().remove("body")), "neither"),
        (
            &|v| {
                drop(v["request"].as_object_mut().unwrap().remove("body"));
                v["request"]["body_base64"] = "YQ=".into();
            },
            "base64",
        ),
    ];
    for (edit, thing) in cases {
        let run = one(edit);
        run.is_one_error_naming(thing);
        run.is_one_error_naming("vector `the fourth`: ");
        assert!(!run.err.contains(" at line "), "a line of what? {run:?}");
        run.is_one_error_naming("file.json");
    }
}

#[test]
fn a_file_of_another_kind_is_an_error() {
    let files = Files::new();
    let file = |content: &str| countersign(&["vectors", "run", &files.write("f.json", content)]);
    for (content, thing) in [
        ("", "EOF"),
        ("[", "expected an object"),
        ("{}", "provider"),
        (r#"{"provider": "spark"}"#, "vectors"),
        (r#"{"provider": "spark", "vectors": []}"#, "no vectors"),
        (r#"{"provider": "spork", "vectors": []}"#, "there are: spark"),
        (r#"{"provider": "spark", "vectors": [], "cases": []}"#, "cases"),
        (r#"{"provider": "spark", "provider": "spark", "vectors": []}"#, "duplicate"),
        (r#"{"provider": "spark", "vectors": [{}]}"#, "vector number 1: "),
        (r#"{"note": "", "rows": []}"#, "rows"),
        (r#"["spark", [{}]]"#, "expected an object"),
        (r#"{"provider": "spark", "vectors": [["n", "w", {}, [], 0, "reject"]]}"#, "an object"),
    ] {
        let run = file(content);
        run.is_one_error_naming(thing);
        run.is_one_error_naming("f.json");
    }
    countersign(&["vectors", "run", MEMBERSHIP]).is_one_error_naming("cases");
    // Also beside one that could be run: what is left out must not look like a result.
    countersign(&["vectors", "run", SPARK, MEMBERSHIP]).is_one_error_naming(MEMBERSHIP);
    countersign(&["vectors", "run", "/not/there"]).is_one_error_naming("/not/there");
}

#[test]
fn a_member_that_is_there_twice_is_an_error() {
    let text = std::fs::read_to_string(SPARK).unwrap();
    let files = Files::new();
    for (member, again) in [
        ("\"config\": {", "\"config\": {\"secrets\": [\"a\"], "),
        ("\"request\": {", "\"request\": {\"method\": \"POST\", "),
        ("\"expect\": ", "\"expect\": \"accept\", \"expect\": "),
    ] {
        assert!(text.contains(member), "{member}");
        let twice = files.write("f.json", text.replacen(member, again, 1));
        let run = countersign(&["vectors", "run", &twice]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("duplicate") || run.err.contains("more than once"), "{run:?}");
    }
}
