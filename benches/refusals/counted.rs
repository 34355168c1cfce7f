//! A body that counts how often it is looked at.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body of one piece, of a length that is known.
#[derive(Debug)]
pub(crate) struct Counted {
    piece: Option<Bytes>,
    polls: Polls,
}

/// The count, which outlives the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Polls(Arc<AtomicUsize>);

impl Counted {
    pub(crate) fn new(piece: Bytes) -> (Self, Polls) {
        let polls = Polls::default();
        (Self { piece: Some(piece), polls: polls.clone() }, polls)
    }
}

impl Polls {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.polls.0.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(self.piece.take().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.piece.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.piece.as_ref().map_or(0, Bytes::len) as u64)
    }
}
