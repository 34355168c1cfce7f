//! What ends a command with exit code 2.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;

use countersign::ConfigError;

/// A command that could not do its work: one clear line that names the thing.
///
/// It never holds a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The usage, the configuration or the input is at fault.
    Usage(String),
    /// The output could not be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }
}

/// Who reads our output may have seen enough, as `head` has: what was found stands all the same.
pub(crate) fn unless_closed(written: Result<(), Failure>) -> Result<(), Failure> {
    match written {
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            // One line, whatever a file name or a vector's name holds.
            Self::Usage(message) => message.chars().try_for_each(|char| match char {
                char if char.is_control() => write!(f, "{}", char.escape_default()),
                char => write!(f, "{char}"),
            }),
            Self::Output(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}

impl Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(error.to_string())
    }
}
