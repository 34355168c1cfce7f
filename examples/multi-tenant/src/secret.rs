//! Reads a secret, from where other users do not see it.

use std::io::{IsTerminal, stdin};

use countersign::{ConfigError, Secret};

use crate::args::SecretArgs;

pub(crate) fn read(args: &SecretArgs) -> Result<Secret, ConfigError> {
    match args {
        SecretArgs { secret_file: Some(path), .. } => Secret::from_file(path),
        // Who writes `"$VAR"` for `VAR` has given the secret itself, which is not to be repeated.
        SecretArgs { secret_env: Some(name), .. } => Secret::from_env(name).map_err(|_| {
            ConfigError::new(
                "the variable that --secret-env names holds no text: give the name of one that \
                 does, VAR and not \"$VAR\"",
            )
        }),
        _ if stdin().is_terminal() => Err(ConfigError::new(
            "a terminal would show the secret: pipe it in, or give --secret-file or --secret-env",
        )),
        _ => Secret::from_reader(stdin().lock())
            .map_err(|error| ConfigError::new(format!("standard input: {error}"))),
    }
}
