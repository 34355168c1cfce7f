//! A vendor's package, asked over a pipe.

use std::fmt::{self, Display, Formatter};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

/// What the package is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Node,
    Python,
}

impl Display for Language {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Node => "the package for Node",
            Self::Python => "the package for Python",
        })
    }
}

pub(super) struct Oracle {
    process: Child,
    asked: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    file: &'static str,
}

/// What is asked about.
pub(super) struct Question<'a> {
    pub(super) request: &'a Request<Bytes>,
    /// The URL that the request was sent to.
    pub(super) url: &'a str,
    /// What the vendor's user configures: a secret, or a public key.
    pub(super) key: &'a str,
    /// What the vendor signs with; the key itself, unless that is a public one.
    pub(super) signing: &'a str,
}

impl Oracle {
    pub(super) fn start(language: Language, file: &'static str) -> Self {
        let mut process = command(language)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the packages are there: scripts/test --oracles installs them");
        let asked = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        Self { process, asked, answers, file }
    }

    /// Whether the package takes it for genuine.
    pub(super) fn verify(&mut self, question: &Question<'_>) -> Verdict {
        let answer = self.ask("verify", question);
        Verdict {
            genuine: answer["genuine"].as_bool().expect("a verdict"),
            why: answer["why"].as_str().unwrap_or("it says no").to_owned(),
        }
    }

    /// The headers that the package signs with, if it can sign.
    pub(super) fn sign(&mut self, question: &Question<'_>) -> Option<Map<String, Value>> {
        self.ask("sign", question)["headers"].as_object().cloned()
    }

    fn ask(&mut self, task: &str, question: &Question<'_>) -> Value {
        let Question { request, url, key, signing } = question;
        let headers: Map<String, Value> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().expect("a text").into()))
            .collect();
        let question = json!({
            "vendor": self.file,
            "task": task,
            "request": {
                "method": request.method().as_str(),
                "url": url,
                "headers": headers,
                "body": BASE64_STANDARD.encode(request.body()),
                "key": key,
                "signing": signing,
            },
        });
        writeln!(self.asked, "{question}").expect("it listens");
        let answer = self.answers.next().expect("it answers").expect("a line");
        serde_json::from_str(&answer).expect("JSON")
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A verdict of a package, and what it says about a refusal.
pub(super) struct Verdict {
    pub(super) genuine: bool,
    pub(super) why: String,
}

/// The packages are in an ignored folder. Node finds them beside the links that it was started by.
fn command(language: Language) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracles");
    let program = |name: &str| -> PathBuf { folder.join("venv/bin").join(name) };
    match language {
        Language::Node => {
            let mut command = Command::new(program("node"));
            command.args(["--preserve-symlinks", "--preserve-symlinks-main", "oracle.mjs"]);
            command.current_dir(folder);
            command
        }
        Language::Python => {
            let mut command = Command::new(program("python"));
            command.arg("../vendors/oracle.py").current_dir(folder);
            command
        }
    }
}
