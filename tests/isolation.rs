//! Nobody builds what they did not ask for: shown by what cargo would build.

use std::process::Command;

/// The names of all crates that the facade brings with these features.
fn dependencies(features: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "countersign", "--locked", "--edges", "normal,build"])
        .args(["--prefix", "none", "--no-default-features", "--features", features])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter_map(|line| line.split(' ').next()).map(String::from).collect()
}

/// HTTP clients and C cryptography come only with what needs them.
#[test]
fn who_only_verifies_builds_no_http_client() {
    for features in ["", "axum,json", "axum,json,spark", "json,meya"] {
        let dependencies = dependencies(features);
        assert!(dependencies.iter().any(|name| name == "countersign-core"), "{dependencies:?}");
        for heavy in ["reqwest", "hyper", "aws-lc-rs", "aws-lc-sys", "ring", "rustls", "axum"] {
            assert!(!dependencies.iter().any(|name| name == heavy), "{heavy} with {features:?}");
        }
    }
    assert!(dependencies("spark-org-guard").iter().any(|name| name == "countersign-spark"));
}
