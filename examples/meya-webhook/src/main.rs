//! An echo bot behind a webhook of Meya, which answers in time. `README.md` says how it is run.

mod bot;
mod config;

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
    logs::init();
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
