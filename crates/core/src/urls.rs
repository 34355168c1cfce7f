//! The URL under which a provider reaches the server, where it is signed.

mod constructors;

#[cfg(feature = "axum-router")]
use axum::extract::OriginalUri;
use http::Uri;
use http::uri::Authority;

use crate::error::{ConfigError, Reason};
use crate::evidence::Evidence;
use crate::head::Head;

/// The external URL, for schemes that sign it: configured, and never taken from a header.
#[derive(Clone, Debug)]
pub struct Urls(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// These, as they are configured at the provider.
    Exact(Vec<String>),
    /// One of these, and the path and query of the request.
    Under(Vec<String>),
}

impl Urls {
    /// The URL as it is configured at the provider, character by character and with its query, or several,
    /// each of which is tried. `https://bot.example.com` and `https://bot.example.com/` are two.
    ///
    /// # Errors
    ///
    /// If there is none, there are more than [`Evidence::MAX_MESSAGES`], or one of them is no `http` or
    /// `https` URL.
    pub fn exact(urls: impl IntoUrls) -> Result<Self, ConfigError> {
        checked(urls, |_| Ok(())).map(Kind::Exact).map(Self)
    }

    /// The URL that is made of this base, such as `https://bot.example.com`, and of the path and query of
    /// each request, as the server got them; or several bases, each of which is tried.
    ///
    /// A proxy must not have changed path or query. Under axum's `Router::nest` they are those from before,
    /// with the feature `axum-router`.
    ///
    /// # Errors
    ///
    /// As for [`exact`](Self::exact), and for a base that ends with `/` or has a query.
    pub fn under(bases: impl IntoUrls) -> Result<Self, ConfigError> {
        checked(bases, |base| {
            if base.contains(['?', '#']) || base.ends_with('/') {
                let text = "ends with `/` or has a query: the path of each request comes behind it, \
                            so give what is before, such as https://bot.example.com";
                return Err(wrong(base, text));
            }
            Ok(())
        })
        .map(Kind::Under)
        .map(Self)
    }

    /// How many URLs or bases there are: as many [`candidates`](Self::candidates) has a request.
    #[must_use]
    pub fn count(&self) -> usize {
        let (Kind::Exact(urls) | Kind::Under(urls)) = &self.0;
        urls.len()
    }

    /// The URLs that may have been signed, as the two parts that they are made of; there is at least one.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] for a request without a path, behind a base.
    pub fn candidates<'a>(
        &'a self,
        head: &Head<'a>,
    ) -> Result<impl Iterator<Item = [&'a str; 2]> + use<'a>, Reason> {
        let (urls, rest) = match &self.0 {
            Kind::Exact(urls) => (urls, ""),
            Kind::Under(bases) => {
                let rest = path_and_query(original_uri(head));
                (bases, rest.ok_or(Reason::Unexpected("the request has no path"))?)
            }
        };
        Ok(urls.iter().map(move |url| [url.as_str(), rest]))
    }
}

/// The URI before a router took a prefix off it.
fn original_uri<'a>(head: &Head<'a>) -> &'a Uri {
    #[cfg(feature = "axum-router")]
    if let Some(OriginalUri(uri)) = head.extensions().get() {
        return uri;
    }
    head.uri()
}

/// `None` if there is none: a request of `CONNECT` has a host instead, one of `OPTIONS` may have a `*`. Behind a base
/// that would be another host, or no URL.
fn path_and_query(uri: &Uri) -> Option<&str> {
    uri.path_and_query().map(|text| text.as_str()).filter(|text| text.starts_with('/'))
}

/// What can stand for the external URL or for several: a text, an array or a list of them.
pub trait IntoUrls {
    /// The URLs.
    fn into_urls(self) -> Vec<String>;
}

impl IntoUrls for &str {
    fn into_urls(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl IntoUrls for String {
    fn into_urls(self) -> Vec<String> {
        vec![self]
    }
}

impl IntoUrls for &String {
    fn into_urls(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl<T: Into<String>, const N: usize> IntoUrls for [T; N] {
    fn into_urls(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<String>> IntoUrls for Vec<T> {
    fn into_urls(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

fn checked(
    urls: impl IntoUrls,
    further: impl Fn(&str) -> Result<(), ConfigError>,
) -> Result<Vec<String>, ConfigError> {
    let urls = urls.into_urls();
    if urls.is_empty() {
        return Err(ConfigError::new(
            "the list of URLs is empty; give the URL that is configured at the provider",
        ));
    }
    if urls.len() > Evidence::MAX_MESSAGES {
        let most = Evidence::MAX_MESSAGES;
        return Err(ConfigError::new(format!(
            "there are {} URLs, and at most {most} are tried; give those under which the \
             provider reaches this server, or a base with `under`",
            urls.len()
        )));
    }
    for url in &urls {
        is_external(url)?;
        further(url)?;
    }
    Ok(urls)
}

/// Refuses what no webhook can be configured as. What is left is taken as it is.
fn is_external(url: &str) -> Result<(), ConfigError> {
    if url.is_empty() {
        return Err(ConfigError::new(
            "the URL is empty; give the one that is configured at the provider, such as \
             https://bot.example.com/hook",
        ));
    }
    let begins_with = |scheme: &str| {
        let (begin, rest) = url.split_at_checked(scheme.len())?;
        begin.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let Some(rest) = begins_with("https://").or_else(|| begins_with("http://")) else {
        return Err(wrong(url, "does not begin with https:// or http://; give all of it"));
    };
    if url.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(wrong(url, "holds white space, which the one at the provider does not"));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if host.is_empty() || host.starts_with(':') {
        return Err(wrong(url, "names no host"));
    }
    // Behind a `?` it may be a part of the query.
    let (path, _) = path.split_once('?').unwrap_or((path, ""));
    if authority.contains(',') || [",http://", ",https://"].iter().any(|next| path.contains(next)) {
        return Err(wrong(url, "is a list with commas; give each of its URLs on its own"));
    }
    if !authority.is_ascii() {
        return Err(wrong(url, "has a host with characters that are not ASCII; give it as xn--.."));
    }
    let Ok(authority) = authority.parse::<Authority>() else {
        return Err(wrong(url, "has no valid host or port"));
    };
    if host.len() != authority.host().len() && authority.port_u16().is_none() {
        return Err(wrong(url, "has no valid port"));
    }
    Ok(())
}

/// What is before an `@`, and in a query, may be a password: then nothing is repeated.
fn wrong(url: &str, why: &str) -> ConfigError {
    match url.contains(['@', '?']) {
        true => ConfigError::new(format!("the URL {why}")),
        false => ConfigError::new(format!("the URL `{url}` {why}")),
    }
}
