//! How the examples log: to stderr, with colour where somebody looks at it and without where it is a file or a pipe.
//! One file, to be a module of yours: `countersign new` writes it so.

use std::io;

use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Begins to log what `RUST_LOG` asks for, and `info` where it is empty or not there. What is no filter in it is said on
/// stderr, and passed over.
///
/// # Panics
///
/// When it was called before.
pub fn init() {
    let filter =
        EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    // Asks the terminal, and `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`.
    let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colour)
        .with_writer(io::stderr)
        .init();
}
