//! A request body that does what it is told, frame by frame.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

/// One thing that a body does.
pub enum Step {
    /// A frame of data, which may be empty.
    Data(Bytes),
    /// A frame of trailers.
    Trailers(HeaderMap),
    /// Not ready once; it wakes the task itself.
    Pause,
    /// Runs something, such as moving a clock.
    Run(Box<dyn FnOnce() + Send>),
    /// Breaks off.
    Fail,
    /// Is never ready again.
    Stall,
    /// Is always ready with another empty frame.
    Spin,
    /// Holds something for as long as the body is there.
    Held(Arc<()>),
}

/// The body.
#[derive(Default)]
pub struct Script {
    steps: VecDeque<Step>,
    declared: Option<u64>,
    held: Option<Arc<()>>,
}

impl Script {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), declared: None, held: None }
    }

    /// The body in pieces of that size, with a pause before each and one empty frame.
    pub fn chunked(body: &[u8], size: usize) -> Self {
        let mut steps = vec![Step::Data(Bytes::new())];
        for chunk in body.chunks(size.max(1)) {
            steps.push(Step::Pause);
            steps.push(Step::Data(Bytes::copy_from_slice(chunk)));
        }
        Self::new(steps)
    }

    /// Claims a length, as `Content-Length` does.
    pub fn declare(mut self, length: u64) -> Self {
        self.declared = Some(length);
        self
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            let frame = match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Data(data)) => Ok(Frame::data(data)),
                Some(Step::Trailers(trailers)) => Ok(Frame::trailers(trailers)),
                Some(Step::Fail) => Err(io::ErrorKind::ConnectionReset.into()),
                Some(Step::Run(run)) => {
                    run();
                    continue;
                }
                Some(Step::Held(held)) => {
                    self.held = Some(held);
                    continue;
                }
                Some(Step::Pause) => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Step::Stall) => {
                    self.steps.push_front(Step::Stall);
                    return Poll::Pending;
                }
                Some(Step::Spin) => {
                    self.steps.push_front(Step::Spin);
                    Ok(Frame::data(Bytes::new()))
                }
            };
            return Poll::Ready(Some(frame));
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.declared.map(SizeHint::with_exact).unwrap_or_default()
    }
}
