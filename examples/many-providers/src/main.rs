//! One server with a route for each provider, so that it can be seen how they are put together. Take what you
//! need from `hooks.rs`; a route is mounted where its key is in the environment.
//!
//! ```sh
//! GITHUB_KEY=.. STRIPE_KEY=.. cargo run -p many-providers
//! ```
//!
//! | variable | |
//! |---|---|
//! | `NAME_KEY` | what the provider shows: a secret, a token or a public key. `NAME` is that of the route, so `STANDARD_WEBHOOKS_KEY` is for `/standard-webhooks` |
//! | `META_VERIFY_TOKEN` | what Meta sends with the challenge when a subscription is made |
//! | `EXTERNAL_URL` | where providers reach the server, `http://localhost:3000` by default: some sign it |
//! | `HOST`, `PORT` | `127.0.0.1` and `3000` by default; port `0` is any free one |
//! | `RUST_LOG` | what is logged, `info` by default; `countersign=debug` says why a request was refused |

mod config;
mod hooks;

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;
use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// How long a request that has begun may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let (app, config) = match configured() {
        Ok(configured) => configured,
        Err(message) => {
            eprintln!("many-providers: {message}");
            return ExitCode::from(2);
        }
    };
    match serving::serve(app, (config.host, config.port), GRACE).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("many-providers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn configured() -> Result<(Router, Config), String> {
    let config = Config::from_env()?;
    Ok((layered(hooks::routes(&config)?), config))
}

fn layered(app: Router) -> Router {
    // A client that drips its body is cut off; outside of the layers that read it.
    app.layer(RequestBodyDeadlineLayer::new(Duration::from_secs(10)))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(30),
        ))
        .layer(TraceLayer::new_for_http())
}
