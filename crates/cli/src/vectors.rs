//! Conformance vectors: files of requests with the verdict that each has to get.
//!
//! A file is `{"provider": NAME, "vectors": [...]}`; `tests/vectors/` has some. Reading is strict:
//! what is not known, missing, there twice or of another kind is an error that names the file and
//! the vector, because a vector that is silently skipped proves nothing.

mod file;

use std::fmt::{self, Debug, Formatter};

use bytes::Bytes;
use countersign::Timestamp;
use http::Request;

use crate::registry::{Accepted, Provider, Settings};

pub use self::file::{VectorError, read};
pub(crate) use self::file::{read_one, without_values};

/// One vector, ready to be run.
pub struct Vector {
    /// What it is called.
    pub name: String,
    /// Why its verdict is right.
    pub why: String,
    provider: &'static dyn Provider,
    settings: Settings,
    request: Request<Bytes>,
    now: Timestamp,
    expect: Expect,
    hidden: Vec<String>,
}

impl Debug for Vector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vector")
            .field("name", &self.name)
            .field("provider", &self.provider.facts().name)
            .field("expect", &self.expect)
            .finish_non_exhaustive()
    }
}

/// The verdict that a vector has to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// The request is genuine.
    Accept,
    /// It is refused.
    Reject,
    /// The verifier cannot even be built.
    ConfigError,
}

impl Expect {
    /// As it is written in a file.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::ConfigError => "config_error",
        }
    }
}

/// A vector whose verdict is not the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What was expected.
    pub expected: Expect,
    /// What came out.
    pub got: Expect,
    /// Why it came out.
    pub reason: String,
}

impl Vector {
    /// Runs the request through the verifier.
    ///
    /// # Errors
    ///
    /// When the verdict is not the expected one, or the handler would see what is not signed.
    pub fn run(&self) -> Result<(), Disagreement> {
        let (got, reason, body) = self.verdict();
        let disagree = |reason| Disagreement { expected: self.expect, got, reason };
        if got != self.expect {
            return Err(disagree(reason));
        }
        let fields = form_urlencoded::parse(&body).map(|(name, _)| name);
        match fields.into_iter().find(|name| self.hidden.iter().any(|hidden| hidden == name)) {
            Some(seen) => Err(disagree(format!("the handler sees the unsigned field `{seen}`"))),
            None => Ok(()),
        }
    }

    /// Its provider, configuration, request and time, for who asks why it is refused.
    pub(crate) fn into_parts(self) -> (&'static dyn Provider, Settings, Request<Bytes>, Timestamp) {
        (self.provider, self.settings, self.request, self.now)
    }

    fn verdict(&self) -> (Expect, String, Bytes) {
        let verifier = match self.provider.verifier(&self.settings) {
            Ok(verifier) => verifier,
            Err(error) => return (Expect::ConfigError, error.to_string(), Bytes::new()),
        };
        match verifier.verify(self.request.clone(), self.now) {
            Ok(Accepted::Genuine(genuine)) => {
                (Expect::Accept, "it is genuine".to_owned(), genuine.body)
            }
            Ok(Accepted::Answer(answer)) => {
                let reason = format!("it is a handshake, answered with {}", answer.status());
                (Expect::Accept, reason, Bytes::new())
            }
            Err(error) => (Expect::Reject, error.reason().to_string(), Bytes::new()),
        }
    }
}
