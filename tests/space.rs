//! JetBrains Space.

mod payloads;
mod schemes;
