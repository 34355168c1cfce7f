//! JetBrains Space.

mod app;
mod install;
mod keys;
