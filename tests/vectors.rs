//! Every conformance vector, run by the command line as a user would.

use std::path::Path;
use std::process::Command;

use countersign_cli::registry::PROVIDERS;
use countersign_tests::process::program;
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");

/// Runs a file and says how many vectors passed; none may fail.
fn passed(file: &Path) -> usize {
    let output = Command::new(program("countersign"))
        .args(["vectors", "run"])
        .arg(file)
        .output()
        .expect("the command runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = text.lines().last().unwrap_or_default();
    let passed = last.strip_suffix(" passed, 0 failed").and_then(|count| count.parse().ok());
    assert!(output.status.success(), "{}: {text}", file.display());
    passed.unwrap_or_else(|| panic!("{}: {text}", file.display()))
}

/// The file's list of vectors.
fn vectors(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("the file");
    let mut json: Value = serde_json::from_str(&text).expect("JSON");
    json["vectors"].as_array_mut().map(std::mem::take).unwrap_or_default()
}

#[test]
fn every_vector_agrees() {
    for name in PROVIDERS.iter().map(|provider| provider.facts().name) {
        let file = Path::new(FOLDER).join(name).with_extension("json");
        let all = vectors(&file).len();
        assert!(all > 0);
        assert_eq!(passed(&file), all, "{name}");
    }
}

/// Examples that vendors print are not copied here; they are run where they stand beside the
/// checkout.
#[test]
fn what_vendors_published_agrees() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    let file = shared.join("vendor-published-speakap.json");
    if file.exists() {
        assert_eq!(passed(&file), vectors(&file).len());
    } else {
        eprintln!("there is no {} beside this checkout", file.display());
    }
}
