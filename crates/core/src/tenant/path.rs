//! A tenant by a parameter of axum's path.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use super::Locate;

/// A parameter of axum's path: `tenant` of `/hooks/{tenant}/spark`.
///
/// The layer has to be on the route, or on the method router, not on the whole `Router`: before a
/// route was found there are no parameters, so there is no tenant and every request is refused.
#[derive(Clone, Debug)]
pub struct PathTenant(Box<str>);

impl PathTenant {
    /// The parameter of that name.
    #[must_use]
    pub fn new(parameter: &str) -> Self {
        Self(parameter.into())
    }
}

impl Locate for PathTenant {
    fn locate(&self, parts: &mut Parts) -> Option<Box<str>> {
        let extracting = pin!(RawPathParams::from_request_parts(parts, &()));
        // It only looks into the extensions, so there is nothing to wait for.
        let Poll::Ready(Ok(parameters)) = extracting.poll(&mut Context::from_waker(Waker::noop()))
        else {
            return None;
        };
        let mut values = parameters.iter().filter(|(name, _)| *name == &*self.0);
        let (_, value) = values.next()?;
        // Nested routers can have the same name twice: which of them is meant is not clear.
        (values.next().is_none() && !value.is_empty()).then(|| value.into())
    }
}
