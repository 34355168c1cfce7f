//! Hostile clients over TCP, against three of the examples as processes: one whose body is hashed as
//! it arrives, one whose body is a form, one that signs a time. What each case is measured by is in `attack.rs`.
//!
//! `cargo test -p countersign-tests -- hostile:: --nocapture` prints the figures.

mod attack;
mod bodies;
mod connections;
mod frames;
mod framing;
mod heads;
mod http2;
mod target;
mod wire;
