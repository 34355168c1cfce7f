//! Against somebody else's implementation: the standard library of Python.
//!
//! Random forms, spelled in random ways, are signed by `differential/forms.py`; both verdicts and
//! the texts that were signed have to agree.

use bytes::Bytes;
use countersign_tests::python;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::{SECRET, body_of, flow, post, signed_by, speakap};

const FORMS: usize = 2_500;

/// A field name or value, and how each of its bytes is to be spelled.
type Spelled = Vec<(char, u8)>;

fn spelled() -> impl Strategy<Value = Spelled> {
    let character = prop_oneof![
        proptest::char::range('a', 'c'),
        proptest::sample::select(
            "-._~!'()*;:@/?$,+ =&%\"<>#\u{e9}\u{4e2d}\u{1F600}0A".chars().collect::<Vec<_>>()
        ),
        any::<char>(),
    ];
    prop::collection::vec((character, any::<u8>()), 0..8)
}

/// One of the spellings that browsers and libraries use.
fn spell(text: &Spelled) -> String {
    let mut out = String::new();
    for &(character, how) in text {
        let must = matches!(character, '%' | '+' | '&' | '=' | '#') || character.is_control();
        match character {
            ' ' if how % 2 == 0 => out.push('+'),
            _ if !must && how % 4 == 0 && character != ' ' => out.push(character),
            _ => {
                for byte in character.to_string().bytes() {
                    match how % 3 {
                        0 => out.push_str(&format!("%{byte:02x}")),
                        _ => out.push_str(&format!("%{byte:02X}")),
                    }
                }
            }
        }
    }
    out
}

/// The text of a field that an action menu item may have.
fn plain(text: &Spelled, name: bool) -> Spelled {
    let allowed =
        |&&(c, _): &&(char, u8)| !(c < ' ' && c != '\t' || c == '\u{7f}' || name && c == '=');
    text.iter().filter(allowed).copied().collect()
}

fn forms() -> Vec<Vec<(Spelled, Spelled)>> {
    // The same forms in each run, so that a failure can be looked at again.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = prop::collection::vec((spelled(), spelled()), 0..8);
    (0..FORMS)
        .map(|_| {
            let mut fields = strategy.new_tree(&mut runner).expect("a form").current();
            let mut seen = std::collections::BTreeSet::new();
            fields.retain(|(name, _)| {
                let name: String = plain(name, true).iter().map(|(c, _)| c).collect();
                seen.insert(name)
            });
            fields
        })
        .collect()
}

#[test]
fn python_and_we_agree_on_random_forms() {
    let wire = |fields: &[(Spelled, Spelled)], plainly: bool, time: &str| {
        let field = |(name, value): &(Spelled, Spelled)| {
            let [name, value] = match plainly {
                true => [plain(name, true), plain(value, false)],
                false => [name.clone(), value.clone()],
            };
            format!("{}={}", spell(&name), spell(&value))
        };
        fields.iter().map(field).chain([time.to_owned()]).collect::<Vec<_>>().join("&")
    };
    let forms = forms();
    let cases: Vec<_> = forms
        .iter()
        .map(|fields| {
            let flow = wire(fields, true, "timestamp=2023-11-14T22%3A13%3A20Z");
            let speakap = wire(fields, false, "issuedAt=2023-11-14T22:13:20.000%2b0000");
            json!({"secret": SECRET, "flow": flow, "speakap": speakap,
                "flow_by_us": text(signed_by(&countersign::FlowAction::default(), flow.clone())),
                "speakap_by_us": text(signed_by(&countersign::Speakap::default(), speakap.clone()))})
        })
        .collect();
    let Some(answers) = python::answers("forms.py", cases.iter().map(Value::to_string)) else {
        return;
    };
    let answers: Vec<Value> =
        answers.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), FORMS);

    let mut blanks = 0;
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(answer["ours"], json!({"flow": true, "speakap": true}), "{case}");
        // What they sign we accept, and see the same fields.
        for (provider, signature) in
            [("flow", "with_blanks"), ("flow", "without_blanks"), ("speakap", "speakap")]
        {
            let body = case[provider].as_str().expect("a form");
            let signature = answer[signature].as_str().expect("a signature");
            let signed = format!("{body}&signature={}", signature.replace('+', "%2B"));
            let forged = format!("{body}&signature={}", flip(signature).replace('+', "%2B"));
            let (seen, refused) = match provider {
                "flow" => (body_of(flow(post(signed))), flow(post(forged)).is_err()),
                _ => (body_of(speakap(post(signed))), speakap(post(forged)).is_err()),
            };
            assert!(refused, "{case}");
            let fields: Vec<(String, String)> = serde_urlencoded::from_str(&seen).expect("a form");
            assert_eq!(json!(fields), answer["fields"][&answer_key(provider, answer, signature)]);
        }
        blanks += usize::from(answer["with_blanks"] != answer["without_blanks"]);
    }
    assert!(blanks > FORMS / 10, "the forms show the difference: {blanks}");
}

/// Which list of fields goes with a signature: where there is no blank field, both are the same.
fn answer_key(provider: &str, answer: &Value, signature: &str) -> String {
    match provider {
        "flow" if answer["with_blanks"] == signature => "with_blanks".into(),
        "flow" => "without_blanks".into(),
        other => other.into(),
    }
}

fn text(request: http::Request<Bytes>) -> String {
    String::from_utf8(request.into_body().to_vec()).expect("a form")
}

/// Another signature of the same form.
fn flip(signature: &str) -> String {
    let swapped = if signature.starts_with('a') { "b" } else { "a" };
    format!("{swapped}{}", &signature[1..])
}
