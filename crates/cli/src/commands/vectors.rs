//! `countersign vectors run`

use std::io::Write;
use std::process::ExitCode;

use super::{code, read};
use crate::args::VectorsRun;
use crate::failure::{Failure, unless_closed};
use crate::vectors;

const LIMIT: usize = 256 * 1024 * 1024;

pub(super) fn run(args: &VectorsRun) -> Result<ExitCode, Failure> {
    // All files are read before any is run: what cannot be run must not look like a result.
    let mut files = Vec::new();
    for path in &args.files {
        let text = read(path, "vector file", LIMIT)?;
        let vectors = vectors::read(&text)
            .map_err(|error| Failure::new(format!("vector file {}: {error}", path.display())))?;
        files.push((path, vectors));
    }
    let mut report = String::new();
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for (path, vectors) in files {
        for vector in vectors {
            let Err(disagreement) = vector.run() else {
                passed = passed.saturating_add(1);
                continue;
            };
            failed = failed.saturating_add(1);
            let (expected, got) = (disagreement.expected.code(), disagreement.got.code());
            report += &format!("{}: {}\n", path.display(), vector.name);
            if !vector.why.is_empty() {
                report += &format!("  why: {}\n", vector.why);
            }
            report += &format!("  expected {expected}, got {got}: {}\n", disagreement.reason);
        }
    }
    report += &format!("{passed} passed, {failed} failed\n");
    unless_closed(print(&report))?;
    Ok(code(failed == 0))
}

fn print(report: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(report.as_bytes())?;
    out.flush()?;
    Ok(())
}
