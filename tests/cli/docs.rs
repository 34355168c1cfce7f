//! `docs/cli.md` and `docs/debugging.md`: every command in them is run, and prints what stands there.
//!
//! After a change that is meant, `BLESS=1 cargo test -p countersign-tests docs` writes it anew.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use countersign_tests::process::program;

use super::support::{Files, run};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

#[test]
fn the_commands_print_what_the_docs_say() {
    for name in ["cli.md", "debugging.md"] {
        let path = Path::new(DOCS).join(name);
        let docs = fs::read_to_string(&path).unwrap();
        let real = rerun(&docs);
        if env::var_os("BLESS").is_some() {
            fs::write(&path, &real).unwrap();
        } else {
            assert_eq!(docs, real, "docs/{name} is out of date");
        }
    }
}

/// The text with the output of its commands as it is now. They share a folder; a block of JSON is
/// the file `wrong.json` in it.
fn rerun(docs: &str) -> String {
    let (files, mut real, mut block, mut json) = (Files::new(), String::new(), "", String::new());
    for line in docs.split_inclusive('\n') {
        match (block, line.trim_end(), line.strip_prefix("$ ")) {
            ("console", "```", _) => block = "",
            ("console", _, Some(command)) => {
                real += line;
                real += &shell(&files.path(""), command);
                continue;
            }
            // What it printed when the docs were written.
            ("console", _, None) => continue,
            ("json", "```", _) => {
                files.write("wrong.json", &json);
                block = "";
            }
            ("json", _, _) => json += line,
            (_, "```console", _) => block = "console",
            (_, "```json", _) => block = "json",
            _ => {}
        }
        real += line;
    }
    real
}

fn shell(folder: &Path, script: &str) -> String {
    let path = env::join_paths(
        [program("countersign").parent().unwrap().to_owned()]
            .into_iter()
            .chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
    );
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .current_dir(folder)
        .env("PATH", path.unwrap())
        .env("SPARK_SECRET", "myBongoSecret")
        .env("MEYA_KEY", "a6xE5yLe0RHPYbiHqR3OKDmRgsZ76RY3")
        .env("SPACE_KEY", "0f51c1aa3cf5bb77");
    let mut printed = run(shell, b"").text().replace("\r\n", "\n");
    if !printed.is_empty() && !printed.ends_with('\n') {
        printed.push('\n');
    }
    printed
}
