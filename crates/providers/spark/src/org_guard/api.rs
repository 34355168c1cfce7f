//! The memberships API: all pages, within the time.

use std::collections::HashSet;
use std::fmt::{self, Debug, Formatter};
use std::time::{Duration, SystemTime};

use countersign_core::{ConfigError, JsonObject, Secret};
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde::Deserialize;
use tokio::time::{Instant, sleep, timeout_at};

use super::denial::DenialReason;
use super::{links, retry};

const WEBEX: &str = "https://webexapis.com/v1/";
/// A page of 1000 members has about half a megabyte.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// What RFC 3986 leaves unescaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where the members of a room are asked for, and how patiently.
#[derive(Clone)]
pub(super) struct Api {
    base: Url,
    client: Client,
    authorization: HeaderValue,
    pub(super) page_size: u16,
    pub(super) page_limit: usize,
    pub(super) time_budget: Duration,
    pub(super) request_timeout: Duration,
}

impl Api {
    pub(super) fn new(token: &Secret) -> Result<Self, ConfigError> {
        // A redirect would lead the token elsewhere.
        let client = Client::builder().redirect(Policy::none()).referer(false);
        let client = client
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ConfigError::new(format!("no HTTP client can be made: {error}")))?;
        Ok(Self {
            base: base(WEBEX)?,
            client,
            authorization: bearer(token)?,
            page_size: 100,
            page_limit: 100,
            time_budget: Duration::from_secs(20),
            request_timeout: Duration::from_secs(10),
        })
    }

    pub(super) fn at(&mut self, url: &str) -> Result<(), ConfigError> {
        self.base = base(url)?;
        Ok(())
    }

    /// When the time for a room that is asked about now is up.
    pub(super) fn deadline(&self) -> Instant {
        let now = Instant::now();
        // A time that no clock shows: a day is as good.
        now.checked_add(self.time_budget).unwrap_or(now + Duration::from_secs(24 * 60 * 60))
    }

    /// Shows every member of the room to `see`. It is `Ok` only if that was every one.
    pub(super) async fn members(
        &self,
        room: &str,
        deadline: Instant,
        see: impl FnMut(Member),
    ) -> Result<(), DenialReason> {
        let pages = self.pages(room, deadline, see);
        timeout_at(deadline, pages).await.unwrap_or(Err(DenialReason::OutOfTime))
    }

    async fn pages(
        &self,
        room: &str,
        deadline: Instant,
        mut see: impl FnMut(Member),
    ) -> Result<(), DenialReason> {
        let mut page = self.first_page(room)?;
        let mut read = HashSet::new();
        loop {
            if read.len() >= self.page_limit {
                return Err(DenialReason::TooManyPages);
            }
            if !read.insert(page.clone()) {
                return Err(DenialReason::RepeatedLink);
            }
            let answer = self.fetch(&page, deadline).await?;
            let next = links::next_page(answer.headers(), &page)?;
            let body = body(answer).await?;
            let JsonObject(list): JsonObject<Page> =
                serde_json::from_slice(&body).map_err(|_| DenialReason::MalformedAnswer)?;
            list.items.into_iter().map(|JsonObject(member)| member).for_each(&mut see);
            match next {
                Some(next) => page = next,
                None => return Ok(()),
            }
        }
    }

    fn first_page(&self, room: &str) -> Result<Url, DenialReason> {
        let mut url = self.base.join("memberships").map_err(|_| DenialReason::Unreachable)?;
        let room = utf8_percent_encode(room, ESCAPED);
        url.set_query(Some(&format!("roomId={room}&max={}", self.page_size)));
        Ok(url)
    }

    /// Asks until the API no longer says to come back later.
    async fn fetch(&self, page: &Url, deadline: Instant) -> Result<Response, DenialReason> {
        loop {
            let request = self.client.get(page.clone()).timeout(self.request_timeout);
            let request = request
                .header(AUTHORIZATION, self.authorization.clone())
                .header(ACCEPT, "application/json");
            let answer = request.send().await.map_err(broken)?;
            match answer.status() {
                StatusCode::OK => return Ok(answer),
                StatusCode::TOO_MANY_REQUESTS | StatusCode::LOCKED => {
                    let wait = retry::wait(answer.headers(), SystemTime::now());
                    if wait > deadline.saturating_duration_since(Instant::now()) {
                        return Err(DenialReason::OutOfTime);
                    }
                    sleep(wait).await;
                }
                status => return Err(DenialReason::Status(status)),
            }
        }
    }
}

/// One page of the list. Members of the JSON that are not needed are passed over.
#[derive(Deserialize)]
struct Page {
    items: Vec<JsonObject<Member>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub(super) id: Option<String>,
    pub(super) person_org_id: Option<String>,
}

/// The whole body, up to the limit.
async fn body(mut answer: Response) -> Result<Vec<u8>, DenialReason> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if body.len().saturating_add(chunk.len()) > ANSWER_LIMIT {
            return Err(DenialReason::OversizedAnswer);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn broken(error: reqwest::Error) -> DenialReason {
    let error = error.without_url();
    tracing::debug!(target: "countersign", %error, "the API could not be asked");
    if error.is_timeout() { DenialReason::OutOfTime } else { DenialReason::Unreachable }
}

/// The URL that the paths of the API start with, ending in a slash.
fn base(text: &str) -> Result<Url, ConfigError> {
    let mut url = Url::parse(text)
        .map_err(|error| ConfigError::new(format!("the URL of the API is not one: {error}")))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(ConfigError::new("the URL of the API has to be https (or http, for a test)"));
    }
    let has_login = !url.username().is_empty() || url.password().is_some();
    if has_login || url.query().is_some() || url.fragment().is_some() {
        return Err(ConfigError::new(
            "the URL of the API has a user, a query or a fragment; give it without, such as \
             https://webexapis.com/v1/",
        ));
    }
    if !url.path().ends_with('/') {
        // Otherwise the last part of the path would be replaced rather than continued.
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn bearer(token: &Secret) -> Result<HeaderValue, ConfigError> {
    if token.expose().trim_ascii().is_empty() {
        return Err(ConfigError::new("the bot's token is blank; give its access token"));
    }
    let mut value = HeaderValue::try_from([b"Bearer ", token.expose()].concat()).map_err(|_| {
        ConfigError::new(
            "the bot's token has a character that no header can hold; is there a line break at \
             its end?",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Without the token and the client.
impl Debug for Api {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("base", &self.base.as_str())
            .field("page_size", &self.page_size)
            .field("page_limit", &self.page_limit)
            .field("time_budget", &self.time_budget)
            .field("request_timeout", &self.request_timeout)
            .finish_non_exhaustive()
    }
}
