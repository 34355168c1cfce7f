//! What the tests share.

pub mod acme;
pub mod conformance;
pub mod flips;
pub mod form_server;
pub mod key_pair;
pub mod logs;
pub mod process;
pub mod python;
pub mod redis;
pub mod rsa;
pub mod script;
pub mod server;
pub mod space;
pub mod spy;
pub mod webex;

#[cfg(doctest)]
mod doctests;
