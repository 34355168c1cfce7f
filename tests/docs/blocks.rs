//! No block of code is passed over: each is of a kind that something compiles, reads or runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::pages::{self, Page, ROOT};

#[test]
fn each_block_is_of_a_kind_that_is_checked() {
    let doctests = fs::read_to_string(Path::new(ROOT).join("tests/support/doctests.rs")).unwrap();
    let mut checked = 0;
    for page in pages::all() {
        for block in page.markdown().blocks {
            let (at, page) = (&block.at, &page.path);
            // A page of the facade is its documentation: there a block without a name is Rust.
            let is_crate_doc = page.starts_with("crates/countersign/docs/");
            match block.language() {
                "rust" => {
                    assert!(!block.info.contains("ignore"), "{at}: a doctest that is ignored");
                    assert!(doctests.contains(&format!("../../{page}\"")), "{at}: no doctest");
                }
                "" if is_crate_doc => {}
                "sh" | "console" | "toml" => {}
                "json" => drop(serde_json::from_str::<serde_json::Value>(&block.text).expect(at)),
                "mermaid" => assert!(block.text.starts_with("flowchart "), "{at}"),
                // Each is looked at in `observability.rs`, and asked of a Prometheus in `prometheus.rs`.
                "promql" => assert_eq!(page, "docs/observability.md", "{at}"),
                // What a program printed: no code.
                "text" => assert_eq!(page, "docs/performance.md", "{at}"),
                other => panic!("{at}: nothing checks a block of {other:?}"),
            }
            let why = block.not_run.unwrap_or("it is run, and needs no reason");
            assert!(why.len() > 20, "{at}: {why:?} is no reason");
            assert!(
                block.not_run.is_none() || block.language() == "sh",
                "{at}: it is not run anyway"
            );
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

/// Commands and manifests stand where they are run: on pages. Sources have Rust, as doctests.
#[test]
fn no_source_has_blocks_of_another_kind() {
    for path in pages::files().into_iter().filter(|path| path.ends_with(".rs")) {
        let source = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap();
        for info in source.lines().filter_map(fence) {
            assert!(matches!(info, "" | "no_run"), "{path}: nothing checks a block of {info}");
        }
    }
}

/// What stands behind a fence in a comment of documentation.
fn fence(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("//")?.get(1..)?.trim_start().strip_prefix("```")
}

/// The dependencies that the README names can be had, with these features: cargo says so, with what the workspace has.
#[test]
fn a_manifest_is_resolved_by_cargo() {
    let (mut manifests, folder) = (0, tempfile::tempdir().unwrap());
    // The checkout beside the project that the README speaks of.
    std::os::unix::fs::symlink(fs::canonicalize(ROOT).unwrap(), folder.path().join("countersign"))
        .unwrap();
    for page in pages::all() {
        for block in page.markdown().blocks.iter().filter(|block| block.language() == "toml") {
            manifests += 1;
            let project = folder.path().join(format!("project-{manifests}"));
            fs::create_dir_all(project.join("src")).unwrap();
            let package = "[package]\nname = \"project\"\nedition = \"2024\"\n\n";
            fs::write(project.join("Cargo.toml"), format!("{package}{}", block.text)).unwrap();
            fs::write(project.join("src/main.rs"), "").unwrap();
            fs::copy(Path::new(ROOT).join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
            let output = Command::new(env!("CARGO"))
                .args(["metadata", "--offline", "--format-version=1"])
                .current_dir(&project)
                .output()
                .unwrap();
            assert!(output.status.success(), "{}: {}", block.at, text(&output.stderr));
            assert!(text(&output.stdout).contains("countersign-core"), "{}: {output:?}", block.at);
        }
    }
    assert!(manifests > 0 && !Page::read("README.md").markdown().blocks.is_empty());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
