//! The body of a request: read to its end, and hashed on the way.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http_body::Body;
use http_body_util::LengthLimitError;
use tower_http::timeout::TimeoutError;

use crate::body::BoxError;
use crate::engine::Fed;
use crate::error::Reason;
use crate::gather::{FRAMES_A_TURN, Gather};
use crate::scheme::Scheme;

/// Reads to the end of the body, hashing on the way. Trailers are signed by nobody and left.
#[inline]
pub(super) fn poll_body<S: Scheme, B>(
    mut body: Pin<&mut B>,
    fed: &mut Option<Fed<S>>,
    gather: &mut Gather,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Reason>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    for _ in 0..FRAMES_A_TURN {
        let Some(frame) = ready!(body.as_mut().poll_frame(cx)) else {
            return Poll::Ready(Ok(()));
        };
        let frame = frame.map_err(|error| reason_of(&*error.into()))?;
        let Ok(mut data) = frame.into_data() else { continue };
        let chunk = data.copy_to_bytes(data.remaining());
        if chunk.is_empty() {
            continue;
        }
        // Hashed only if there is room for it.
        gather.admit(chunk.len())?;
        if let Some(fed) = fed {
            fed.update(gather.so_far(), &chunk);
        }
        gather.push(chunk);
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

/// Looks through what wraps a body's error for a limit or a deadline of an outer layer.
fn reason_of(error: &(dyn Error + 'static)) -> Reason {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Reason::BodyTooLarge;
        }
        if error.is::<TimeoutError>() {
            return Reason::BodyTimeout;
        }
        cause = error.source();
    }
    Reason::BodyUnreadable
}
