//! What the examples read in the environment: one way to read a variable, and one form for what is wrong with it. What
//! `countersign new` writes has this one file as a module.
//!
//! An empty variable is as good as none. No error shows a value: it may be a secret.

#![allow(dead_code, reason = "as a module of one program, not all of it is needed")]

use std::env::{self, VarError};
use std::fmt::Display;
use std::str::FromStr;

/// The variable, or else the default. `what` is what it has to be.
///
/// # Errors
///
/// When it is something else; the error names the variable.
pub fn parsed<T: FromStr<Err: Display>>(
    name: &str,
    default: &str,
    what: &str,
) -> Result<T, String> {
    read(name, optional(name)?.as_deref().unwrap_or(default), what)
}

/// The variable, if it is there. `what` is what it has to be.
///
/// # Errors
///
/// When it is something else; the error names the variable.
pub fn given<T: FromStr<Err: Display>>(name: &str, what: &str) -> Result<Option<T>, String> {
    optional(name)?.map(|text| read(name, &text, what)).transpose()
}

/// The variable, which has to be there. `what` is what it is to be set to.
///
/// # Errors
///
/// When it is not there, or not UTF-8; the error names the variable.
pub fn required(name: &str, what: &str) -> Result<String, String> {
    optional(name)?.ok_or_else(|| format!("{name} is not set: set it to {what}"))
}

/// The variable, if it is there.
///
/// # Errors
///
/// When it is not UTF-8; the error names the variable.
pub fn optional(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}

fn read<T: FromStr<Err: Display>>(name: &str, text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("{name} has to be {what}: {error}"))
}
