//! The URL that a request is sent to.

use http::header::{HOST, HeaderValue};
use http::uri::PathAndQuery;
use http::{Request, Uri};

use crate::failure::Failure;

/// A URL that a request can be sent to: `http` or `https`, with a host.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    uri: Uri,
    text: String,
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        // What is before an `@` may be a password: then nothing is repeated.
        let shown =
            if text.contains('@') { "the URL".to_owned() } else { format!("the URL `{text}`") };
        let bad = |why: &str| Failure::new(format!("{shown} {why}"));
        let uri: Uri = text.parse().map_err(|_| bad("is malformed"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(bad("does not begin with http:// or https://"));
        }
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(Failure::new(
                "the URL holds a user name; give it as --header 'Authorization: ..'",
            ));
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(bad("names no host"));
        }
        // What follows a `#` is never sent.
        let text = text.split('#').next().unwrap_or(text).to_owned();
        Ok(Self { uri, text })
    }

    /// As it was given, for a provider that signs the URL and for curl.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(crate) fn tls(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// The host, an IPv6 address without its brackets.
    pub(crate) fn host(&self) -> &str {
        let host = self.uri.host().unwrap_or_default();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    pub(crate) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.tls() { 443 } else { 80 })
    }

    /// The value of the header `Host`.
    pub(crate) fn host_header(&self) -> Result<HeaderValue, Failure> {
        let authority = self.uri.authority().map(|authority| authority.as_str());
        HeaderValue::try_from(authority.unwrap_or_default())
            .map_err(|_| Failure::new(format!("the URL `{}` names no host", self.text)))
    }
}

/// The request as a server sees it: its target is a path, and `Host` says the rest.
pub(crate) fn as_received<B>(mut request: Request<B>) -> Request<B> {
    let uri = request.uri().clone();
    if let Some(authority) = uri.authority()
        && !request.headers().contains_key(HOST)
        && let Ok(host) = HeaderValue::try_from(authority.as_str())
    {
        request.headers_mut().insert(HOST, host);
    }
    let path = uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    request
}
