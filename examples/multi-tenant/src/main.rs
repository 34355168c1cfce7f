//! One server for many tenants, whose secrets are in SQLite and are rotated by commands while it runs. `README.md`
//! says how it is run.

mod args;
mod commands;
mod config;
mod hooks;
mod providers;
mod secret;
mod store;
mod tenant;

use std::process::ExitCode;

use crate::config::Config;

fn main() -> ExitCode {
    let args = args::read();
    logs::init();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(message) => {
            eprintln!("multi-tenant: {message}");
            return ExitCode::from(2);
        }
    };
    match commands::run(args.command, &config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if commands::is_closed_output(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("multi-tenant: {error}");
            ExitCode::FAILURE
        }
    }
}
