//! The examples of the repository, as crates that stand alone: what `countersign new` writes.
//!
//! They are there once, in `examples/`: the links in the folder `new` of this crate lead to them, and `cargo package`
//! takes what a link leads to. Only the manifest is another than there, and what they share is modules.

mod manifest;

use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

use crate::failure::Failure;

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/new");

/// The crates that all of them stand on, of one file each, and what the root of the workspace says.
const SHARED: [&str; 3] = ["logs", "serving", "settings"];
const WORKSPACE: &str = "workspace.toml";
const RUSTFMT: &str = "rustfmt.toml";

/// What the pages of the examples have somebody keep there has secrets in it.
const IGNORED: &str = "/target\n/secret*.txt\n/*.db*\n.env\n";

/// One of the examples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Example(&'static Dir<'static>);

impl Example {
    /// In the order of their names.
    pub(crate) fn all() -> Vec<Self> {
        let mut all: Vec<_> = EXAMPLES.dirs().map(Self).collect();
        all.retain(|example| !SHARED.contains(&example.name()));
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
        let (example, workspace) = (text(&self.manifest())?, text(Path::new(WORKSPACE))?);
        let mut files = vec![(".gitignore".into(), IGNORED.to_owned())];
        let mut shared = Vec::new();
        for name in SHARED {
            let folder = Path::new(name);
            shared.push(text(&folder.join("manifest.toml"))?);
            let module = text(&folder.join("src/lib.rs"))?.to_owned();
            files.push((format!("src/{name}.rs").into(), module));
        }
        let manifest = manifest::alone(example, &shared, workspace, checkout)?;
        files.push(("Cargo.toml".into(), manifest));
        files.push((RUSTFMT.into(), text(Path::new(RUSTFMT))?.to_owned()));
        let mut rest = vec![self.0];
        while let Some(folder) = rest.pop() {
            for entry in folder.entries() {
                match entry {
                    DirEntry::Dir(folder) => rest.push(folder),
                    DirEntry::File(file) if file.path() == self.manifest() => {}
                    DirEntry::File(file) => {
                        let path = file.path().strip_prefix(self.name()).unwrap_or(file.path());
                        files.push((path.to_owned(), with_modules(path, text(file.path())?)));
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

/// What they share are modules of this crate, where they were others.
fn with_modules(path: &Path, text: &str) -> String {
    let is_source = path.extension().is_some_and(|extension| extension == "rs");
    SHARED.iter().filter(|_| is_source).fold(text.to_owned(), |text, module| {
        if path == Path::new("src/main.rs") {
            with_module(module, &text)
        } else {
            in_this_crate(module, &text)
        }
    })
}

/// With `crate::` before each path that begins with that module.
fn in_this_crate(module: &str, text: &str) -> String {
    let path = format!("{module}::");
    let mut parts = text.split(&path);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if !all.ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | ':')) {
            all.push_str("crate::");
        }
        all.push_str(&path);
        all.push_str(part);
    }
    all
}

/// Says that there is that module, where rustfmt would have it.
fn with_module(module: &str, text: &str) -> String {
    let said = format!("mod {module};");
    let mut lines: Vec<_> = text.lines().collect();
    let before = lines.iter().rposition(|line| line.starts_with("mod ") && **line < *said);
    let first = || lines.iter().position(|line| line.starts_with("mod ")).unwrap_or(0);
    let place = before.map_or_else(first, |at| at.saturating_add(1));
    lines.insert(place, &said);
    lines.join("\n") + "\n"
}

fn text(path: &Path) -> Result<&'static str, Failure> {
    EXAMPLES
        .get_file(path)
        .and_then(|file| file.contents_utf8())
        .ok_or_else(|| Failure::new(format!("this command was built without {}", path.display())))
}
