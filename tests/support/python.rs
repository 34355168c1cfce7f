//! Python, whose standard library ours is compared with.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;

/// What a script of `differential/` answers, a line to each of these lines. `None` where there is no Python, and so
/// nothing to compare with; CI has to have it.
pub fn answers(script: &str, lines: impl Iterator<Item = String> + Send) -> Option<Vec<String>> {
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI has no python3: see scripts/test");
        eprintln!("python3 is missing, so nothing was compared; scripts/test installs it");
        return None;
    }
    let mut child = Command::new("python3")
        .arg(format!("{}/differential/{script}", env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut input = child.stdin.take().expect("its input");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let answers = thread::scope(|scope| {
        scope.spawn(move || {
            for line in lines {
                writeln!(input, "{line}").expect("it reads all");
            }
        });
        output.lines().map(|line| line.expect("a line")).collect()
    });
    assert!(child.wait().expect("it ends").success());
    Some(answers)
}
