//! The three calls of the Webex API that the bot needs.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Url};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

pub(crate) struct Webex {
    client: Client,
    base: Url,
    token: String,
    me: OnceCell<Person>,
}

/// The bot itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) display_name: String,
}

impl Webex {
    pub(crate) fn new(base: &str, token: String) -> Result<Self, Error> {
        let base = Url::parse(&format!("{}/", base.trim_end_matches('/')))?;
        // Not after a redirect: it would lead the token elsewhere.
        let client = Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(10));
        Ok(Self { client: client.build()?, base, token, me: OnceCell::new() })
    }

    /// Who the bot is. Asked until it was answered once.
    pub(crate) async fn me(&self) -> Result<&Person, Error> {
        self.me.get_or_try_init(async || self.read(Method::GET, &["people", "me"]).await).await
    }

    /// The same, if it was answered before.
    pub(crate) fn known_me(&self) -> Option<&Person> {
        self.me.get()
    }

    /// The text of a message; none if it holds files only.
    pub(crate) async fn text(&self, message: &str) -> Result<Option<String>, Error> {
        #[derive(Deserialize)]
        struct Message {
            text: Option<String>,
        }
        let message: Message = self.read(Method::GET, &["messages", message]).await?;
        Ok(message.text)
    }

    pub(crate) async fn say(&self, room: &str, text: &str) -> Result<(), Error> {
        let request = self.request(Method::POST, &["messages"])?;
        let answer = request.json(&json!({ "roomId": room, "text": text })).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    async fn read<T>(&self, method: Method, path: &[&str]) -> Result<T, Error>
    where
        T: for<'de> Deserialize<'de>,
    {
        let answer = self.request(method, path)?.send().await?.error_for_status()?;
        Ok(answer.json().await?)
    }

    /// Each part of the path is escaped, so that an id cannot lead to another place.
    fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, Error> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| "the URL of the API cannot have a path")?
            .pop_if_empty()
            .extend(path);
        Ok(self.client.request(method, url).bearer_auth(&self.token))
    }
}
