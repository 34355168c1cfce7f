//! The integration tests of countersign, in one binary: see `Cargo.toml` for the reason.

mod cli;
