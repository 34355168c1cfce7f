//! Reading on after a refusal, so that the client gets to see it.
//!
//! A server that closes a connection while the client is still writing resets it, and a client
//! that writes all of its request before it reads may never see the answer. So what was refused by
//! its head is still read and thrown away, within bounds, while the answer is on its way.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use bytes::Buf;
use http::Version;
use http::header::EXPECT;
use http::request::Parts;
use http_body::Body;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a refused body is read on.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a client may be writing a body that it was not asked for.
///
/// With `Expect: 100-continue` it waits to be asked, and HTTP/2 tells it to stop.
pub(crate) fn worth_draining(parts: &Parts) -> bool {
    parts.version < Version::HTTP_2 && !parts.headers.contains_key(EXPECT)
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
        runtime.spawn(timeout(PATIENCE, read(body, limit)));
    }
}

async fn read<B: Body>(body: B, limit: usize) {
    let mut body = pin!(body);
    let mut left = limit;
    while let Some(Ok(frame)) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let length = frame.data_ref().map_or(0, Buf::remaining);
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
