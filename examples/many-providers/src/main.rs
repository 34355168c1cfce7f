//! One server with a route for each provider. `README.md` says how it is run.

mod config;
mod hooks;

use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;

use crate::config::Config;

/// How long a request that has begun may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> ExitCode {
    logs::init();
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
