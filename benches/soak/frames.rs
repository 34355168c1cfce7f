//! A body that comes in pieces, and has to be waited for.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body in frames of one size. Before every second one it is not ready yet, so that others have their turn.
#[derive(Debug)]
pub(crate) struct Frames {
    left: Bytes,
    size: usize,
    declared: bool,
    waited: bool,
}

impl Frames {
    /// A body whose length is known beforehand, as by `Content-Length`, or not.
    pub(crate) fn new(body: Bytes, size: usize, declared: bool) -> Self {
        Self { left: body, size: size.max(1), declared, waited: true }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        self.waited = !self.waited;
        if self.waited {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let length = self.size.min(self.left.len());
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.declared {
            SizeHint::with_exact(self.left.len() as u64)
        } else {
            SizeHint::default()
        }
    }
}
