//! The guard and its settings.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use countersign_core::{ConfigError, IntoSecret};
use http::{Response, StatusCode};
use tower_layer::Layer;

use super::api::Api;
use super::denial::Denial;
use super::orgs::{AllowList, IntoOrgs};
use super::service::Guarded;
use super::verdicts::Verdicts;

/// A [`Layer`] that lets an event through only if **every** member of its room belongs to an
/// allowed organisation.
///
/// It sits inside [`SparkVerify`](crate::SparkVerify), whose proof it reads; without the proof the
/// answer is 500. For each event it asks the Webex API, as the bot, for the memberships of the
/// room, and lets the event through if
///
/// 1. all pages were read, each linked from the one before by a `Link` with `rel="next"` to the
///    same scheme, host and port (the token goes nowhere else, not after a redirect either),
/// 2. there was at least one member,
/// 3. every member has a `personOrgId`, and it is in the list.
///
/// Anything else denies it: another status, an answer that is malformed or larger than 8 MiB, a
/// page that was read before, too many pages, no more time. Status 429 and 423 are waited out, for
/// as long as `Retry-After` says (15 s if it does not, 1 s at least), unless the
/// [time budget](Self::time_budget) is too small for it.
///
/// A denied event is answered with `200 Ok` and an empty body, so that Webex does not disable the
/// webhook, and never reaches the handler; [`deny_status`](Self::deny_status) and
/// [`deny_with`](Self::deny_with) change that. The reason goes to `tracing`, target `countersign`,
/// and as a [`Denial`] into the extensions of the answer.
///
/// The room of an event is its `data.roomId`, or `data.id` where the resource is `rooms`.
///
/// **Moderated team spaces**: for these the API's list can hold only the moderators, with status
/// 200, if the bot is not one itself. Nobody can tell from the answer, so the guard vouches for no
/// more than those that were listed.
///
/// # Where to put it
///
/// Outermost first: in a `ServiceBuilder` below the line of `SparkVerify`. With `route_layer` twice
/// on one route it comes **before** `SparkVerify`, as the later call wraps the earlier one.
///
/// As a layer it keeps Webex waiting while it asks the API. Where that takes too long, answer at
/// once and call [`judge`](Self::judge) in the background, as the example `spark-bot` does.
///
/// # Example
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use countersign_core::{Secret, Sign, Timestamp};
/// use countersign_spark::{Spark, SparkOrgGuard, SparkVerify};
/// use http::{Request, Response, StatusCode};
/// use http_body_util::Full;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
/// # let api = format!("http://{}/", listener.local_addr().unwrap());
/// # tokio::spawn(async move {
/// #     use tokio::io::{AsyncReadExt, AsyncWriteExt};
/// #     while let Ok((mut stream, _)) = listener.accept().await {
/// #         let mut request = [0; 4096];
/// #         let read = stream.read(&mut request).await.unwrap();
/// #         let request = String::from_utf8_lossy(&request[..read]);
/// #         let org = if request.contains("roomId=ours") { "our-org" } else { "another-org" };
/// #         let body = format!(r#"{{"items":[{{"id":"m","personOrgId":"{org}"}}]}}"#);
/// #         let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
/// #         let answer = format!("{head} {}\r\n\r\n{body}", body.len());
/// #         stream.write_all(answer.as_bytes()).await.unwrap();
/// #     }
/// # });
/// let guard = SparkOrgGuard::new("the bot's access token", "our-org")
///     .api(&api) // https://webexapis.com/v1/ unless a test says otherwise
///     .deny_status(StatusCode::FORBIDDEN);
/// let service = ServiceBuilder::new()
///     .layer(SparkVerify::new("secret"))
///     .layer(guard)
///     .service(service_fn(async |_: Request<Full<Bytes>>| {
///         Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("handled")))
///     }));
///
/// let event = |room: &str| {
///     let body = format!(
///         r#"{{"id":"w","resource":"messages","event":"created","data":{{"id":"m","roomId":"{room}"}}}}"#
///     );
///     // What Webex does before it posts.
///     let request = Request::post("/").body(Bytes::from(body)).unwrap();
///     let (secret, now) = (Secret::new("secret").unwrap(), Timestamp::from_secs(0));
///     Spark::default().sign(&secret, now, request).unwrap().map(Full::new)
/// };
/// let ours = service.clone().oneshot(event("ours")).await.unwrap();
/// assert_eq!(ours.status(), StatusCode::OK);
///
/// let theirs = service.oneshot(event("theirs")).await.unwrap();
/// assert_eq!(theirs.status(), StatusCode::FORBIDDEN);
/// # }
/// ```
///
/// Source: <https://developer.webex.com/docs/api/v1/memberships/list-memberships>.
#[derive(Clone)]
pub struct SparkOrgGuard {
    pub(super) config: Arc<Config>,
    pub(super) verdicts: Option<Verdicts>,
}

#[derive(Clone)]
pub(super) struct Config {
    pub(super) api: Api,
    pub(super) allowed: AllowList,
    pub(super) roomless: Roomless,
    cache: Option<Duration>,
    deny: Deny,
}

/// What becomes of an event without a room, such as one of a meeting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roomless {
    /// It is let through: there is nobody to judge.
    Allow,
    /// It is denied: nobody can vouch for it. The default.
    #[default]
    Deny,
}

#[derive(Clone)]
enum Deny {
    Status(StatusCode),
    With(Arc<DenyWith>),
}

type DenyWith = dyn Fn(&Denial) -> Response<Bytes> + Send + Sync;

impl SparkOrgGuard {
    /// A guard that asks the API with the bot's access token, and allows those organisations: one
    /// id, an array or a `Vec`. The ids are as the API has them in `personOrgId`.
    ///
    /// # Panics
    ///
    /// At start-up, if the token is blank or fits into no header, if no organisation is allowed or
    /// one is blank, or if no HTTP client can be made. [`try_new`](Self::try_new) returns the error
    /// instead.
    #[must_use]
    pub fn new(token: impl IntoSecret, allowed: impl IntoOrgs) -> Self {
        built(Self::try_new(token, allowed))
    }

    /// Like [`new`](Self::new), for settings that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// Where [`new`](Self::new) panics.
    pub fn try_new(token: impl IntoSecret, allowed: impl IntoOrgs) -> Result<Self, ConfigError> {
        let token = token
            .into_secret()
            .map_err(|_| ConfigError::new("the bot's token is empty; give its access token"))?;
        let config = Config {
            api: Api::new(&token)?,
            allowed: AllowList::new(allowed)?,
            roomless: Roomless::default(),
            cache: None,
            deny: Deny::Status(StatusCode::OK),
        };
        Ok(Self { config: Arc::new(config), verdicts: None })
    }

    /// Where the API is: `https://webexapis.com/v1/` unless this says otherwise. A slash at the end
    /// is added if it is missing.
    ///
    /// # Panics
    ///
    /// At start-up, if it is no URL, not `https` or `http`, or has a user, a query or a fragment.
    /// [`try_api`](Self::try_api) returns the error instead.
    #[must_use]
    pub fn api(self, url: &str) -> Self {
        built(self.try_api(url))
    }

    /// Like [`api`](Self::api), for a URL that may turn out to be unusable.
    ///
    /// # Errors
    ///
    /// Where [`api`](Self::api) panics.
    pub fn try_api(self, url: &str) -> Result<Self, ConfigError> {
        let mut result = Ok(());
        let guard = self.edit(|config| result = config.api.at(url));
        result.map(|()| guard)
    }

    /// How many members are asked for at a time, from 1 to 1000; 100 by default.
    #[must_use]
    pub fn page_size(self, members: u16) -> Self {
        self.edit(|config| config.api.page_size = members.clamp(1, 1000))
    }

    /// How many pages are read; a room that has more is denied. 100 by default.
    #[must_use]
    pub fn page_limit(self, pages: usize) -> Self {
        self.edit(|config| config.api.page_limit = pages)
    }

    /// How long judging a room may take in all, waits included; 20 s by default. A room that takes
    /// longer is denied, and at once if the API asks for a wait that is longer than what is left.
    #[must_use]
    pub fn time_budget(self, budget: Duration) -> Self {
        self.edit(|config| config.api.time_budget = budget)
    }

    /// How long one request to the API may take, with its body; 10 s by default. If it takes
    /// longer, the room is denied.
    #[must_use]
    pub fn request_timeout(self, timeout: Duration) -> Self {
        self.edit(|config| config.api.request_timeout = timeout)
    }

    /// What becomes of an event without a room: denied by default.
    #[must_use]
    pub fn roomless(self, roomless: Roomless) -> Self {
        self.edit(|config| config.roomless = roomless)
    }

    /// Keeps the verdict on a room for that long, counted from when the API was asked; not at all
    /// by default or with zero, and a day at most. Meanwhile somebody who joins is not noticed, unless a webhook
    /// for `memberships` comes here too: such an event drops the verdict on its room, and what was
    /// being asked when it came is not kept either.
    ///
    /// Requests for a room that is being asked about wait for that answer. Failures to ask are not
    /// kept.
    #[must_use]
    pub fn cache(self, period: Duration) -> Self {
        self.edit(|config| config.cache = Some(period))
    }

    /// The status of the answer to a denied event: 200 by default, since Webex disables a webhook
    /// that often gets another.
    #[must_use]
    pub fn deny_status(self, status: StatusCode) -> Self {
        self.edit(|config| config.deny = Deny::Status(status))
    }

    /// Makes the answer to a denied event. The closure gets the reason and
    /// [the outsiders](Denial::outsiders).
    #[must_use]
    pub fn deny_with<F, B>(self, deny: F) -> Self
    where
        F: Fn(&Denial) -> Response<B> + Send + Sync + 'static,
        B: Into<Bytes>,
    {
        let deny = Arc::new(move |denial: &Denial| deny(denial).map(Into::into));
        self.edit(|config| config.deny = Deny::With(deny))
    }

    pub(super) fn answer(&self, denial: Denial) -> Response<Bytes> {
        let mut answer = match &self.config.deny {
            Deny::With(deny) => deny(&denial),
            Deny::Status(status) => {
                let mut answer = Response::new(Bytes::new());
                *answer.status_mut() = *status;
                answer
            }
        };
        answer.extensions_mut().insert(denial);
        answer
    }

    /// Clones share their verdicts, but those of other settings would be others.
    fn edit(mut self, change: impl FnOnce(&mut Config)) -> Self {
        let config = Arc::make_mut(&mut self.config);
        change(config);
        let period = config.cache.filter(|period| !period.is_zero());
        self.verdicts = period.map(Verdicts::kept_for);
        self
    }
}

#[expect(clippy::panic, reason = "start-up is the time to stop; the `try_` forms do not")]
fn built(guard: Result<SparkOrgGuard, ConfigError>) -> SparkOrgGuard {
    guard.unwrap_or_else(|error| panic!("countersign: SparkOrgGuard: {error}"))
}

impl<Inner> Layer<Inner> for SparkOrgGuard {
    type Service = Guarded<Inner>;

    fn layer(&self, inner: Inner) -> Guarded<Inner> {
        Guarded::new(inner, self.clone())
    }
}

/// Without the token.
impl Debug for SparkOrgGuard {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let config = &*self.config;
        f.debug_struct("SparkOrgGuard")
            .field("api", &config.api)
            .field("allowed", &config.allowed)
            .field("roomless", &config.roomless)
            .field("cache", &config.cache)
            .finish_non_exhaustive()
    }
}
