//! Keys that are asked for at a Space server.

mod api;
mod install;
mod keys;

pub use self::install::{Installed, Installer};
pub use self::keys::SpaceKeys;
