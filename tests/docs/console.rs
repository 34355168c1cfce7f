//! Blocks of `console`: each command is run, and prints what stands there.
//!
//! After a change that is meant, `BLESS=1 cargo test -p countersign-tests docs::console` writes it anew.

use std::path::Path;
use std::{env, fs};

use super::pages::{self, Page, ROOT};
use super::shell::Shell;

#[test]
fn the_commands_print_what_the_pages_say() {
    let mut checked = 0;
    for page in pages::all() {
        if page.markdown().blocks.iter().all(|block| block.language() != "console") {
            continue;
        }
        let real = rerun(&page);
        if env::var_os("BLESS").is_some() {
            fs::write(Path::new(ROOT).join(&page.path), &real).unwrap();
        } else {
            assert_eq!(page.text, real, "{} is out of date", page.path);
        }
        checked += 1;
    }
    assert!(checked >= 2, "{checked}");
}

/// The page with the output of its commands as it is now. They share a folder; a block of JSON is the file `wrong.json` in
/// it.
fn rerun(page: &Page) -> String {
    let (shell, mut real, mut copied) = (Shell::of(None), String::new(), 0);
    for block in page.markdown().blocks {
        match block.language() {
            "json" => fs::write(shell.folder().join("wrong.json"), &block.text).unwrap(),
            "console" => {
                real += &page.text[copied..block.range.start];
                copied = block.range.end;
                for line in block.text.split_inclusive('\n') {
                    // Anything else was printed when the page was written.
                    let Some(command) = line.strip_prefix("$ ") else { continue };
                    real += line;
                    real += &printed(&shell, command);
                }
            }
            _ => {}
        }
    }
    real + &page.text[copied..]
}

fn printed(shell: &Shell, command: &str) -> String {
    // A search that a busy machine could not end in its time says so: once more, then.
    let mut tries = std::iter::repeat_with(|| shell.print(command).replace("\r\n", "\n")).take(5);
    let is_whole = |printed: &String| !printed.contains(" are over; a larger budget gives more");
    let mut printed = tries.find(is_whole).expect("an end of the search");
    if !printed.is_empty() && !printed.ends_with('\n') {
        printed.push('\n');
    }
    printed
}
