//! Nobody builds what they did not ask for: shown by what cargo would build.

use std::fs;
use std::process::Command;

use toml::Table;

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

/// Providers that take a MAC.
const LIGHT: &str = "json,github,hubspot,linear,square,twilio";

/// HTTP clients and C cryptography come only with what needs them.
#[test]
fn who_only_verifies_builds_no_http_client() {
    for features in
        ["", "axum,json", "axum,json,spark", "axum,json,flow,spark,speakap", "json,meya", LIGHT]
    {
        let dependencies = dependencies(features);
        assert!(dependencies.iter().any(|name| name == "countersign-core"), "{dependencies:?}");
        for heavy in ["reqwest", "hyper", "aws-lc-rs", "aws-lc-sys", "ring", "rustls", "axum"] {
            assert!(!dependencies.iter().any(|name| name == heavy), "{heavy} with {features:?}");
        }
    }
    assert!(dependencies("spark-org-guard").iter().any(|name| name == "countersign-spark"));
}

/// RSA and ECDSA are C, which has to be compiled; who has neither JetBrains Space nor SendGrid has none of it. The
/// client that fetches keys is for who has them fetched.
#[test]
fn who_has_no_public_keys_builds_nothing_for_them() {
    const HEAVY: [&str; 3] = ["aws-lc-rs", "aws-lc-sys", "reqwest"];
    let brought = |features: &str| {
        let dependencies = dependencies(features);
        HEAVY.map(|heavy| dependencies.iter().any(|name| name == heavy))
    };
    assert_eq!(brought("axum,json,flow,spark,speakap"), [false, false, false]);
    assert_eq!(brought("space"), [true, true, false]);
    assert_eq!(brought("sendgrid"), [true, true, false]);
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

/// Each provider alone, also those that will come: of ours it has the core and what is shared, and of the rest nothing
/// that is large but what it is known to need.
#[test]
fn a_provider_brings_no_other_and_nothing_heavy() {
    const SHARED: [&str; 5] = [
        "countersign",
        "countersign-core",
        "countersign-ed25519",
        "countersign-form",
        "countersign-python-json",
    ];
    const HEAVY: [&str; 9] = [
        "aws-lc-rs",
        "axum",
        "curve25519-dalek",
        "hyper",
        "moka",
        "redis",
        "reqwest",
        "ring",
        "rustls",
    ];
    let facade = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/countersign/Cargo.toml");
    let facade: Table = fs::read_to_string(facade).expect("a manifest").parse().expect("TOML");
    let providers = facade["features"]["providers"].as_array().expect("a list");
    assert!(providers.len() > 20, "{providers:?}");

    for provider in providers.iter().filter_map(|it| it.as_str()) {
        let known: &[&str] = match provider {
            "discord" | "standard-webhooks" => &["curve25519-dalek"],
            "gitlab" => &["countersign-standard-webhooks", "curve25519-dalek"],
            "sendgrid" | "space" => &["aws-lc-rs"],
            _ => &[],
        };
        let itself = format!("countersign-{provider}");
        let dependencies = dependencies(provider);
        assert!(dependencies.contains(&itself), "{provider}: {dependencies:?}");
        let mut brought: Vec<_> = dependencies
            .iter()
            .map(String::as_str)
            .filter(|it| it.starts_with("countersign") || HEAVY.contains(it))
            .filter(|it| *it != itself && !SHARED.contains(it))
            .collect();
        brought.sort_unstable();
        brought.dedup();
        assert_eq!(brought, known, "{provider}");
    }
}
