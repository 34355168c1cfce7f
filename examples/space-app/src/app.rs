//! What the application does with a request that is genuine.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use countersign::Verified;
use countersign::space::{MessagePayload, Payload};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::chat::Chat;

/// Messages that are worked on at the same time.
const AT_ONCE: usize = 64;

pub(crate) struct App {
    /// Without one, messages are answered only where they came from.
    chat: Option<Arc<Chat>>,
    permits: Arc<Semaphore>,
    pub(crate) tasks: TaskTracker,
}

/// `P` says how the payload has to be proven: by the public key, or by the signing key.
pub(crate) async fn on_request<P>(
    State(app): State<Arc<App>>,
    Verified(payload): Verified<P>,
) -> Response
where
    P: countersign::Payload + Into<Payload>,
{
    match payload.into() {
        Payload::ListCommands(_) => Json(commands()).into_response(),
        Payload::Message(message) => app.echo(message),
        // Other payloads are of no interest, and those that are new are none yet.
        _ => StatusCode::OK.into_response(),
    }
}

fn commands() -> serde_json::Value {
    json!({
        "commands": [
            { "name": "help", "description": "Say what this bot does" },
            { "name": "echo", "description": "Say it again" },
        ]
    })
}

impl App {
    pub(crate) fn new(chat: Option<Chat>) -> Self {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        Self { chat: chat.map(Arc::new), permits, tasks: TaskTracker::new() }
    }

    /// Answers at once and writes in the background, since Space does not wait for long. Space
    /// reads nothing of the answer; it is for who tries this on the command line.
    fn echo(&self, message: MessagePayload) -> Response {
        let Some(said) = said(&message) else { return StatusCode::OK.into_response() };
        let answer = said.clone().into_response();
        let (Some(chat), Some(channel)) = (&self.chat, message.message.channel_id()) else {
            return answer;
        };
        // With 503, Space shows that the message was not delivered.
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            tracing::warn!("too much to do: a message was sent back");
            return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response();
        };
        let (chat, channel) = (Arc::clone(chat), channel.to_owned());
        self.tasks.spawn(async move {
            if let Err(error) = chat.say(&channel, &said).await {
                tracing::warn!(error, "a message was not answered");
            }
            drop(permit);
        });
        answer
    }
}

/// What there is to say to a message; nothing if it has no text.
fn said(message: &MessagePayload) -> Option<String> {
    let text = message.message.text()?.trim();
    let (command, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some(match command {
        "help" => "Write anything, and I say it again.".to_owned(),
        "echo" => format!("You said: {}", rest.trim_start()),
        _ => format!("You said: {text}"),
    })
}
