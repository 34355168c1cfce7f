//! The examples of the repository, as crates that stand alone: what `countersign new` writes.
//!
//! They are there once, in `examples/`: the links in the folder `new` of this crate lead to them, and `cargo package`
//! takes what a link leads to. Only the manifest is another than there, and how they serve is a module.

mod manifest;

use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

use crate::failure::Failure;

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/new");

/// What all of them stand on, and what the root of the workspace says.
const SERVING: &str = "serving";
const WORKSPACE: &str = "workspace.toml";

/// What the pages of the examples have somebody keep there has secrets in it.
const IGNORED: &str = "/target\n/secret*.txt\n/*.db*\n.env\n";

/// One of the examples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Example(&'static Dir<'static>);

impl Example {
    /// In the order of their names.
    pub(crate) fn all() -> Vec<Self> {
        let mut all: Vec<_> = EXAMPLES.dirs().map(Self).collect();
        all.retain(|example| example.name() != SERVING);
        all.sort_by_key(Self::name);
        all
    }

    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        let all = Self::all();
        all.iter().find(|example| example.name() == name).copied().ok_or_else(|| {
            let names: Vec<_> = all.iter().map(Self::name).collect();
            Failure::new(format!("there is no example {name}; there are: {}", names.join(", ")))
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.0.path().to_str().unwrap_or_default()
    }

    pub(crate) fn description(&self) -> Result<String, Failure> {
        manifest::description(text(&self.manifest())?)
    }

    /// The files of a crate that stands alone, by their paths in it.
    pub(crate) fn files(&self, checkout: Option<&Path>) -> Result<Vec<(PathBuf, String)>, Failure> {
        let serving = Path::new(SERVING).join("manifest.toml");
        let (serving, workspace) = (text(&serving)?, text(Path::new(WORKSPACE))?);
        let manifest = manifest::alone(text(&self.manifest())?, serving, workspace, checkout)?;
        let mut files = vec![
            ("Cargo.toml".into(), manifest),
            (".gitignore".into(), IGNORED.to_owned()),
            ("src/serving.rs".into(), text(&Path::new(SERVING).join("src/lib.rs"))?.to_owned()),
        ];
        let mut rest = vec![self.0];
        while let Some(folder) = rest.pop() {
            for entry in folder.entries() {
                match entry {
                    DirEntry::Dir(folder) => rest.push(folder),
                    DirEntry::File(file) if file.path() == self.manifest() => {}
                    DirEntry::File(file) => {
                        let path = file.path().strip_prefix(self.name()).unwrap_or(file.path());
                        files.push((path.to_owned(), with_serving(path, text(file.path())?)));
                    }
                }
            }
        }
        Ok(files)
    }

    fn manifest(&self) -> PathBuf {
        self.0.path().join("manifest.toml")
    }
}

/// A module of this crate where it was one of another.
fn with_serving(path: &Path, text: &str) -> String {
    if path.extension().is_none_or(|extension| extension != "rs") {
        return text.to_owned();
    }
    if path != Path::new("src/main.rs") {
        return text.replace("serving::", "crate::serving::");
    }
    let mut lines: Vec<_> = text.lines().collect();
    let before = lines.iter().rposition(|line| line.starts_with("mod ") && *line < MODULE);
    lines.insert(before.map_or(0, |at| at.saturating_add(1)), MODULE);
    lines.join("\n") + "\n"
}

const MODULE: &str = "mod serving;";

fn text(path: &Path) -> Result<&'static str, Failure> {
    EXAMPLES
        .get_file(path)
        .and_then(|file| file.contents_utf8())
        .ok_or_else(|| Failure::new(format!("this command was built without {}", path.display())))
}
