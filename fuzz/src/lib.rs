//! What has to hold of whatever strangers send: a check for each reader of it, and one for the whole layer.
//!
//! Each check takes bytes that libFuzzer made up, and panics where something does not hold that has to. The
//! targets in `bin/` hand them over. What is read here a second time, to compare, is written from the wire
//! formats and shares no code with the library but hash functions and readers of others.
#![forbid(unsafe_code)]

pub mod capture;
pub mod form;
pub mod inspect;
pub mod json;
pub mod keys;
mod large;
pub mod layer;
pub mod link;
mod schemes;
pub mod time;
mod wire;

pub use self::large::large;

// What the tests have of bodies and services: taken from where it is, since their crate brings all else that tests
// need, which would be built anew here.
#[path = "../../tests/support/script.rs"]
pub mod script;
#[path = "../../tests/support/spy.rs"]
pub mod spy;
