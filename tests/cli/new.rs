//! `countersign new`. That what it writes can be built is asked by `scripts/supply-chain new`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_tests::process::program;
use toml::Table;

use super::support::{Files, Run, countersign, run};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What the examples stand on: crates there, and modules in what is written.
const SHARED: [&str; 3] = ["logs", "serving", "settings"];

/// The folders of `examples`, but for those that the others stand on.
fn examples() -> Vec<String> {
    let folders = fs::read_dir(Path::new(ROOT).join("examples")).unwrap();
    let mut names: Vec<_> =
        folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !SHARED.contains(&name.as_str()));
    names.sort();
    assert!(names.len() > 5);
    names
}

fn write(example: &str, into: &Path) -> Run {
    countersign(&["new", example, into.to_str().unwrap()])
}

fn manifest(path: impl AsRef<Path>) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Every file below the folder, by its path there.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let (mut found, mut rest) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = rest.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                rest.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), text);
            }
        }
    }
    found
}

/// What is missing is added by three links in `crates/cli/new`, as the others have.
#[test]
fn each_example_is_in_the_list() {
    let table = countersign(&["new"]);
    let json = countersign(&["new", "--json"]).json();
    let rows = json.as_array().unwrap();
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, examples());
    for row in rows {
        let description = row["description"].as_str().unwrap();
        assert!(description.len() > 20, "{row}");
        for text in [row["name"].as_str().unwrap(), description] {
            assert!(table.text().contains(text), "{text} is not in\n{}", table.text());
        }
    }
}

#[test]
fn each_example_is_written_as_it_is() {
    for name in examples() {
        let folder = Files::new();
        let written = folder.path(&name);
        let run = write(&name, &written);
        assert_eq!(run.code, 0, "{run:?}");
        let mut ours = files(&Path::new(ROOT).join("examples").join(&name));
        let form = fs::read_to_string(Path::new(ROOT).join("rustfmt.toml")).unwrap();
        ours.insert("rustfmt.toml".into(), form);
        let mut theirs = files(&written);
        ours.remove(Path::new("Cargo.toml"));
        assert!(theirs.remove(Path::new("Cargo.toml")).is_some(), "{name}");
        for module in SHARED {
            let path = Path::new(ROOT).join("examples").join(module).join("src/lib.rs");
            let shared = fs::read_to_string(path).unwrap();
            let written = theirs.remove(&Path::new("src").join(module).with_extension("rs"));
            assert_eq!(written, Some(shared), "{name}: {module}");
        }
        assert_eq!(
            theirs.remove(Path::new(".gitignore")).as_deref(),
            Some("/target\n/secret*.txt\n/*.db*\n.env\n")
        );
        assert!(theirs[Path::new("README.md")].starts_with(&format!("# {name}\n")), "{name}");
        // From the root of the crate a module is reached as a crate is.
        for (path, text) in &mut ours {
            if path.extension().is_some_and(|it| it == "rs") && path != Path::new("src/main.rs") {
                for module in SHARED {
                    *text = text.replace(&format!("{module}::"), &format!("crate::{module}::"));
                }
            }
        }
        let main = theirs.get_mut(Path::new("src/main.rs")).unwrap();
        for module in SHARED {
            let said = format!("\nmod {module};\n");
            assert!(main.contains(&said), "{name}: {module}");
            *main = main.replacen(&said, "\n", 1);
        }
        assert_eq!(theirs, ours, "{name}");
    }
}

/// As the examples have it, after what is rewritten too: who begins with one has no reformatting in the first commit.
#[test]
fn each_example_is_written_in_the_form_of_rustfmt() {
    for name in examples() {
        let folder = Files::new();
        let written = folder.path(&name);
        assert_eq!(write(&name, &written).code, 0, "{name}");
        let mut rustfmt = Command::new("rustfmt");
        rustfmt.args(["--check", "--edition", "2024", "src/main.rs"]).current_dir(&written);
        let run = run(rustfmt, b"");
        assert_eq!(run.code, 0, "{name}: {run:?}");
    }
}

#[test]
fn each_manifest_stands_alone() {
    let workspace = manifest(Path::new(ROOT).join("Cargo.toml"));
    let shared = workspace["workspace"].as_table().unwrap();
    for name in examples() {
        let folder = Files::new();
        let written = folder.path("written");
        assert_eq!(write(&name, &written).code, 0, "{name}");
        let text = fs::read_to_string(written.join("Cargo.toml")).unwrap();
        for word in ["workspace", "path", "license", "lints", "logs =", "serving =", "settings ="] {
            assert!(!text.contains(word), "{name}: {word} in\n{text}");
        }
        let theirs = manifest(written.join("Cargo.toml"));
        let package = theirs["package"].as_table().unwrap();
        assert_eq!(package["name"].as_str(), Some(&*name));
        // Whose it is, and who may have it, is not for us to say.
        assert_eq!(package["publish"].as_bool(), Some(false), "{name}");
        for key in ["edition", "rust-version"] {
            assert_eq!(package[key], shared["package"][key], "{name}: {key}");
        }
        let folder = Path::new(ROOT).join("examples");
        let ours = [manifest(folder.join(&name).join("Cargo.toml"))];
        let shared_by_all = SHARED.map(|name| manifest(folder.join(name).join("Cargo.toml")));
        let mut expected = BTreeMap::new();
        for (names, stated) in ours.iter().chain(&shared_by_all).flat_map(dependencies) {
            if SHARED.contains(&names.1.as_str()) {
                continue;
            }
            let merged = expected
                .entry(names.clone())
                .or_insert_with(|| Dependency::of(&shared["dependencies"][&names.1]));
            merged.features.extend(Dependency::of(&stated).features);
            merged.features.sort();
            merged.features.dedup();
        }
        let found: BTreeMap<_, _> = dependencies(&theirs)
            .into_iter()
            .map(|(names, stated)| (names, Dependency::of(&stated)))
            .collect();
        assert_eq!(found, expected, "{name}");
        assert!(found.contains_key(&(String::new(), "countersign".to_owned())), "{name}");
    }
}

/// What a manifest says of a dependency.
#[derive(Debug, PartialEq)]
struct Dependency {
    version: Option<String>,
    default_features: bool,
    features: Vec<String>,
}

impl Dependency {
    fn of(stated: &toml::Value) -> Self {
        let list = |features: &toml::Value| -> Vec<String> { features.clone().try_into().unwrap() };
        let mut features = stated.get("features").map(list).unwrap_or_default();
        features.sort();
        Self {
            version: stated.as_str().or_else(|| stated.get("version")?.as_str()).map(Into::into),
            default_features: stated.get("default-features").is_none_or(|is| is.as_bool().unwrap()),
            features,
        }
    }
}

/// By their target, if they are of one, and their name.
fn dependencies(manifest: &Table) -> Vec<((String, String), toml::Value)> {
    let mut tables = vec![(String::new(), &manifest["dependencies"])];
    if let Some(targets) = manifest.get("target") {
        for (target, table) in targets.as_table().unwrap() {
            tables.push((target.clone(), &table["dependencies"]));
        }
    }
    let of_table = |(target, table): (String, &toml::Value)| {
        let table = table.as_table().unwrap().clone();
        table.into_iter().map(move |(name, stated)| ((target.clone(), name), stated))
    };
    tables.into_iter().flat_map(of_table).collect()
}

#[test]
fn with_a_checkout_countersign_comes_from_there() {
    let folder = Files::new();
    let written = folder.path("bot");
    let into = written.to_str().unwrap();
    let run = countersign(&["new", "spark-bot", into, "--path", ROOT]);
    assert_eq!(run.code, 0, "{run:?}");
    let theirs = manifest(written.join("Cargo.toml"));
    let stated = theirs["dependencies"]["countersign"].as_table().unwrap();
    let facade = fs::canonicalize(Path::new(ROOT).join("crates/countersign")).unwrap();
    assert_eq!(stated["path"].as_str(), facade.to_str());
    assert!(!stated.contains_key("version"), "{stated}");
    assert_eq!(stated["features"].as_array().unwrap().len(), 2, "{stated}");
    assert!(theirs["dependencies"]["axum"].get("path").is_none());
}

#[test]
fn what_is_no_checkout_is_refused_before_anything_is_written() {
    let folder = Files::new();
    let (written, other) = (folder.path("bot"), folder.path("."));
    let arguments = ["new", "spark-bot", written.to_str().unwrap(), "--path"];
    let run = countersign(&[&arguments[..], &[other.to_str().unwrap()]].concat());
    run.is_one_error_naming("is no checkout of countersign: there is no crates/countersign");
    assert!(!written.exists());
}

#[test]
fn a_folder_that_is_empty_will_do() {
    let folder = Files::new();
    let (empty, deep) = (folder.path("empty"), folder.path("not/there/yet"));
    fs::create_dir(&empty).unwrap();
    for into in [empty, deep] {
        assert_eq!(write("spark-bot", &into).code, 0);
        assert!(into.join("src/main.rs").is_file());
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = Files::new();
    fs::create_dir(folder.path("there")).unwrap();
    let there = folder.write("there/README.md", "mine");
    let there = Path::new(&there);
    let run = write("spark-bot", there.parent().unwrap());
    run.is_one_error_naming("there is there and not an empty folder");
    assert_eq!(files(there.parent().unwrap()).len(), 1);
    assert_eq!(fs::read_to_string(there).unwrap(), "mine");
    write("spark-bot", there).is_one_error_naming("README.md is there and not an empty folder");
}

/// A link that leads nowhere: nothing is there, and nothing can be put there.
#[test]
fn what_could_not_be_written_is_said() {
    let folder = Files::new();
    let written = folder.path("bot");
    symlink("nowhere", &written).unwrap();
    write("spark-bot", &written).is_one_error_naming("bot is not whole");
    let below = Path::new(&folder.write("file", "mine")).join("bot");
    write("spark-bot", &below).is_one_error_naming("file/bot cannot be read: ");
}

#[test]
fn an_unknown_example_is_told_which_there_are() {
    let folder = Files::new();
    let written = folder.path("bot");
    let run = write("sparkbot", &written);
    run.is_one_error_naming("there is no example sparkbot; there are: ");
    for name in examples() {
        assert!(run.err.contains(&name), "{run:?}");
    }
    assert!(!written.exists());
    // Part of all, and none itself.
    write("settings", &written).is_one_error_naming("there is no example settings");
}

#[test]
fn it_says_where_the_crate_is_to_be() {
    let run = countersign(&["new", "spark-bot"]);
    assert_eq!((run.code, run.text()), (2, ""), "{run:?}");
    assert!(run.err.contains("<DIR>"), "{run:?}");
}

/// As somebody goes on with it in a shell.
#[test]
fn the_commands_to_go_on_with_lead_into_the_folder() {
    let folder = Files::new();
    let written = folder.path("my bot");
    let run = write("spark-bot", &written);
    let quoted = format!("cd '{}'\n", written.display());
    assert!(run.text().contains(&quoted), "{run:?}");
    assert!(run.text().contains("cargo run\n"), "{run:?}");
}

/// And by a shell that takes what begins with a dash for an option.
#[test]
fn whatever_the_folder_is_called() {
    for name in ["-x", "--", "it's"] {
        let folder = Files::new();
        let mut new = Command::new(program("countersign"));
        new.args(["new", "spark-bot", "--", name]).current_dir(folder.path("."));
        let run = run(new, b"");
        assert_eq!(run.code, 0, "{name}: {run:?}");
        let lead = run.text().lines().find(|line| line.starts_with("cd ")).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-ec", &format!("{lead}\ntest -f Cargo.toml")]).current_dir(folder.path("."));
        assert!(shell.status().unwrap().success(), "{lead}");
    }
}
