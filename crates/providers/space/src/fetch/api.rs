//! The two calls that a Space server is asked for keys with.

use std::error::Error;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign_core::{ConfigError, JsonObject};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;

use crate::installation::Installation;
use crate::public_key::Jwks;

/// No token or set of keys is larger by far.
const ANSWER_LIMIT: usize = 256 * 1024;
/// Redirects that are followed within a server.
const REDIRECTS: usize = 3;

/// Clients that send credentials to the server that they are for and to no other.
///
/// A proxy of the environment carries `https` without seeing into it. To one for `http` the client
/// secret would be readable, so a server on loopback is asked without.
pub(super) fn client(is_plain: bool) -> Result<Client, ConfigError> {
    let builder = Client::builder();
    let builder = if is_plain { builder.no_proxy() } else { builder };
    builder
        .redirect(Policy::custom(|attempt| {
            if is_at_home(&attempt) { attempt.follow() } else { attempt.stop() }
        }))
        .referer(false)
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| ConfigError::new(format!("no HTTP client can be made: {error}")))
}

fn is_at_home(attempt: &Attempt<'_>) -> bool {
    let previous = attempt.previous();
    previous.len() <= REDIRECTS
        && previous.first().is_some_and(|first| first.origin() == attempt.url().origin())
}

/// Asks for the keys. The error is for the log: it has no secret in it.
pub(super) async fn fetch(client: &Client, installation: &Installation) -> Result<Jwks, String> {
    let token =
        token(client, installation).await.map_err(|error| format!("oauth/token: {error}"))?;
    public_keys(client, installation, token).await.map_err(|error| format!("public-keys: {error}"))
}

/// An access token, by OAuth client credentials (RFC 6749, 4.4).
async fn token(client: &Client, installation: &Installation) -> Result<HeaderValue, String> {
    #[derive(Deserialize)]
    struct Token {
        access_token: String,
    }
    let url = url(installation, &["oauth", "token"])?;
    let login = [installation.client_id().as_bytes(), b":", installation.client_secret().expose()];
    let login = format!("Basic {}", BASE64_STANDARD.encode(login.concat()));
    let request = client
        .post(url)
        .header(AUTHORIZATION, sensitive(&login)?)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials&scope=**");
    let answer = answer(request).await?;
    let JsonObject(token): JsonObject<Token> =
        serde_json::from_slice(&answer).map_err(|_| "the answer has no access token")?;
    sensitive(&format!("Bearer {}", token.access_token))
}

async fn public_keys(
    client: &Client,
    installation: &Installation,
    token: HeaderValue,
) -> Result<Jwks, String> {
    let application = format!("clientId:{}", installation.client_id());
    let url = url(installation, &["api", "http", "applications", &application, "public-keys"])?;
    let answer = answer(client.get(url).header(AUTHORIZATION, token)).await?;
    Jwks::parse(answer).map_err(|error| error.to_string())
}

/// Each part of the path is escaped, so that an id cannot lead to another place.
fn url(installation: &Installation, path: &[&str]) -> Result<Url, String> {
    let mut url = installation.server().clone();
    url.path_segments_mut()
        .map_err(|()| "the server's URL cannot have a path")?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}

fn sensitive(text: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| "the credentials have a character that no header can hold")?;
    value.set_sensitive(true);
    Ok(value)
}

/// The whole body of an answer that is one, up to the limit.
async fn answer(request: RequestBuilder) -> Result<Vec<u8>, String> {
    let mut answer = request.header(ACCEPT, "application/json").send().await.map_err(broken)?;
    if !answer.status().is_success() {
        return Err(format!("the answer has status {}", answer.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if body.len().saturating_add(chunk.len()) > ANSWER_LIMIT {
            return Err(format!("the answer is larger than {ANSWER_LIMIT} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The whole chain: what reqwest says of itself is only that it failed.
fn broken(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
