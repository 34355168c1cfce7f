//! Compares what every published crate shows to the outside with `tests/public-api/*.txt`, and asks of every public
//! type whether threads may share it. `scripts/supply-chain api` runs it on what rustdoc wrote about the crates;
//! with `BLESS=1` it keeps what there is now.

mod threads;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use public_api::Builder;
use rustdoc_types::{Crate, FORMAT_VERSION};
use serde_json::{Value, from_slice};

const KEPT: &str = env!("CARGO_MANIFEST_DIR");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (documented, crates) = published()?;
    let bless = env::var_os("BLESS").is_some();
    let mut wrong = left_over(&crates, bless)?;
    let (mut items, mut types) = (0, 0);
    for name in &crates {
        let json = documented.join(name.replace('-', "_")).with_extension("json");
        let text = fs::read(&json).map_err(|error| format!("{}: {error}", json.display()))?;
        check_format(&from_slice(&text)?)?;

        let found = threads::not_for_all(&from_slice::<Crate>(&text)?);
        types += found.types;
        wrong.extend(found.wrong.iter().map(|line| format!("{name}: {line}")));

        let api = Builder::from_rustdoc_json(&json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .build()?;
        let now: Vec<_> = api.items().map(ToString::to_string).collect();
        items += now.len();
        let kept = Path::new(KEPT).join(name).with_extension("txt");
        if bless {
            fs::write(&kept, now.join("\n") + "\n")?;
        } else {
            let before = fs::read_to_string(&kept).unwrap_or_default();
            wrong.extend(changes(&before, &now).map(|line| format!("{name}: {line}")));
        }
    }
    println!("{} crates, {items} public items, {types} public types", crates.len());
    for line in &wrong {
        println!("{line}");
    }
    if !wrong.is_empty() {
        println!("If it is meant: BLESS=1 scripts/supply-chain api, and a line in CHANGELOG.md");
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where rustdoc wrote, and the libraries that are published.
fn published() -> Result<(PathBuf, BTreeSet<String>), Box<dyn Error>> {
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["metadata", "--no-deps", "--locked", "--format-version", "1"])
        .current_dir(KEPT)
        .output()?;
    let metadata: Value = from_slice(&output.stdout)
        .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let has_library = |package: &Value| {
        let targets = package["targets"].as_array();
        targets.into_iter().flatten().any(|target| target["kind"][0] == "lib")
    };
    let names = packages
        .iter()
        // `null` is anywhere, and `publish = false` is an empty list.
        .filter(|package| package["publish"].is_null() && has_library(package))
        .filter_map(|package| package["name"].as_str().map(String::from))
        .collect();
    let target = metadata["target_directory"].as_str().ok_or("no target directory")?;
    Ok((Path::new(target).join("doc"), names))
}

/// The files of crates that there are no more.
fn left_over(crates: &BTreeSet<String>, bless: bool) -> Result<Vec<String>, Box<dyn Error>> {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(KEPT)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.extension().is_some_and(|end| end == "txt") && !crates.contains(&*name) {
            if bless {
                fs::remove_file(&path)?;
            } else {
                wrong.push(format!("{name}: it is kept, and there is no such crate"));
            }
        }
    }
    Ok(wrong)
}

fn check_format(json: &Value) -> Result<(), String> {
    match json["format_version"].as_u64() {
        Some(format) if format == u64::from(FORMAT_VERSION) => Ok(()),
        format => Err(format!(
            "rustdoc writes format {format:?}, and the crates in tests/public-api/Cargo.toml read {FORMAT_VERSION}: \
             use Rust 1.95, or raise them together"
        )),
    }
}

/// What went and what came; an item in another place in the list is no change.
fn changes(before: &str, now: &[String]) -> impl Iterator<Item = String> {
    let before: BTreeSet<_> = before.lines().map(String::from).collect();
    let now: BTreeSet<_> = now.iter().cloned().collect();
    let gone: Vec<_> = before.difference(&now).map(|line| format!("- {line}")).collect();
    let came: Vec<_> = now.difference(&before).map(|line| format!("+ {line}")).collect();
    gone.into_iter().chain(came)
}
