//! Starts this program again in Valgrind, and reads what was counted.

use std::env::consts;
use std::path::Path;
use std::process::Command;

use crate::callgrind::callgrind;

/// The arguments with which it is started again.
pub(crate) const SEND: &str = "send";
pub(crate) const FEATURES: &str = "features";

/// How many requests the two runs have between which the difference is taken.
const FEW: u64 = 1000;
const MANY: u64 = 3000;

/// The instructions of one request.
pub(crate) fn count(variant: &str, size: usize) -> u64 {
    let [few, many] = [FEW, MANY].map(|times| total(variant, size, times));
    (many - few) / (MANY - FEW)
}

fn total(variant: &str, size: usize, times: u64) -> u64 {
    let (_, said) = run(&[SEND, variant, &size.to_string(), &times.to_string()]);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let (_, collected) = collected.expect("valgrind says what it collected");
    collected.trim().parse().expect("a number")
}

fn run(arguments: &[&str]) -> (String, String) {
    callgrind(arguments, Path::new("/dev/null"))
}

/// What the counts depend on, a line each.
pub(crate) fn made_with() -> String {
    let (features, _) = run(&[FEATURES]);
    [first_line("rustc"), first_line("valgrind"), first_line("ldd"), features.trim().to_owned()]
        .join("\n")
}

fn first_line(tool: &str) -> String {
    let output =
        Command::new(tool).arg("--version").output().expect("a tool that says its version");
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}

/// Prints which features the processor has, inside of Valgrind: of those that some code looks for when it runs.
pub(crate) fn print_features() {
    println!("{} with {}", consts::ARCH, features().join(" "));
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let features = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("bmi2", is_x86_feature_detected!("bmi2")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("sha", is_x86_feature_detected!("sha")),
    ];
    features.into_iter().filter_map(|(name, has)| has.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    Vec::new()
}
