//! The two calls of the Space API that writing a message takes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use countersign::space::Installation;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::json;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

pub(crate) struct Chat {
    client: Client,
    installation: Installation,
    token: Mutex<Option<Token>>,
}

struct Token {
    text: String,
    good_until: Instant,
}

impl Chat {
    pub(crate) fn new(installation: Installation) -> Result<Self, Error> {
        // Not after a redirect: it would lead the token elsewhere.
        let mut client =
            Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(10));
        if installation.server_url().starts_with("http:") {
            // A proxy of the environment could read the client secret.
            client = client.no_proxy();
        }
        Ok(Self { client: client.build()?, installation, token: Mutex::default() })
    }

    pub(crate) async fn say(&self, channel: &str, text: &str) -> Result<(), Error> {
        let url = self.url(&["api", "http", "chats", "messages", "send-message"])?;
        let message = json!({
            "channel": format!("id:{channel}"),
            "content": { "className": "ChatMessage.Text", "text": text },
        });
        let request = self.client.post(url).bearer_auth(self.token().await?).json(&message);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Kept for as long as it is good. Not locked while it is asked for: tasks that need one at the
    /// same time may each ask, and if the server hangs they time out together, not in turn.
    async fn token(&self) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Answer {
            access_token: String,
            #[serde(default)]
            expires_in: u64,
        }
        if let Some(token) = self.kept().as_ref().filter(|token| Instant::now() < token.good_until)
        {
            return Ok(token.text.clone());
        }
        let secret = str::from_utf8(self.installation.client_secret().expose())?;
        let request = self
            .client
            .post(self.url(&["oauth", "token"])?)
            .basic_auth(self.installation.client_id(), Some(secret))
            .form(&[("grant_type", "client_credentials"), ("scope", "**")]);
        let answer: Answer = request.send().await?.error_for_status()?.json().await?;
        // Not to its last second: it has to arrive as well.
        let good_for = Duration::from_secs((answer.expires_in / 2).min(3600));
        let text = answer.access_token;
        *self.kept() = Some(Token { text: text.clone(), good_until: Instant::now() + good_for });
        Ok(text)
    }

    fn kept(&self) -> MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url(&self, path: &[&str]) -> Result<Url, Error> {
        let mut url = Url::parse(self.installation.server_url())?;
        url.path_segments_mut()
            .map_err(|()| "the server's URL cannot have a path")?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }
}
