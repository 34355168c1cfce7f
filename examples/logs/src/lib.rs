//! How the examples log: to stderr, with colour where somebody looks at it and without where it is a file or a pipe.
//! One file, to be a module of yours: `countersign new` writes it so.

use std::io;

use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::EnvFilter;

/// Begins to log what `RUST_LOG` asks for, and `info` where it asks for nothing.
///
/// # Panics
///
/// When it was called before.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Asks the terminal, and `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`.
    let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colour)
        .with_writer(io::stderr)
        .init();
}
