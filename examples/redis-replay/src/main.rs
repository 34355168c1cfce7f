//! A server that handles each webhook once, however many of it run and wherever: what was handled
//! is remembered in Redis. Start one, and two of the server:
//!
//! ```sh
//! redis-server --port 6379 --appendonly yes --appendfsync always --maxmemory-policy noeviction &
//! ```
//!
//! ```sh
//! PORT=3001 SPARK_SECRET=.. cargo run -p redis-replay &
//! PORT=3002 SPARK_SECRET=.. cargo run -p redis-replay &
//! ```
//!
//! The first of these is handled; the second, the same request sent to the other server, gets 401:
//!
//! ```sh
//! echo '{"id":"W","resource":"rooms","event":"created","data":{"id":"R"}}' > event.json
//! for port in 3001 3002; do
//!     SPARK_SECRET=.. cargo run -p countersign-cli -- sign spark --secret-env SPARK_SECRET \
//!         --url http://127.0.0.1:$port/spark --body-file event.json --send
//! done
//! ```
//!
//! | variable | |
//! |---|---|
//! | `SPARK_SECRET` | the secret that the webhook was created with |
//! | `REDIS_URL` | `redis://127.0.0.1/` by default |
//! | `REDIS_TIMEOUT_MS` | how long Redis may take to answer, before a request gets 503: `500` by default |
//! | `PORT` | `3000` by default; `0` is any free one |
//! | `LEASE_SECS` | if it is set, what broke off is handled again after so many seconds: at least once instead of at most once |
//! | `DUPLICATES` | `refuse` (401) by default; `acknowledge` (200) for a provider that retries until it hears that |
//! | `RUST_LOG` | what is logged, `info` by default; `countersign=debug` says why one was refused |

mod config;

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use countersign::redis::RedisOptions;
use countersign::spark::Event;
use countersign::{Replay, SparkVerify, Verified};
use tower::ServiceBuilder;
use tower_http::timeout::RequestBodyDeadlineLayer;
use tracing_subscriber::EnvFilter;

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
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
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
    let verify = SparkVerify::try_new(config.secret.as_str())?.replay(replay).checked()?;
    let layers = ServiceBuilder::new()
        // Outside of the verification, which reads the body: nobody has signed anything yet.
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(verify);
    let app = Router::new().route("/spark", post(on_event).route_layer(layers));
    Ok(serving::serve(app, ("127.0.0.1", config.port), GRACE).await?)
}

/// Once for each event, on one of the servers. A 5xx from here would let a retry be handled.
async fn on_event(Verified(event): Verified<Event>) -> String {
    tracing::info!(id = event.id, "handled");
    format!("handled {}\n", event.id)
}
