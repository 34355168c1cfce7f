//! What is signed behind the URL, and what the handler gets of it.

use std::sync::Arc;

use bytes::Bytes;
use countersign_core::{Canonical, Reason};
use countersign_form::{Form, MAX_FIELDS};

/// The fields of a form that was posted: signed behind the URL.
#[derive(Clone)]
pub(crate) struct Posted(Arc<Form>);

impl Posted {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Reason> {
        Ok(Self(Arc::new(Form::decode_repeating(body, MAX_FIELDS)?)))
    }
}

impl Canonical for Posted {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) {
        for field in self.0.fields() {
            sink(field.name.as_bytes());
            sink(field.value.unwrap_or_default().as_bytes());
        }
    }

    fn reveal(&self) -> Bytes {
        self.0.select(|_| true)
    }
}

/// The query of a URL: signed within it, so there is nothing to be added. What fields it has is of no account to
/// the signature, so who wants them reads them.
pub(crate) struct InUrl(Bytes);

impl InUrl {
    pub(crate) fn new(query: &str) -> Self {
        Self(Bytes::copy_from_slice(query.as_bytes()))
    }
}

impl Canonical for InUrl {
    fn feed(&self, _: &mut dyn FnMut(&[u8])) {}

    fn reveal(&self) -> Bytes {
        self.0.clone()
    }
}
