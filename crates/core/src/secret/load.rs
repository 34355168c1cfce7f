//! Secrets out of the environment and out of files. Errors name the place and never the value.

use std::env::{self, VarError};
use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::Secret;
use crate::error::ConfigError;

/// No secret, key or certificate is larger; a wrong file often is.
const LIMIT: u64 = 1024 * 1024;

impl Secret {
    /// The secret in an environment variable, as it stands there.
    ///
    /// # Errors
    ///
    /// When the variable is not set, is empty, or is not UTF-8.
    pub fn from_env(name: &str) -> Result<Self, ConfigError> {
        let error = |what: &str| {
            ConfigError::new(format!(
                "the environment variable {name} {what}: set it to the secret that the provider uses"
            ))
        };
        // `env::var` panics on some names on some systems.
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(ConfigError::new("that is no name of an environment variable"));
        }
        match env::var(name) {
            Ok(value) if value.is_empty() => Err(error("is empty")),
            Ok(value) => Self::new(value),
            Err(VarError::NotPresent) => Err(error("is not set")),
            Err(VarError::NotUnicode(_)) => Err(error("is not UTF-8")),
        }
    }

    /// The secret in a file. One line end after it (`\n` or `\r\n`), as editors leave it, is not part
    /// of it; everything else is.
    ///
    /// A file that every user may read is a `tracing` event of level warn.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is larger than 1 MiB, or holds no secret.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let failed = |what: &dyn Display| {
            ConfigError::new(format!("the secret file {}: {what}", path.display()))
        };
        let file = File::open(path).map_err(|error| failed(&error))?;
        warn_if_open_to_all(&file, path);
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        read(file, size).map_err(|error| failed(&error))
    }

    /// The secret that a reader has, such as standard input, to its end. One line end after it is not
    /// part of it, as for [`from_file`](Self::from_file).
    ///
    /// # Errors
    ///
    /// When it cannot be read, has more than 1 MiB, or has no secret.
    pub fn from_reader(reader: impl Read) -> Result<Self, ConfigError> {
        read(reader, LIMIT)
    }
}

/// With room for all of it: a buffer that grows leaves pieces of the secret behind.
fn read(reader: impl Read, size: u64) -> Result<Secret, ConfigError> {
    let size = usize::try_from(size.min(LIMIT)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    reader
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ConfigError::new(error.to_string()))?;
    if bytes.len() as u64 > LIMIT {
        return Err(ConfigError::new("it is larger than 1 MiB; is it the right one?"));
    }
    let secret = without_line_end(&bytes);
    if secret.is_empty() {
        return Err(ConfigError::new("it is empty, so anybody could sign"));
    }
    Secret::new(secret)
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    match bytes {
        [rest @ .., b'\r', b'\n'] | [rest @ .., b'\n'] => rest,
        whole => whole,
    }
}

#[cfg(unix)]
fn warn_if_open_to_all(file: &File, path: &Path) {
    use std::os::unix::fs::PermissionsExt;

    const OTHERS_READ: u32 = 0o004;
    if file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & OTHERS_READ != 0) {
        let path = path.display();
        tracing::warn!(target: "countersign", %path, "every user of the system may read this secret file: chmod o-r");
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_all(_: &File, _: &Path) {}
