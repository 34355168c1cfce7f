//! The command line, run as a process.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that stops has failed"
)]

mod capture;
mod demo;
mod docs;
mod made_up;
mod providers;
mod sign;
mod support;
mod vectors;
mod verify;
