//! What README, docs and the pages of the examples say: every block of code is compiled, read or run, every link leads
//! somewhere, and every table has a row for each provider.
//!
//! Blocks of Rust are doctests: see `support/doctests.rs`. Commands are run as they stand, but for three things: `cargo run`
//! starts what the tests have built, the ports become free ones, and a server ends when its page does. A block that cannot be
//! run has `<!-- not run: why -->` in front of it.

mod blocks;
mod console;
mod examples;
mod links;
mod markdown;
mod observability;
mod pages;
mod shell;
mod tables;
