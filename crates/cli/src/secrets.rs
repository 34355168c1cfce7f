//! Reads secrets, from where other users do not see them.

use std::path::PathBuf;

use clap::Args;
use countersign::Secret;

use crate::failure::Failure;

/// Where the secrets are.
#[derive(Args, Debug)]
pub(crate) struct SecretArgs {
    /// The environment variable that holds the secret
    #[arg(long, value_name = "VAR")]
    secret_env: Vec<String>,
    /// The file that holds the secret; one line end after it is not part of it
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
}

/// Where secrets are that are not configured.
#[derive(Args, Debug)]
pub(crate) struct OtherSecretArgs {
    /// The environment variable that holds another secret, which may have signed
    #[arg(long, value_name = "VAR")]
    other_secret_env: Vec<String>,
    /// The file that holds another secret, which may have signed
    #[arg(long, value_name = "FILE")]
    other_secret_file: Vec<PathBuf>,
}

impl OtherSecretArgs {
    /// All of them, in the order of [`SecretArgs::read`].
    pub(crate) fn read(&self) -> Result<Vec<Secret>, Failure> {
        read(&self.other_secret_env, &self.other_secret_file)
    }
}

impl SecretArgs {
    /// All secrets: those of the environment, then those of files, each in the order given.
    pub(crate) fn read(&self) -> Result<Vec<Secret>, Failure> {
        read(&self.secret_env, &self.secret_file)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.secret_env.is_empty() && self.secret_file.is_empty()
    }

    /// The one secret to sign with.
    pub(crate) fn read_one(&self) -> Result<Secret, Failure> {
        if self.secret_env.len() + self.secret_file.len() > 1 {
            return Err(Failure::new("one secret signs; --secret-env or --secret-file, once"));
        }
        self.read()?.pop().ok_or_else(none)
    }
}

pub(crate) fn none() -> Failure {
    Failure::new("no secret: give --secret-env VAR or --secret-file FILE")
}

fn read(env: &[String], files: &[PathBuf]) -> Result<Vec<Secret>, Failure> {
    let env = env.iter().map(|name| from_env(name));
    env.chain(files.iter().map(|path| Ok(Secret::from_file(path)?))).collect()
}

/// The error names the variable only where that looks like the name of one: who writes `"$VAR"` for `VAR` gives
/// us the secret itself, which is not to be repeated.
fn from_env(name: &str) -> Result<Secret, Failure> {
    Secret::from_env(name).map_err(|error| {
        if looks_like_a_name(name) {
            error.into()
        } else {
            Failure::new(
                "the environment variable that --secret-env names holds no secret: give the name of \
                 one that does, VAR and not \"$VAR\"",
            )
        }
    })
}

fn looks_like_a_name(name: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|char: char| !char.is_ascii_digit())
        && name.bytes().all(usual)
        && (name.contains('_') || name.len() <= LONGEST_WORD)
}

/// No secret that is worth the name is as short, and few names of a single word are longer.
const LONGEST_WORD: usize = 10;
