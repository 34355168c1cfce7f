//! JetBrains Space.

mod app;
mod install;
mod keys;
mod payloads;
mod schemes;
