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
    for features in
        ["", "axum,json", "axum,json,spark", "axum,json,flow,spark,speakap", "json,meya"]
    {
        let dependencies = dependencies(features);
        assert!(dependencies.iter().any(|name| name == "countersign-core"), "{dependencies:?}");
        for heavy in ["reqwest", "hyper", "aws-lc-rs", "aws-lc-sys", "ring", "rustls", "axum"] {
            assert!(!dependencies.iter().any(|name| name == heavy), "{heavy} with {features:?}");
        }
    }
    assert!(dependencies("spark-org-guard").iter().any(|name| name == "countersign-spark"));
}

/// RSA is C, which has to be compiled; who has no JetBrains Space has none of it. The client that
/// fetches keys is for who has them fetched.
#[test]
fn who_has_no_space_builds_nothing_for_it() {
    const HEAVY: [&str; 3] = ["aws-lc-rs", "aws-lc-sys", "reqwest"];
    let brought = |features: &str| {
        let dependencies = dependencies(features);
        HEAVY.map(|heavy| dependencies.iter().any(|name| name == heavy))
    };
    assert_eq!(brought("axum,json,flow,spark,speakap"), [false, false, false]);
    assert_eq!(brought("space"), [true, true, false]);
    assert_eq!(brought("axum,json,flow,space,space-testing,spark,speakap"), [true, true, false]);
    assert_eq!(brought("space-fetch"), [true, true, true]);
}

/// Curves are for those whose providers have key pairs.
#[test]
fn who_has_no_key_pairs_builds_no_curve() {
    let brought = |features| {
        dependencies(features)
            .iter()
            .any(|name| name == "ed25519-dalek" || name == "curve25519-dalek")
    };
    assert!(!brought("axum,json,github,spark,telegram"));
    assert!(brought("discord") && brought("standard-webhooks"));
}
