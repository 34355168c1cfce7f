//! A chatbot of JetBrains Space that lists its commands and echoes messages: verified by Space's public key.
//! `README.md` says how it is run.

mod app;
mod chat;
mod config;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, post};
use countersign::space::{Payload, SpaceKeys};
use countersign::{
    SpacePublicKey, SpacePublicKeyVerify, SpaceSigningKey, SpaceSigningKeyVerify, Via,
};
use tower::ServiceBuilder;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;

use crate::app::{App, on_request};
use crate::chat::{Chat, Error};
use crate::config::Config;

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// How long a request may take in all. Longer than the deadline, so that who drips a body gets 408
/// from the layer inside; and than the server's keys may take to be fetched.
const ANSWER_DEADLINE: Duration = Duration::from_secs(16);
/// How long requests may go on after the signal to stop, and then the work that was begun.
const GRACE: Duration = Duration::from_secs(15);

#[tokio::main]
async fn main() -> ExitCode {
    logs::init();
    let (router, app, config) = match configured() {
        Ok(configured) => configured,
        Err(message) => {
            eprintln!("space-app: {message}");
            return ExitCode::from(2);
        }
    };
    match serve(router, app, &config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("space-app: {error}");
            ExitCode::FAILURE
        }
    }
}

fn configured() -> Result<(Router, Arc<App>, Config), String> {
    let config = Config::from_env()?;
    let chat = config.installation.clone().map(Chat::new).transpose();
    let chat = chat.map_err(|error| format!("SPACE_URL: {error}"))?;
    if chat.is_none() {
        tracing::warn!("SPACE_URL is not set: messages are echoed in the answer alone");
    }
    let app = Arc::new(App::new(chat));
    let router = Router::new()
        .route("/space", verified(&config)?)
        .layer(TraceLayer::new_for_http())
        .with_state(Arc::clone(&app));
    Ok((router, app, config))
}

/// The handler behind the layer that the settings ask for.
fn verified(config: &Config) -> Result<MethodRouter<Arc<App>>, String> {
    // Outside of the verification, which reads the body: nobody has signed anything yet. A deadline
    // for the whole body, since a time-out that starts anew with every byte never ends.
    let outside = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_DEADLINE))
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE));
    if let Some(key) = &config.signing_key {
        let verify = SpaceSigningKeyVerify::try_new(key)
            .map_err(|error| format!("SPACE_SIGNING_KEY: {error}"))?;
        let handler = post(on_request::<Via<SpaceSigningKey, Payload>>);
        return Ok(handler.route_layer(outside.layer(verify)));
    }
    let installation = config.installation.clone().ok_or("SPACE_URL is not set")?;
    let keys = SpaceKeys::try_new(installation).map_err(|error| error.to_string())?;
    let verify = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), keys);
    Ok(post(on_request::<Payload>).route_layer(outside.layer(verify)))
}

async fn serve(router: Router, app: Arc<App>, config: &Config) -> Result<(), Error> {
    serving::serve(router, (config.host, config.port), GRACE).await?;
    app.tasks.close();
    if tokio::time::timeout(GRACE, app.tasks.wait()).await.is_err() {
        tracing::warn!("stopped with work unfinished");
    }
    Ok(())
}
