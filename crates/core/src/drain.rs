//! Reading on after a refusal, so that the client gets to see it.
//!
//! A server that closes a connection while the client is still writing resets it, and a client
//! that writes all of its request before it reads may never see the answer. So what was refused by
//! its head is still read and thrown away, within bounds, while the answer is on its way.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Buf;
use futures_timer::Delay;
use http::header::EXPECT;
use http::{Request, Version};
use http_body::Body;
use tokio::runtime::Handle;
use tokio::task::yield_now;

use crate::gather::FRAMES_A_TURN;

/// How long a refused body is read on, from when it has to be waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a client may be writing a body that it was not asked for.
///
/// With `Expect: 100-continue` it waits to be asked, and HTTP/2 tells it to stop.
pub(crate) fn worth_draining<B>(request: &Request<B>) -> bool {
    request.version() < Version::HTTP_2 && !request.headers().contains_key(EXPECT)
}

/// Reads on in a task of its own, for up to `limit` bytes and five seconds.
///
/// Without a tokio runtime it does nothing: then it is up to the server.
pub(crate) fn drain<B>(body: B, limit: usize)
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    if body.is_end_stream() {
        return;
    }
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(read(body, limit));
    }
}

async fn read<B: Body>(body: B, limit: usize) {
    let mut body = pin!(body);
    // Made when there is something to wait for, since that starts a thread. Not tokio's timer: a runtime may have
    // been built without one, and then it panics.
    let mut patience = None;
    let mut left = limit;
    let mut frames = 0;
    while let Some(length) = next(body.as_mut(), &mut patience).await {
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => return,
        }
        frames += 1;
        // A body that is always ready would keep its thread, and nobody would look at the timer.
        if frames == FRAMES_A_TURN {
            frames = 0;
            yield_now().await;
            if poll_fn(|cx| Poll::Ready(is_over(&mut patience, cx))).await {
                return;
            }
        }
    }
}

/// The length of the next frame's data, if one comes while there is patience.
async fn next<B: Body>(mut body: Pin<&mut B>, patience: &mut Option<Delay>) -> Option<usize> {
    poll_fn(|cx| match body.as_mut().poll_frame(cx) {
        Poll::Ready(Some(Ok(frame))) => {
            Poll::Ready(Some(frame.data_ref().map_or(0, Buf::remaining)))
        }
        Poll::Ready(Some(Err(_)) | None) => Poll::Ready(None),
        Poll::Pending if is_over(patience, cx) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}

fn is_over(patience: &mut Option<Delay>, cx: &mut Context<'_>) -> bool {
    let patience = patience.get_or_insert_with(|| Delay::new(PATIENCE));
    Pin::new(patience).poll(cx).is_ready()
}
