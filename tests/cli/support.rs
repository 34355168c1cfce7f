//! Runs the command, and stands in for a server.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use countersign_cli::capture;
use countersign_tests::process::program;
use http::Request;
use tempfile::TempDir;

/// No output of any run may hold it.
pub(crate) const SECRET: &str = "s3cr3t-that-is-never-shown";

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.out).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Exit 2, nothing on standard output, and one line that names the thing.
    #[track_caller]
    pub(crate) fn is_one_error_naming(&self, thing: &str) {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.text(), "");
        assert!(self.err.starts_with("error: "), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.contains(thing), "{self:?} does not name {thing}");
    }
}

/// Runs `countersign` with the secret in the variable `SECRET`.
pub(crate) fn countersign(args: &[&str]) -> Run {
    countersign_with(args, b"")
}

/// The same, with something on standard input.
pub(crate) fn countersign_with(args: &[&str], input: &[u8]) -> Run {
    let mut command = Command::new(program("countersign"));
    command.args(args).env("SECRET", SECRET).env("EMPTY", "");
    run(command, input)
}

#[track_caller]
pub(crate) fn run(mut command: Command, input: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A command that does not read its input closes the pipe.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let (out, err) = (output.stdout, String::from_utf8(output.stderr).unwrap());
    for shown in [&*out, err.as_bytes()] {
        let seen = shown.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!seen, "the secret is shown: {}", String::from_utf8_lossy(shown));
    }
    let code = output.status.code().unwrap_or_else(|| panic!("{:?}: {err}", output.status));
    assert_ne!(code, 101, "it panicked: {err}");
    Run { code, out, err }
}

/// Files that are gone after the test.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// A server for one request: it answers 202, and returns what it got, byte for byte.
pub(crate) fn one_request() -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut got, mut piece) = (Vec::new(), [0; 4096]);
        while capture::parse(&got).is_err() {
            let length = stream.read(&mut piece).unwrap();
            assert_ne!(length, 0, "{:?}", String::from_utf8_lossy(&got));
            got.extend_from_slice(&piece[..length]);
        }
        let answer = "HTTP/1.1 202 Accepted\r\nX-Answer: yes\r\nContent-Length: 5\r\n\r\nthere";
        stream.write_all(answer.as_bytes()).unwrap();
        got
    });
    (port, server)
}

/// A request in a form that can be compared: curl orders the headers as it likes.
pub(crate) fn parts(wire: &[u8]) -> (String, Vec<String>, Bytes) {
    let request: Request<Bytes> = capture::parse(wire).unwrap();
    let mut headers: Vec<_> =
        request.headers().iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    (format!("{} {}", request.method(), request.uri()), headers, request.into_body())
}
