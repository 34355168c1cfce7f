//! `countersign vectors run`

use std::io::Write;
use std::process::ExitCode;

use super::{code, read};
use crate::args::VectorsRun;
use crate::failure::Failure;
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
    let mut out = anstream::stdout().lock();
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for (path, vectors) in files {
        for vector in vectors {
            let Err(disagreement) = vector.run() else {
                passed = passed.saturating_add(1);
                continue;
            };
            failed = failed.saturating_add(1);
            let (expected, got) = (disagreement.expected.code(), disagreement.got.code());
            writeln!(out, "{}: {}", path.display(), vector.name)?;
            if !vector.why.is_empty() {
                writeln!(out, "  why: {}", vector.why)?;
            }
            writeln!(out, "  expected {expected}, got {got}: {}", disagreement.reason)?;
        }
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    out.flush()?;
    Ok(code(failed == 0))
}
