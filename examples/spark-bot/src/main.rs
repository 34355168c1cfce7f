//! A Webex bot that answers messages: verified, guarded, in the background. Copy it and change
//! `bot.rs`.
//!
//! ```sh
//! SPARK_SECRET=.. SPARK_BOT_TOKEN=.. SPARK_ALLOWED_ORGS=org,org cargo run -p spark-bot
//! ```
//!
//! To try it without Webex, beside the server:
//!
//! ```sh
//! SPARK_SECRET=.. cargo run -p countersign-cli -- sign spark --secret-env SPARK_SECRET \
//!     --url http://127.0.0.1:3000/spark --send
//! ```
//!
//! | variable | |
//! |---|---|
//! | `SPARK_SECRET` | the secret that the webhook was created with |
//! | `SPARK_BOT_TOKEN` | the bot's access token |
//! | `SPARK_ALLOWED_ORGS` | ids of the organisations whose members may be in a room, by commas |
//! | `SPARK_API` | `https://webexapis.com/v1/` by default |
//! | `HOST`, `PORT` | `127.0.0.1` and `3000` by default; port `0` is any free one |
//! | `BODY_DEADLINE_SECS` | within which the body of a request has to arrive, 10 by default |
//! | `VERDICT_CACHE_SECS` | how long the verdict on a room is kept, 0 (not at all) by default |
//! | `REMEMBER_SECS` | how long an event that was handled is remembered, a week by default |
//! | `RUST_LOG` | what is logged, `info` by default; `countersign=debug` says why one was refused |
//!
//! Send the same event again, and it is refused with 401: nothing in it says when it was signed, so
//! who captured one could otherwise have it answered for as long as the secret is used. The bot
//! remembers what it handled for as long as `REMEMBER_SECS` says and it runs, up to 300,000 events in 23 MB:
//! one every two seconds for a week. Change the secret within that time, and have several servers
//! remember together in Redis, as `examples/redis-replay` does, where a restart must not forget.
//!
//! A webhook for `messages`/`created` makes it answer. Where verdicts are kept, add one for
//! `memberships` (all events), so that it notices at once who joins a room.

mod bot;
mod config;
mod webex;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use countersign::{MemoryReplay, Replay, SparkOrgGuard, SparkVerify};
use tower::ServiceBuilder;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;
use tracing_subscriber::EnvFilter;

use crate::bot::{Bot, on_event};
use crate::config::Config;
use crate::webex::{Error, Webex};

/// How many events are remembered.
const EVENTS: usize = 300_000;

/// How long requests may go on after the signal to stop, and then the work that was begun.
const GRACE: Duration = Duration::from_secs(15);

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let (app, bot, config) = match configured() {
        Ok(configured) => configured,
        Err(message) => {
            eprintln!("spark-bot: {message}");
            return ExitCode::from(2);
        }
    };
    match serve(app, bot, &config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spark-bot: {error}");
            ExitCode::FAILURE
        }
    }
}

fn configured() -> Result<(Router, Arc<Bot>, Config), String> {
    let config = Config::from_env()?;
    // At most once: nobody wants to be answered twice. What the bot sends back with 503 is released,
    // and handled when Webex sends it again. What it has handled is answered at once, so that Webex
    // hardly ever retries it: where a provider does, `Duplicates::Acknowledge` makes it stop.
    let replay = Replay::new(MemoryReplay::with_capacity(EVENTS)).retention(config.remember);
    let verify = SparkVerify::try_new(config.secret.as_str())
        .map_err(|error| format!("SPARK_SECRET: {error}"))?
        .replay(replay)
        .checked()
        .map_err(|error| format!("REMEMBER_SECS: {error}"))?;
    let guard = SparkOrgGuard::try_new(config.token.as_str(), config.allowed.clone())
        .map_err(|error| format!("SPARK_BOT_TOKEN or SPARK_ALLOWED_ORGS: {error}"))?
        .cache(config.verdict_cache)
        .try_api(&config.api)
        .map_err(|error| format!("SPARK_API: {error}"))?;
    let webex = Webex::new(&config.api, config.token.clone())
        .map_err(|error| format!("SPARK_API: {error}"))?;
    let bot = Arc::new(Bot::new(webex, guard));
    Ok((app(verify, &bot, config.body_deadline), bot, config))
}

fn app(verify: SparkVerify, bot: &Arc<Bot>, body_deadline: Duration) -> Router {
    // Longer than the deadline, so that who drips a body gets 408 from the layer inside.
    let answer_deadline = body_deadline + Duration::from_secs(5);
    let layers = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, answer_deadline))
        // Outside of the verification, which reads the body: nobody has signed anything yet. A
        // deadline for the whole body, since a time-out that starts anew with every byte never ends.
        .layer(RequestBodyDeadlineLayer::new(body_deadline))
        .layer(verify);
    Router::new()
        .route("/spark", post(on_event).route_layer(layers))
        .layer(TraceLayer::new_for_http())
        .with_state(Arc::clone(bot))
}

async fn serve(app: Router, bot: Arc<Bot>, config: &Config) -> Result<(), Error> {
    serving::serve(app, (config.host, config.port), GRACE).await?;
    bot.tasks.close();
    if tokio::time::timeout(GRACE, bot.tasks.wait()).await.is_err() {
        tracing::warn!("stopped with work unfinished");
    }
    Ok(())
}
