//! The body of an answer: that of the service inside, or the layer's own.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;

/// An error of a request's body.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

pin_project! {
    /// The body of an answer: that of the service inside, or the layer's own, such as a refusal's.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProj]
    #[derive(Debug)]
    enum Kind<B> {
        Inner { #[pin] body: B },
        Own { #[pin] body: Full<Bytes> },
    }
}

impl<B> ResponseBody<B> {
    /// The body that the service inside made.
    #[must_use]
    pub fn new(body: B) -> Self {
        Self { kind: Kind::Inner { body } }
    }

    /// A body that the layer itself makes, in place of one of the service inside.
    #[must_use]
    pub fn full(body: Bytes) -> Self {
        Self { kind: Kind::Own { body: Full::new(body) } }
    }
}

/// Layers outside, such as a time-out, make their own answers by `Default`.
impl<B: Default> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::new(B::default())
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProj::Inner { body } => body.poll_frame(cx),
            KindProj::Own { body } => {
                body.poll_frame(cx).map(|frame| frame.map(|it| it.map_err(|never| match never {})))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner { body } => body.is_end_stream(),
            Kind::Own { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { body } => body.size_hint(),
            Kind::Own { body } => body.size_hint(),
        }
    }
}
