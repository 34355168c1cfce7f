//! One server for the webhooks of many tenants. Their secrets are in an SQLite database, and are rotated by
//! commands of the same program while the server runs. Copy it and change `hooks.rs`.
//!
//! ```sh
//! cargo run -p multi-tenant -- add acme
//! SPARK_SECRET=first cargo run -p multi-tenant -- set acme spark --secret-env SPARK_SECRET
//! cargo run -p multi-tenant -- serve
//! ```
//!
//! To try it without a provider, beside the server:
//!
//! ```sh
//! SPARK_SECRET=first cargo run -p countersign-cli -- sign spark --secret-env SPARK_SECRET \
//!     --url http://127.0.0.1:3000/hooks/acme/spark --send
//! ```
//!
//! To rotate a secret without refusing one genuine request:
//!
//! ```sh
//! NEW_SECRET=second cargo run -p multi-tenant -- rotate acme spark --secret-env NEW_SECRET
//! # Now the new secret goes to the provider. When it signs with that:
//! cargo run -p multi-tenant -- drop-old acme spark
//! cargo run -p multi-tenant -- list
//! ```
//!
//! A server goes by a change within one second, and the command that made it waits for that long: what was
//! dropped is refused when `drop-old` has ended. Until then the log says (`not the newest key matched`) when
//! a provider still signs with an old secret.
//!
//! | variable | |
//! |---|---|
//! | `DATABASE` | the file, `tenants.db` by default; `serve` and `add` create it |
//! | `EXTERNAL_URL` | what stands before `/hooks/..` in the URLs that are entered at Meya, which signs them; `http://127.0.0.1:3000` by default |
//! | `HOST`, `PORT` | `127.0.0.1` and `3000` by default; port `0` is any free one |
//! | `RUST_LOG` | what is logged, `info` by default; `countersign=debug` says why one was refused |
//!
//! A secret comes from standard input, `--secret-file` or `--secret-env`. For `space-public-key` it is one
//! key as a JWK: a member of `keys` in what Space publishes.
//!
//! The secrets stand in the database as they are, since an HMAC is made of them: whoever reads the file or
//! a copy of it can sign. Its mode is 0600, and what was deleted is overwritten.

mod args;
mod commands;
mod config;
mod hooks;
mod providers;
mod secret;
mod store;
mod tenant;

use std::io;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use crate::config::Config;

fn main() -> ExitCode {
    let args = args::read();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
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
