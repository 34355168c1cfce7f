//! The pages, wherever they are.

use std::fs;
use std::path::Path;

use super::markdown::Markdown;

pub(super) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Folders with nothing that is written here.
const PASSED_OVER: [&str; 4] = ["target", "node_modules", "oracles", ".git"];

/// A page of Markdown.
pub(super) struct Page {
    /// From the root of the repository.
    pub(super) path: String,
    pub(super) text: String,
}

impl Page {
    pub(super) fn read(path: &str) -> Self {
        let text = fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
        Self { path: path.to_owned(), text }
    }

    pub(super) fn markdown(&self) -> Markdown<'_> {
        Markdown::read(&self.path, &self.text)
    }
}

/// Every page, in the order of their paths. What is a symbolic link is there once; `benches/notes` and `benches/results`
/// are parts of `docs/performance.md`.
pub(super) fn all() -> Vec<Page> {
    let is_page = |path: &str| path.ends_with(".md") && !path.starts_with("benches/");
    let paths = files().into_iter().filter(|path| is_page(path));
    let pages: Vec<_> = paths.map(|path| Page::read(&path)).collect();
    assert!(pages.iter().any(|page| page.path == "README.md") && pages.len() > 40);
    pages
}

/// The paths of all files that are written here, from the root of the repository.
pub(super) fn files() -> Vec<String> {
    let mut found = Vec::new();
    find(Path::new(ROOT), &mut found);
    found.sort();
    found
}

fn find(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name, kind) = (entry.path(), entry.file_name(), entry.file_type().unwrap());
        if kind.is_dir() && PASSED_OVER.iter().all(|other| name != *other) {
            find(&path, found);
        } else if kind.is_file() {
            found.push(path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned());
        }
    }
}
