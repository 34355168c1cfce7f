//! Starts this program again in Valgrind.

use std::env::current_exe;
use std::path::Path;
use std::process::Command;

/// Makes the C library copy memory by the same code whatever the processor could do besides.
const PLAIN_COPIES: &str = "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-SSE4_1,-SSSE3";

/// What it wrote, and what Valgrind said; what callgrind found goes into the file.
pub(crate) fn callgrind(arguments: &[&str], found: &Path) -> (String, String) {
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", found.display()))
        .arg(current_exe().expect("the path of this program"))
        .args(arguments)
        .env_clear()
        .env("GLIBC_TUNABLES", PLAIN_COPIES)
        .output()
        .expect("valgrind can be started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    (String::from_utf8_lossy(&output.stdout).into_owned(), said)
}
