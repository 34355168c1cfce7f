//! An action server of Flow Production Tracking: shows what a user selected. `README.md` says how it is run.

mod config;
mod headers;
mod page;

use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use countersign::flow::ActionMenu;
use countersign::{FlowActionVerify, Verified, VerifiedRejection};
use tower::ServiceBuilder;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;

use crate::config::Config;

/// How long a form may take to arrive. A list of many rows is a large one.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// How long the page may take once the form is verified.
const PAGE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request that has begun may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> ExitCode {
    logs::init();
    let (app, config) = match configured() {
        Ok(configured) => configured,
        Err(message) => {
            eprintln!("flow-action-server: {message}");
            return ExitCode::from(2);
        }
    };
    match serving::serve(app, (config.host, config.port), GRACE).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("flow-action-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn configured() -> Result<(Router, Config), String> {
    let config = Config::from_env()?;
    let verify = FlowActionVerify::try_new(config.secret.as_str())
        .map_err(|error| format!("FLOW_SECRET: {error}"))?
        // One page for all: what was wrong is for the log, not for who sent it.
        .reject_with(|error| page::refused::<String>(error.response()));
    // From the outside in.
    let layers = ServiceBuilder::new()
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(verify)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PAGE_TIMEOUT));
    let app = Router::new().route("/ami", post(show).route_layer(layers));
    Ok((headers::on(app, config.site.as_ref())?.layer(TraceLayer::new_for_http()), config))
}

async fn show(menu: Result<Verified<ActionMenu>, VerifiedRejection>) -> Response {
    match menu {
        Ok(Verified(menu)) => page::selection(&menu).into_response(),
        // Genuine, but without a user, say. Why is in the log.
        Err(rejection) => page::refused(rejection.status().into_response()),
    }
}
