//! Against the original: Python's own `json.dumps` over random documents, whole ones and broken ones.

use std::collections::BTreeMap;

use countersign_python_json::canonicalize;
use countersign_tests::python;

use super::documents::Documents;

const DOCUMENTS: usize = 24_000;

#[test]
fn python_and_we_agree_on_random_documents() {
    // The same documents in each run, so that a failure can be looked at again.
    let documents: Vec<_> = Documents::deterministic().take(DOCUMENTS).collect();
    let hex = |document: &Vec<u8>| document.iter().map(|byte| format!("{byte:02x}")).collect();
    let Some(answers) = python::answers("canonical.py", documents.iter().map(hex)) else { return };
    assert_eq!(answers.len(), DOCUMENTS);

    let mut seen = BTreeMap::<String, usize>::new();
    for (document, answer) in documents.iter().zip(&answers) {
        let ours = canonicalize(document);
        let shown = || String::from_utf8_lossy(document).into_owned();
        let (verdict, rest) = answer.split_at_checked(1).expect("a verdict");
        match verdict {
            "=" => {
                let form = ours.unwrap_or_else(|error| panic!("{error}: {}", shown()));
                assert_eq!(String::from_utf8_lossy(&form), rest, "{}", shown());
                let again = canonicalize(&form).expect("a form has a form");
                assert_eq!(again, form, "{}", shown());
                *seen.entry("accepted".into()).or_default() += 1;
            }
            // Where we are stricter on purpose, the reason is one of those that there are.
            "~" => {
                let kind = format!("{:?}", ours.expect_err(&shown()).kind());
                assert!(
                    rest.split(' ').any(|reason| reason == kind),
                    "{kind}: {rest}: {}",
                    shown()
                );
                *seen.entry(kind).or_default() += 1;
            }
            "!" => {
                assert!(ours.is_err(), "{}", shown());
                *seen.entry("refused by both".into()).or_default() += 1;
            }
            _ => panic!("{answer}"),
        }
    }
    // What is compared is worth comparing.
    let least = [
        ("accepted", DOCUMENTS / 2),
        ("refused by both", DOCUMENTS / 20),
        ("RepeatedName", 50),
        ("LoneSurrogate", 50),
        ("NumberTooLarge", 50),
        ("Syntax", 20),
        ("TooDeep", 20),
    ];
    for (what, least) in least {
        let count = seen.get(what).copied().unwrap_or_default();
        assert!(count >= least, "{what}: {seen:?}");
    }
}
