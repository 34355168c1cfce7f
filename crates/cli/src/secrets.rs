//! Reads secrets, from where other users do not see them.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// No secret, key or certificate is larger; a wrong file often is.
const LIMIT: u64 = 1024 * 1024;

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
    pub(crate) fn read(&self) -> Result<Vec<Zeroizing<Vec<u8>>>, Failure> {
        read(&self.other_secret_env, &self.other_secret_file)
    }
}

fn read(env: &[String], files: &[PathBuf]) -> Result<Vec<Zeroizing<Vec<u8>>>, Failure> {
    let env = env.iter().map(|name| from_env(name));
    env.chain(files.iter().map(|path| from_file(path))).collect()
}

impl SecretArgs {
    /// All secrets: those of the environment, then those of files, each in the order given.
    pub(crate) fn read(&self) -> Result<Vec<Zeroizing<Vec<u8>>>, Failure> {
        read(&self.secret_env, &self.secret_file)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.secret_env.is_empty() && self.secret_file.is_empty()
    }

    /// The one secret to sign with.
    pub(crate) fn read_one(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if self.secret_env.len() + self.secret_file.len() > 1 {
            return Err(Failure::new("one secret signs; --secret-env or --secret-file, once"));
        }
        self.read()?.pop().ok_or_else(none)
    }
}

pub(crate) fn none() -> Failure {
    Failure::new("no secret: give --secret-env VAR or --secret-file FILE")
}

fn from_env(name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // `var_os` panics on some names on some systems.
    let sound = !name.is_empty() && !name.contains(['=', '\0']);
    let value = sound
        .then(|| env::var_os(name))
        .flatten()
        .ok_or_else(|| Failure::new(format!("{} is not set", shown(name))))?;
    if value.is_empty() {
        return Err(Failure::new(format!("environment variable {name} is empty")));
    }
    Ok(Zeroizing::new(value.into_encoded_bytes()))
}

/// The variable, by its name where that looks like one: who writes `"$VAR"` for `VAR` gives us the
/// secret itself, which is not to be repeated.
fn shown(name: &str) -> String {
    let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_name = name.starts_with(|char: char| !char.is_ascii_digit())
        && name.bytes().all(usual)
        && (name.contains('_') || name.len() <= LONGEST_WORD);
    if is_name {
        format!("environment variable {name}")
    } else {
        "the environment variable that --secret-env names (VAR, not \"$VAR\")".to_owned()
    }
}

/// No secret that is worth the name is as short, and few names of a single word are longer.
const LONGEST_WORD: usize = 10;

fn from_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |why: &str| Failure::new(format!("secret file {} {why}", path.display()));
    let mut secret = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(LIMIT + 1).read_to_end(&mut secret))
        .map_err(|error| failed(&format!("cannot be read: {error}")))?;
    if secret.len() as u64 > LIMIT {
        return Err(failed("has more than 1 MiB"));
    }
    // One line end, as every editor adds it; not more, since a secret may end in white space.
    if secret.last() == Some(&b'\n') {
        secret.pop();
        if secret.last() == Some(&b'\r') {
            secret.pop();
        }
    }
    if secret.is_empty() {
        return Err(failed("is empty"));
    }
    Ok(secret)
}
