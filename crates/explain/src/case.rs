//! A request and its receiver, with whatever was changed about them.

use std::sync::Arc;

use bytes::Bytes;
use countersign_core::Secret;
use http::Request;
use http::header::{HeaderName, HeaderValue};

use crate::receiver::{Check, Receiver, Setup};
use crate::show::Show;

/// What is tried: cheap to clone, but for the head.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) request: Request<Bytes>,
    pub(crate) setup: Setup,
    pub(crate) check: Arc<dyn Check>,
    pub(crate) around: Arc<Around>,
}

/// What is the same for all that is tried.
pub(crate) struct Around {
    pub(crate) receiver: Receiver,
    /// Other providers, whose request it may be.
    pub(crate) others: Vec<Receiver>,
    /// Other secrets, which it may be signed with.
    pub(crate) other_secrets: Vec<Secret>,
    /// How to show what is in a URL, where that is the cause.
    pub(crate) show: Show,
}

/// A case after a change, and what was changed in it.
pub(crate) struct Variant {
    pub(crate) case: Case,
    pub(crate) detail: String,
}

/// The variants of a case under one mutation, made as they are asked for.
pub(crate) type Variants<'a> = Box<dyn Iterator<Item = Variant> + 'a>;

impl Case {
    /// With another body; `None` if it is the same.
    pub(crate) fn with_body(&self, body: Vec<u8>, detail: impl Into<String>) -> Option<Variant> {
        if *self.request.body() == body {
            return None;
        }
        let mut case = self.clone();
        *case.request.body_mut() = body.into();
        Some(Variant { case, detail: detail.into() })
    }

    /// With another secret in that place; `None` if it is the same, or none of the provider's shape.
    pub(crate) fn with_secret(
        &self,
        at: usize,
        secret: Vec<u8>,
        detail: impl Into<String>,
    ) -> Option<Variant> {
        if self.setup.secrets().get(at)?.expose() == secret {
            return None;
        }
        let secret = Secret::new(secret).ok()?;
        self.with_setup(self.setup.with_secret(at, secret), detail)
    }

    /// With another URL in that place; `None` if it is the same, or none that can be configured.
    pub(crate) fn with_url(
        &self,
        at: usize,
        url: String,
        detail: impl Into<String>,
    ) -> Option<Variant> {
        if *self.setup.urls().get(at)? == url {
            return None;
        }
        self.with_setup(self.setup.with_url(at, url), detail)
    }

    fn with_setup(&self, setup: Setup, detail: impl Into<String>) -> Option<Variant> {
        let check = self.around.receiver.with(&setup).ok()?;
        let case = Self { setup, check, ..self.clone() };
        Some(Variant { case, detail: detail.into() })
    }

    /// As another provider's request; `None` if that provider takes other secrets.
    pub(crate) fn with_receiver(&self, receiver: &Receiver) -> Option<Variant> {
        let check = receiver.with(&self.setup).ok()?;
        let case = Self { check, ..self.clone() };
        Some(Variant { case, detail: receiver.name().to_owned() })
    }

    /// With another value in that place among the headers of that name.
    pub(crate) fn with_header(
        &self,
        name: &HeaderName,
        at: usize,
        value: &[u8],
        detail: impl Into<String>,
    ) -> Option<Variant> {
        let value = HeaderValue::from_bytes(value).ok()?;
        let values: Vec<_> = self.request.headers().get_all(name).iter().cloned().collect();
        if values.get(at)? == value {
            return None;
        }
        let mut case = self.clone();
        case.request.headers_mut().remove(name);
        for (index, old) in values.into_iter().enumerate() {
            case.request.headers_mut().append(name, if index == at { value.clone() } else { old });
        }
        Some(Variant { case, detail: detail.into() })
    }
}
