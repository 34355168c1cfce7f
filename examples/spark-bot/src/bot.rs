//! What the bot does with an event that is genuine.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use countersign::spark::{Data, Event, EventKind, Message};
use countersign::{SparkOrgGuard, Verified};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::webex::{Error, Webex};

/// Messages that are worked on at the same time.
const AT_ONCE: usize = 64;

pub(crate) struct Bot {
    webex: Webex,
    guard: SparkOrgGuard,
    permits: Arc<Semaphore>,
    pub(crate) tasks: TaskTracker,
}

/// Answers at once and works in the background, since Webex does not wait for long.
///
/// That is why the guard is not a layer here: as one (`.layer(guard)` inside `SparkVerify`, see
/// the documentation of `SparkOrgGuard`) it would keep Webex waiting while it asks the API. Take
/// the layer where the handler itself does its work before it answers.
pub(crate) async fn on_event(
    State(bot): State<Arc<Bot>>,
    Verified(event): Verified<Event>,
) -> Response {
    bot.guard.observe(&event);
    let (Data::Message(_), EventKind::Created) = (&event.data, &event.event) else {
        return StatusCode::OK.into_response();
    };
    // With 503, Webex sends it again later.
    let Ok(permit) = Arc::clone(&bot.permits).try_acquire_owned() else {
        tracing::warn!("too much to do: an event was sent back");
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response();
    };
    bot.tasks.clone().spawn(async move {
        if let Err(error) = bot.work(&event).await {
            tracing::warn!(error, "a message was not answered");
        }
        drop(permit);
    });
    StatusCode::OK.into_response()
}

impl Bot {
    pub(crate) fn new(webex: Webex, guard: SparkOrgGuard) -> Self {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        Self { webex, guard, permits, tasks: TaskTracker::new() }
    }

    async fn work(&self, event: &Event) -> Result<(), Error> {
        let Data::Message(message) = &event.data else { return Ok(()) };
        let Some(room) = event.room_id() else { return Ok(()) };
        if self.is_own(message).await {
            return Ok(());
        }
        // The guard has logged why.
        if self.guard.judge(event).await.is_err() {
            return Ok(());
        }
        let Some(text) = self.webex.text(&message.id).await? else { return Ok(()) };
        let text = self.without_mention(&text);
        self.webex.say(room, &format!("You said: {text}")).await
    }

    /// Whether the bot wrote it: its own answers come back as events.
    ///
    /// The event's `createdBy` is of no help: it is who made the webhook, with an integration a
    /// person.
    async fn is_own(&self, message: &Message) -> bool {
        match self.webex.me().await {
            Ok(me) => message.person_id.as_ref() == Some(&me.id),
            Err(error) => {
                tracing::warn!(error, "who the bot is could not be asked: no bot is answered");
                let address = message.person_email.as_deref().unwrap_or_default();
                address.to_ascii_lowercase().ends_with("@webex.bot")
            }
        }
    }

    /// In a group the text starts with the name by which the bot was mentioned.
    fn without_mention<'a>(&self, text: &'a str) -> &'a str {
        let name = self.webex.known_me().map_or("", |me| &me.display_name);
        let rest = text.strip_prefix(name).filter(|rest| rest.starts_with(char::is_whitespace));
        rest.unwrap_or(text).trim()
    }
}
