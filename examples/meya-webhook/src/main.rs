//! An echo bot behind a webhook of Meya: it answers what a user says, and it answers in time. Copy it and
//! change `bot.rs`.
//!
//! ```sh
//! MEYA_API_KEY=.. MEYA_URL=https://bot.example.com/meya cargo run -p meya-webhook
//! ```
//!
//! To try it without Meya, beside the server:
//!
//! ```sh
//! MEYA_API_KEY=.. cargo run -p countersign-cli -- sign meya --secret-env MEYA_API_KEY --set urls=https://bot.example.com/meya \
//!     --url http://127.0.0.1:3000/meya --send
//! ```
//!
//! A request that somebody recorded can be sent again: Meya signs no id, and no time that every event has.
//! Events of version 2 need not have a `timestamp`, so `.max_age(..)`, which would refuse those without, is not set
//! here; who gets events of version 1 only can set it. A bot that does more than to echo keeps in mind
//! what it has done.
//!
//! | variable | |
//! |---|---|
//! | `MEYA_API_KEY` | the API key of the integration |
//! | `MEYA_URL` | the webhook's URL, exactly as it is configured at Meya; several by white space |
//! | `HOST`, `PORT` | `127.0.0.1` and `3000` by default; port `0` is any free one |
//! | `ECHO_DELAY_MS` | how long the bot takes to think, 0 by default: to see what becomes of a slow one |
//! | `RUST_LOG` | what is logged, `info` by default; `countersign=debug` says why one was refused |

mod bot;
mod config;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use countersign::{Meya, MeyaVerify};
use tower::ServiceBuilder;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;
use tracing_subscriber::EnvFilter;

use crate::bot::{Bot, on_event};
use crate::config::Config;

/// Meya waits for three seconds. Within this an answer leaves here, whatever it is.
const ANSWER_DEADLINE: Duration = Duration::from_millis(2_500);

/// How long the body of an event may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(1);

/// How long requests may go on after the signal to stop, and then the work that was begun.
const GRACE: Duration = Duration::from_secs(5);

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let (app, bot, config) = match configured() {
        Ok(configured) => configured,
        Err(message) => {
            eprintln!("meya-webhook: {message}");
            return ExitCode::from(2);
        }
    };
    match serve(app, bot, &config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("meya-webhook: {error}");
            ExitCode::FAILURE
        }
    }
}

fn configured() -> Result<(Router, Arc<Bot>, Config), String> {
    let config = Config::from_env()?;
    let meya = Meya::try_at(config.urls.clone()).map_err(|error| format!("MEYA_URL: {error}"))?;
    let verify = MeyaVerify::try_with(meya, config.api_key.as_str())
        .map_err(|error| format!("MEYA_API_KEY: {error}"))?;
    let bot = Arc::new(Bot::new(config.delay));
    Ok((app(verify, &bot), bot, config))
}

fn app(verify: MeyaVerify, bot: &Arc<Bot>) -> Router {
    let layers = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_DEADLINE))
        // Outside of the verification, which reads the body: nobody has signed anything yet.
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(verify);
    Router::new()
        .route("/meya", post(on_event).route_layer(layers))
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
