//! The command line, run as a process.

mod capture;
mod demo;
mod providers;
mod sign;
mod support;
mod vectors;
mod verify;
