//! Against the original: Python's own `json.dumps` over random documents, whole ones and broken ones.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;

use countersign_python_json::canonicalize;

use super::documents::Documents;

const DOCUMENTS: usize = 24_000;

/// Where there is no Python there is nothing to compare with; CI has to have it.
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "CI has no python3: see scripts/test");
    found
}

/// What one long-lived Python says of each document.
fn python(documents: &[Vec<u8>]) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/differential/canonical.py");
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut input = child.stdin.take().expect("its input");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let answers = thread::scope(|scope| {
        scope.spawn(move || {
            for document in documents {
                let digits: String = document.iter().map(|byte| format!("{byte:02x}")).collect();
                writeln!(input, "{digits}").expect("it reads all");
            }
        });
        output.lines().map(|line| line.expect("a line")).collect()
    });
    assert!(child.wait().expect("it ends").success());
    answers
}

#[test]
fn python_and_we_agree_on_random_documents() {
    if !has_python() {
        return eprintln!("python3 is missing, so nothing was compared; scripts/test installs it");
    }
    // The same documents in each run, so that a failure can be looked at again.
    let documents: Vec<_> = Documents::deterministic().take(DOCUMENTS).collect();
    let answers = python(&documents);
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
