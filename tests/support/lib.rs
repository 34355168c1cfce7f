//! What the tests share.

pub mod process;
pub mod webex;
