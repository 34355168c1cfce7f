//! What a provider says and does not sign.

use http::HeaderMap;

/// What a provider puts into headers that it does not sign, such as the name of an event.
///
/// **Anybody who has one genuine request can send it again with other headers.** Good for logs and for
/// choosing among handlers that would each be right; not for telling what was sent before, and not for
/// what is allowed.
///
/// In axum it is an extractor; elsewhere there is [`read`](Self::read).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsigned<T>(pub T);

/// What can be read from headers, each of which may be missing or anything.
pub trait FromHeaders {
    /// Reads what is there.
    fn from_headers(headers: &HeaderMap) -> Self;
}

impl<T: FromHeaders> Unsigned<T> {
    /// Reads what is in these headers.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Self {
        Self(T::from_headers(headers))
    }
}

/// The text of a header that is there once and is UTF-8.
#[must_use]
pub fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    let text = std::str::from_utf8(value.as_bytes()).ok()?;
    values.next().is_none().then(|| text.to_owned())
}

#[cfg(feature = "axum")]
mod extractor {
    use std::convert::Infallible;

    use axum_core::extract::FromRequestParts;
    use http::request::Parts;

    use super::{FromHeaders, Unsigned};

    impl<T: FromHeaders, State: Send + Sync> FromRequestParts<State> for Unsigned<T> {
        type Rejection = Infallible;

        async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Infallible> {
            Ok(Self::read(&parts.headers))
        }
    }
}
