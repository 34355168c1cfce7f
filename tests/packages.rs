//! What every crate of the workspace promises in its manifest, so that the next one promises it too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, from_slice};
use toml::Table;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Those of crates.io's categories that fit anything here; it refuses others.
const CATEGORIES: [&str; 10] = [
    "asynchronous",
    "authentication",
    "command-line-utilities",
    "cryptography",
    "database",
    "development-tools::debugging",
    "development-tools::testing",
    "encoding",
    "parser-implementations",
    "web-programming::http-server",
];

/// What cargo knows of the packages of the workspace, and with `dependencies` of all that it is built from.
fn metadata(dependencies: bool) -> Vec<Value> {
    workspace(dependencies)["packages"].as_array().expect("packages").clone()
}

fn workspace(dependencies: bool) -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args((!dependencies).then_some("--no-deps"))
        .current_dir(ROOT)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    from_slice(&output.stdout).expect("JSON")
}

/// And nothing else is left out.
#[test]
fn only_benchmarks_have_to_be_asked_for() {
    let workspace = workspace(false);
    let default = list(&workspace, "workspace_default_members");
    let mut asked_for = list(&workspace, "workspace_members");
    asked_for.retain(|member| !default.contains(member));
    assert!(asked_for.len() > 1, "they are not found");
    for member in asked_for {
        assert!(member.contains("/benches"), "{member}");
    }
    assert!(!default.iter().any(|member| member.contains("/benches")), "{default:?}");
}

/// `null` is anywhere, and `publish = false` is an empty list.
fn published() -> Vec<Value> {
    let mut packages = metadata(false);
    packages.retain(|package| package["publish"].is_null());
    assert!(packages.len() > 20, "they are not found");
    packages
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

fn list<'a>(package: &'a Value, key: &str) -> Vec<&'a str> {
    package[key].as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

fn manifest(path: &Path) -> Table {
    fs::read_to_string(path).expect("a manifest").parse().expect("TOML")
}

fn folder(package: &Value) -> PathBuf {
    Path::new(text(package, "manifest_path")).parent().expect("a folder").to_path_buf()
}

#[test]
fn every_published_crate_says_what_it_is() {
    for package in published() {
        let name = text(&package, "name");
        assert!((20..200).contains(&text(&package, "description").len()), "{name}: description");
        assert_eq!(text(&package, "license"), "MIT OR Apache-2.0", "{name}");
        assert_eq!(text(&package, "documentation"), format!("https://docs.rs/{name}"));
        let readme = folder(&package).join(text(&package, "readme"));
        assert!(readme.is_file(), "{name}: {}", readme.display());

        let keywords = list(&package, "keywords");
        assert!((3..=5).contains(&keywords.len()), "{name}: {keywords:?}");
        for word in keywords {
            let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            assert!(plain && word.len() <= 20, "{name}: crates.io refuses the keyword {word:?}");
        }
        let categories = list(&package, "categories");
        assert!((1..=5).contains(&categories.len()), "{name}: {categories:?}");
        for category in categories {
            assert!(CATEGORIES.contains(&category), "{name}: crates.io has no {category:?}");
        }
    }
}

#[test]
fn every_published_crate_carries_both_licences() {
    for package in published() {
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let carried = fs::read(folder(&package).join(licence)).unwrap_or_default();
            let ours = fs::read(Path::new(ROOT).join(licence)).expect("a licence");
            assert!(carried == ours, "{}: no {licence}", text(&package, "name"));
        }
    }
}

/// Badges beside what a feature adds, and all features shown.
#[test]
fn docs_rs_shows_every_feature() {
    for package in published() {
        let features = package["features"].as_object().expect("a table");
        // `--cfg docsrs` is what turns the badges on.
        let library = fs::read_to_string(folder(&package).join("src/lib.rs")).expect("a library");
        let (name, docs) = (text(&package, "name"), &package["metadata"]["docs"]["rs"]);
        assert_eq!(docs["all-features"] == true, !features.is_empty(), "{name}");
        assert_eq!(docs["rustdoc-args"][1] == "docsrs", !features.is_empty(), "{name}");
        assert_eq!(
            library.contains("cfg_attr(docsrs, feature(doc_cfg))"),
            !features.is_empty(),
            "{name}"
        );
    }
}

/// One version and one oldest compiler for all; what is to be said once is said in the root.
#[test]
fn manifests_inherit_what_is_the_same_for_all() {
    for package in metadata(false) {
        let manifest = manifest(Path::new(text(&package, "manifest_path")));
        let stated = manifest["package"].as_table().expect("a table");
        for key in ["version", "edition", "rust-version", "license"] {
            let inherits = stated.get(key).and_then(|value| value.get("workspace"));
            assert!(inherits.is_some(), "{}: {key}", text(&package, "name"));
        }
    }
}

/// Not even in one that is only a test: `forbid` cannot be allowed again further in. Code that runs while a crate is
/// built is not there at all.
#[test]
fn no_crate_has_unsafe_code_or_a_build_script() {
    let shared = manifest(&Path::new(ROOT).join("Cargo.toml"));
    let forbids = |lints: &Table| lints["rust"]["unsafe_code"].as_str() == Some("forbid");
    assert!(forbids(shared["workspace"]["lints"].as_table().expect("a table")));
    for package in metadata(false) {
        let manifest = manifest(Path::new(text(&package, "manifest_path")));
        let lints = manifest.get("lints").and_then(|lints| lints.as_table()).expect("lints");
        let inherits = lints.get("workspace").and_then(|value| value.as_bool()) == Some(true);
        assert!(inherits || forbids(lints), "{}", text(&package, "name"));
        for target in package["targets"].as_array().expect("targets") {
            assert_ne!(target["kind"][0], "custom-build", "{}", text(&package, "name"));
        }
    }
}

/// The oldest compiler is a promise of the dependencies too, each of which says which is its own.
#[test]
fn no_dependency_wants_a_newer_compiler() {
    let shared = manifest(&Path::new(ROOT).join("Cargo.toml"));
    let ours = shared["workspace"]["package"]["rust-version"].as_str().expect("a version");
    let newer: BTreeSet<_> = metadata(true)
        .iter()
        .filter(|package| minor(text(package, "rust_version")) > minor(ours))
        .map(|package| format!("{} {}", text(package, "name"), text(package, "rust_version")))
        .collect();
    assert!(newer.is_empty(), "newer than {ours}: {newer:?}");
}

/// Of `1.88` or `1.88.0`, 88. Who says nothing wants nothing.
fn minor(version: &str) -> u32 {
    version.split('.').nth(1).map_or(0, |minor| minor.parse().expect("a number"))
}
