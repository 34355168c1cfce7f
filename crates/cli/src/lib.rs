//! The command line `countersign`, and what it is made of.
//!
//! It stands on the [`registry`]: everything a provider needs to be listed, signed, verified, explained,
//! run against conformance vectors and shown in the demo is one entry there. The readers of what comes
//! from outside are total: [`capture`] for one HTTP/1.1 request, [`input`] for whatever else one may be
//! captured with, [`vectors`] for conformance files.
//!
//! The binary is `countersign`; `docs/cli.md` shows every command.

mod args;
pub mod capture;
mod client;
mod commands;
mod curl;
pub mod demo;
mod draft;
mod examples;
mod failure;
pub mod input;
pub mod registry;
mod secrets;
mod target;
pub mod vectors;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

pub use self::failure::Failure;

/// Reads the arguments of the process and runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    match commands::run(args.command) {
        Ok(code) => code,
        // Who reads our output has seen enough, as `head` does.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            // There is nobody to tell when standard error is gone as well.
            let _ = writeln!(anstream::stderr(), "error: {failure}");
            ExitCode::from(2)
        }
    }
}
