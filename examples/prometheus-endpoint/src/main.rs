//! A server for GitHub's webhooks that says how it fares, to Prometheus. `README.md` says how it is run.

mod config;
mod metrics;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use countersign::github::Event;
use countersign::{GitHub, GitHubVerify, MemoryReplay, ReloadedKeys, Replay, Verified};
use tower::ServiceBuilder;
use tower_http::timeout::RequestBodyDeadlineLayer;

use crate::config::Config;

/// GitHub signs no time, so a captured request is good for as long as the secret is. It is remembered for a week: change
/// the secret sooner than that.
const RETENTION: Duration = Duration::from_secs(7 * 24 * 3600);

/// How many events are remembered.
const EVENTS: usize = 300_000;

/// How long the body of an event may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// How long a request that has begun may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(15);

#[tokio::main]
async fn main() -> ExitCode {
    logs::init();
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("prometheus-endpoint: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn start() -> Result<(), Box<dyn Error>> {
    let config = Config::from_env()?;
    let recorded = metrics::record()?;
    let keys = ReloadedKeys::from_files(GitHub, &config.secret_files)?;
    let replay = Replay::new(MemoryReplay::with_capacity(EVENTS)).retention(RETENTION);
    let verify = GitHubVerify::with_keys(GitHub, keys).try_replay(replay)?;
    let layers = ServiceBuilder::new()
        // Outside of the verification, which reads the body: nobody has signed anything yet.
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(verify);
    let app = Router::new().route("/github", post(on_event).route_layer(layers));
    metrics::serve(recorded, config.metrics_port).await?;
    Ok(serving::serve(app, (config.host, config.port), GRACE).await?)
}

/// Once for each event.
async fn on_event(Verified(event): Verified<Event>) -> String {
    let action = event.action.unwrap_or_default();
    tracing::info!(action, "handled");
    format!("handled {action}\n")
}
