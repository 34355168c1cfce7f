//! The head of a request, read strictly.

use http::header::{HeaderMap, HeaderName};
use http::request::Parts;
use http::{Extensions, Method, Request, Uri};

use crate::error::Reason;
use crate::looked::{Found, looked_for, note};

/// The head of a request, as a [`Scheme`](crate::Scheme) reads it: nothing in it is believed yet.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
    tenant: Option<&'a str>,
}

impl<'a> Head<'a> {
    /// The head of `parts`.
    #[must_use]
    pub fn new(parts: &'a Parts) -> Self {
        let Parts { method, uri, headers, extensions, .. } = parts;
        Self { method, uri, headers, extensions, tenant: None }
    }

    /// The head of a request that is whole still.
    pub(crate) fn of<B>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
            tenant: None,
        }
    }

    /// The same with the name that was [located](crate::Locate) in it.
    pub(crate) fn with_tenant(self, tenant: Option<&'a str>) -> Self {
        Self { tenant, ..self }
    }

    pub(crate) fn tenant(&self) -> Option<&'a str> {
        self.tenant
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The URI as this layer sees it. A router that nests has already taken its prefix off.
    #[must_use]
    pub fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// All headers. For one that may occur only once, [`single`](Self::single) is meant.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// What outer layers left, such as the URI before a router nested it.
    #[must_use]
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }

    /// The value of a header that may occur at most once, without the white space around it.
    ///
    /// # Errors
    ///
    /// [`Reason::Repeated`] under the given name, if it occurs more often.
    pub fn single(
        &self,
        header: &HeaderName,
        name: &'static str,
    ) -> Result<Option<&'a [u8]>, Reason> {
        let mut values = self.headers.get_all(header).iter();
        let first = values.next();
        if values.next().is_some() {
            note(name, || Found::Repeated);
            return Err(Reason::Repeated(name));
        }
        let value = first.map(|value| trim(value.as_bytes()));
        looked_for(name, value);
        Ok(value)
    }

    /// The value of a header that has to occur exactly once.
    ///
    /// # Errors
    ///
    /// [`Reason::Missing`] or [`Reason::Repeated`] under the given name.
    pub fn required(&self, header: &HeaderName, name: &'static str) -> Result<&'a [u8], Reason> {
        self.single(header, name)?.ok_or(Reason::Missing(name))
    }
}

/// Takes off the optional white space of RFC 9110, 5.6.3: spaces and tabs.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_spaces_and_tabs_are_trimmed() {
        assert_eq!(trim(b" \tab c\t "), b"ab c");
        assert_eq!(trim(b" \t "), b"");
        assert_eq!(trim(b"\na\r"), b"\na\r");
    }
}
