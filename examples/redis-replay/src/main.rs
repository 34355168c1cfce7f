//! A server that handles each webhook once, however many of it run: what was handled is remembered in Redis.
//! `README.md` says how it is run.

mod config;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use countersign::redis::RedisOptions;
use countersign::spark::Event;
use countersign::{Replay, SparkVerify, Verified};
use tower::ServiceBuilder;
use tower_http::timeout::RequestBodyDeadlineLayer;

use crate::config::Config;

/// Webex signs no time, so a captured request is good for as long as the secret is. It is remembered
/// for a month: change the secret sooner than that, and nothing can be replayed.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long the body of an event may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// How long a request that has begun may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(15);

#[tokio::main]
async fn main() -> ExitCode {
    logs::init();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(message) => {
            eprintln!("redis-replay: {message}");
            return ExitCode::from(2);
        }
    };
    match start(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("redis-replay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn start(config: Config) -> Result<(), Box<dyn Error>> {
    let mut options = RedisOptions::default();
    if let Some(timeout) = config.timeout {
        options = options.timeout(timeout);
    }
    let store = options.connect(&config.redis).await?;
    let replay =
        Replay::new(store).mode(config.mode).duplicates(config.duplicates).retention(RETENTION);
    let verify = SparkVerify::try_new(config.secret.as_str())?.try_replay(replay)?;
    let layers = ServiceBuilder::new()
        // Outside of the verification, which reads the body: nobody has signed anything yet.
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(verify);
    let app = Router::new().route("/spark", post(on_event).route_layer(layers));
    Ok(serving::serve(app, (config.host, config.port), GRACE).await?)
}

/// Once for each event, on one of the servers. A 5xx from here would let a retry be handled.
async fn on_event(Verified(event): Verified<Event>) -> String {
    tracing::info!(id = event.id, "handled");
    format!("handled {}\n", event.id)
}
