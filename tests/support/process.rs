//! Finds the programs of this workspace, so that a test can run them as processes.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The path of a binary of this workspace. All of them are built at the first call, with the
/// profile and into the target folder of the running test.
///
/// # Panics
///
/// When they do not build.
#[must_use]
#[expect(clippy::expect_used, clippy::panic, reason = "only tests call it")]
pub fn binary(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        // target/PROFILE/deps/all-0123456789abcdef
        let test = env::current_exe().expect("a test knows where it is");
        let folder = test.ancestors().nth(2).expect("a test is in a folder of its profile");
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(other) => other,
        };
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // What cargo told this test of its package would be news to build scripts (ring's looks at
        // it), and half of the workspace would be built again, in turns.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        let status = cargo
            .args(["build", "--quiet", "--workspace", "--bins", "--profile", profile])
            .arg("--target-dir")
            .arg(folder.parent().expect("a profile is in the target folder"))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .status()
            .expect("cargo starts");
        if !status.success() {
            panic!("the programs of the workspace do not build");
        }
        folder.to_owned()
    });
    folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
