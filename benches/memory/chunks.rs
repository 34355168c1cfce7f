//! A body that is made while it is read, so that none of it is in memory but what was received.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// How much comes at a time.
pub(crate) const CHUNK: usize = 64 << 10;

/// A body of that many bytes, all of them the same letter.
#[derive(Debug)]
pub(crate) struct Chunks {
    left: usize,
    declared: bool,
}

impl Chunks {
    pub(crate) fn new(size: usize, declared: bool) -> Self {
        Self { left: size, declared }
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.left.min(CHUNK);
        self.left -= length;
        Poll::Ready((length > 0).then(|| Ok(Frame::data(vec![b'x'; length].into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        if self.declared { SizeHint::with_exact(self.left as u64) } else { SizeHint::default() }
    }
}
