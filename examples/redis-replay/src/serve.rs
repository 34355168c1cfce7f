//! Serves until it is told to stop.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a request that has begun may go on after the signal to stop: what was claimed for it is confirmed
/// before its answer is sent, and Redis may be slow.
const GRACE: Duration = Duration::from_secs(30);

pub(crate) async fn serve(app: Router, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let stop_signal = stop_signal()?;
    // To stdout, for scripts; the log goes to stderr.
    println!("listening on http://{}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        stopped.await.unwrap_or_default();
    });
    let mut server = pin!(server.into_future());
    tokio::select! {
        ended = &mut server => return ended,
        () = stop_signal => tracing::info!("stopping"),
    }
    drop(stop);
    timeout(GRACE, server).await.unwrap_or_else(|_| {
        tracing::warn!("stopped with a connection still open");
        Ok(())
    })
}

/// SIGTERM or ctrl-c, heard from now on and not only once it is waited for.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
}
