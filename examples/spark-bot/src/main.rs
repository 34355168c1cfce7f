//! A Webex bot that answers messages: verified, guarded, in the background. `README.md` says how it is run.

mod bot;
mod config;
mod webex;

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

use crate::bot::{Bot, on_event};
use crate::config::Config;
use crate::webex::{Error, Webex};

/// How many events are remembered.
const EVENTS: usize = 300_000;

/// How long requests may go on after the signal to stop, and then the work that was begun.
const GRACE: Duration = Duration::from_secs(15);

#[tokio::main]
async fn main() -> ExitCode {
    logs::init();
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
        .try_replay(replay)
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
