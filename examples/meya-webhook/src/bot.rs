//! What the bot does with an event that is genuine.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use countersign::Verified;
use countersign::meya::{Event, Kind, Message, Sender};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;

/// Messages that are worked on at the same time.
const AT_ONCE: usize = 64;

/// How long the answer is held back for the echo. Meya waits for three seconds in all.
const PATIENCE: Duration = Duration::from_millis(1_000);

pub(crate) struct Bot {
    delay: Duration,
    permits: Arc<Semaphore>,
    pub(crate) tasks: TaskTracker,
}

/// Answers with the echo if it is there soon, and with 202 otherwise: the work then goes on in the background,
/// since Meya counts a late answer as none and sends nothing again.
pub(crate) async fn on_event(
    State(bot): State<Arc<Bot>>,
    Verified(event): Verified<Event>,
) -> Response {
    let Event::Message(message) = event else { return StatusCode::OK.into_response() };
    // The bot's own messages are events as well.
    if (&message.kind, &message.sender) != (&Kind::Text, &Some(Sender::User)) {
        return StatusCode::OK.into_response();
    }
    let Ok(permit) = Arc::clone(&bot.permits).try_acquire_owned() else {
        tracing::warn!("too much to do: an event was turned away");
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response();
    };
    let work = Arc::clone(&bot);
    let echo = bot.tasks.spawn(async move {
        let echo = work.echo(&message).await;
        drop(permit);
        // Whoever has another way to the user than the answer sends it there.
        tracing::info!(user = message.user_id, "an echo is ready");
        echo
    });
    match timeout(PATIENCE, echo).await {
        Ok(Ok(text)) => Json(json!({ "text": text })).into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "an echo failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::ACCEPTED.into_response(),
    }
}

impl Bot {
    pub(crate) fn new(delay: Duration) -> Self {
        Self { delay, permits: Arc::new(Semaphore::new(AT_ONCE)), tasks: TaskTracker::new() }
    }

    async fn echo(&self, message: &Message) -> String {
        sleep(self.delay).await;
        format!("You said: {}", message.text.as_deref().unwrap_or_default())
    }
}
