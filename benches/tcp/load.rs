//! The load generator: `wrk`, on a core of its own, with a script that makes the requests and says the numbers.

use std::io::Write;
use std::process::Command;

use countersign_benches::ways::github;
use tempfile::NamedTempFile;

const CORE: &str = "1";
const CONNECTIONS: &str = "64";

/// What one run came to; the latencies in milliseconds.
pub(crate) struct Measured {
    pub(crate) rate: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// A script that sends a body of that many bytes, signed, again and again.
pub(crate) struct Signed(NamedTempFile);

impl Signed {
    pub(crate) fn new(size: usize) -> Self {
        let genuine = github::case(size).genuine;
        let signature = genuine.headers().get("x-hub-signature-256").expect("it is signed");
        let signature = signature.to_str().expect("text");
        let body = str::from_utf8(genuine.body()).expect("text");
        let script = format!(
            r#"
wrk.method = "POST"
wrk.body = [==[{body}]==]
wrk.headers["X-Hub-Signature-256"] = "{signature}"

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    print("measured", summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed)
end
"#
        );
        let mut file = NamedTempFile::with_suffix(".lua").expect("a file");
        file.write_all(script.as_bytes()).expect("a script");
        Self(file)
    }
}

/// Sends for so many seconds. Every request has to be answered with 200.
pub(crate) fn run(request: &Signed, url: &str, seconds: u64) -> Measured {
    let output = Command::new("taskset")
        .args(["-c", CORE, "wrk", "--threads", "1", "--connections", CONNECTIONS])
        .args(["--duration", &format!("{seconds}s"), "--script"])
        .arg(request.0.path())
        .arg(url)
        .output()
        .expect("taskset and wrk can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let numbers = said.lines().find_map(|line| line.strip_prefix("measured")).expect("the numbers");
    let numbers: Vec<f64> = numbers.split_whitespace().flat_map(str::parse).collect();
    match *numbers.as_slice() {
        [rate, p50, p99, 0.0] if rate > 0.0 => Measured { rate, p50, p99 },
        _ => panic!("not all of it was answered with 200:\n{said}"),
    }
}
