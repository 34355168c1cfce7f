//! The command line, run as a process.

mod capture;
mod demo;
mod explain;
mod made_up;
mod new;
mod providers;
mod sign;
mod support;
mod vectors;
mod verify;
