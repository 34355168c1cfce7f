//! The manifest of an example, without the workspace that it is in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::SHARED;
use crate::failure::Failure;

/// The manifest with all that it takes from the workspace and from what the examples share. Countersign comes from
/// crates.io, in the version that this command has, or from a checkout.
pub(super) fn alone(
    example: &str,
    shared: &[&str],
    workspace: &str,
    checkout: Option<&Path>,
) -> Result<String, Failure> {
    let Manifest { package, mut dependencies, mut target, .. } = read(example)?;
    for manifest in shared {
        let more: Manifest = read(manifest)?;
        add(&mut dependencies, more.dependencies);
        for (name, more) in more.target {
            add(&mut target.entry(name).or_default().dependencies, more.dependencies);
        }
    }
    dependencies.retain(|name, _| !SHARED.contains(&name.as_str()));
    let Root { workspace } = read(workspace)?;

    let mut written = DocumentMut::new();
    written.insert("package", Item::Table(head(package, workspace.package)));
    let shared = Shared { dependencies: workspace.dependencies, checkout };
    let all = shared.resolve(dependencies)?;
    written.insert("dependencies", Item::Table(all));
    let mut targets = Table::new();
    targets.set_implicit(true);
    for (name, Target { dependencies }) in target {
        let mut target = Table::new();
        target.set_implicit(true);
        target.insert("dependencies", Item::Table(shared.resolve(dependencies)?));
        targets.insert(&name, Item::Table(target));
    }
    written.insert("target", Item::Table(targets));
    Ok(written.to_string())
}

pub(super) fn description(example: &str) -> Result<String, Failure> {
    Ok(read::<Manifest>(example)?.package.description)
}

/// A dependency that is there twice gets the features of both.
fn add(dependencies: &mut Dependencies, more: Dependencies) {
    for (name, inherited) in more {
        dependencies.entry(name).or_default().features.extend(inherited.features);
    }
}

fn head(package: Package, shared: SharedPackage) -> Table {
    let mut head = Table::new();
    for (key, value) in [
        ("name", package.name),
        ("description", package.description),
        // Of the crate that begins here.
        ("version", "0.1.0".to_owned()),
        ("edition", shared.edition),
        ("rust-version", shared.rust_version),
    ] {
        head.insert(key, value.into());
    }
    // Whose it is, and who may have it, is not for us to say.
    head.insert("publish", false.into());
    head
}

/// What the workspace says of the dependencies.
struct Shared<'a> {
    dependencies: BTreeMap<String, Stated>,
    checkout: Option<&'a Path>,
}

impl Shared<'_> {
    fn resolve(&self, wanted: Dependencies) -> Result<Table, Failure> {
        let mut table = Table::new();
        for (name, Inherited { features, .. }) in wanted {
            let value = self.dependency(&name, features)?;
            table.insert(&name, value.into());
        }
        Ok(table)
    }

    fn dependency(&self, name: &str, more: BTreeSet<String>) -> Result<Value, Failure> {
        let stated = self.dependencies.get(name).ok_or_else(|| unreadable(&name))?;
        let Detailed { version, path, default_features, mut features } = stated.detailed();
        features.extend(more);
        let mut table = InlineTable::new();
        match (self.checkout, path) {
            (Some(checkout), Some(path)) => {
                table.insert("path", in_checkout(checkout, &path)?.into());
            }
            _ => drop(table.insert("version", version.clone().into())),
        }
        if !default_features {
            table.insert("default-features", false.into());
        }
        if !features.is_empty() {
            table.insert("features", features.into_iter().collect::<Array>().into());
        }
        let is_plain = table.len() == 1 && table.contains_key("version");
        Ok(if is_plain { version.into() } else { table.into() })
    }
}

/// From anywhere: the crate that is written may be moved.
fn in_checkout(checkout: &Path, path: &str) -> Result<String, Failure> {
    let folder = checkout.join(path);
    let named = || checkout.display();
    if !folder.join("Cargo.toml").is_file() {
        let message = format!("{} is no checkout of countersign: there is no {path}", named());
        return Err(Failure::new(message));
    }
    let whole = folder
        .canonicalize()
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", named())))?;
    whole.into_os_string().into_string().map_err(|_| {
        Failure::new(format!("the path of {} is not UTF-8, as Cargo.toml has to be", named()))
    })
}

fn read<T: DeserializeOwned>(manifest: &str) -> Result<T, Failure> {
    toml_edit::de::from_str(manifest).map_err(|error| unreadable(&error))
}

fn unreadable(what: &dyn Display) -> Failure {
    Failure::new(format!("a manifest that this command was built with cannot be read: {what}"))
}

/// Nothing is passed over: what an example's manifest has and this does not know is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    package: Package,
    dependencies: Dependencies,
    #[serde(default)]
    target: BTreeMap<String, Target>,
    #[serde(rename = "lib")]
    _lib: Option<IgnoredAny>,
    #[serde(rename = "lints")]
    _lints: IgnoredAny,
}

/// Everything else is said in the root.
#[derive(Deserialize)]
struct Package {
    name: String,
    description: String,
}

type Dependencies = BTreeMap<String, Inherited>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    dependencies: Dependencies,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inherited {
    #[serde(rename = "workspace")]
    _workspace: bool,
    #[serde(default)]
    features: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Root {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    package: SharedPackage,
    dependencies: BTreeMap<String, Stated>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct SharedPackage {
    edition: String,
    rust_version: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stated {
    Version(String),
    Detailed(Detailed),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Detailed {
    version: String,
    path: Option<String>,
    #[serde(default = "yes")]
    default_features: bool,
    #[serde(default)]
    features: BTreeSet<String>,
}

fn yes() -> bool {
    true
}

impl Stated {
    fn detailed(&self) -> Detailed {
        match self {
            Self::Detailed(detailed) => detailed.clone(),
            Self::Version(version) => Detailed {
                version: version.clone(),
                path: None,
                default_features: true,
                features: BTreeSet::new(),
            },
        }
    }
}
