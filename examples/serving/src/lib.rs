//! How to serve so that no client holds the server up. `axum::serve` waits for ever for a head that
//! never ends, so whoever opens connections and says nothing takes every descriptor that the process
//! has. One file, to be a module of yours: `countersign new` writes it so.
//!
//! | a client that | is cut off |
//! |---|---|
//! | opens a connection and does not send the head of a request | after [`FIRST_HEAD`] |
//! | sends a second request on the connection, or none, or drips its head | after [`NEXT_HEAD`] |
//! | sends a head of more than 100 lines, or of 16 KiB in HTTP/2 and 400 KiB in HTTP/1 | at once: 431 |
//! | opens more than [`STREAMS`] streams on one connection of HTTP/2 | those are refused |
//! | resets streams as quickly as it opens them | at once |
//! | asks and never reads the answers, or is gone without a word | after 20 s without any progress, on Linux |
//! | drips a body | by the layer for that: see `guide::layer_order` of `countersign` |
//!
//! How many connections there may be is what the system allows: `ulimit -n`, `LimitNOFILE=` in a
//! unit of systemd.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::{Handle, Server};
use tokio::net::{TcpListener, ToSocketAddrs};

/// How long the first head of a connection may take to arrive.
pub const FIRST_HEAD: Duration = Duration::from_secs(10);

/// How long each later head may take, the wait for it included. Longer than proxies keep a connection
/// that they do not use (nginx and the balancers of AWS a minute): one that is closed here as it is used
/// there would cost a genuine request.
pub const NEXT_HEAD: Duration = Duration::from_secs(75);

/// How many requests a connection of HTTP/2 may carry at a time: as many bodies are in memory.
pub const STREAMS: u32 = 64;

/// How long an answer may lie there that the client does not take.
#[cfg(target_os = "linux")]
const UNREAD: Duration = Duration::from_secs(20);

/// How often a client of HTTP/2 is asked whether it is there still.
const PING: Duration = Duration::from_secs(20);

/// Serves until SIGTERM or ctrl-c; the requests that have begun by then may take so long to end.
///
/// # Errors
///
/// When the address cannot be listened on.
pub async fn serve(app: Router, address: impl ToSocketAddrs, grace: Duration) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    // Every connection that it accepts inherits that.
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&listener).set_tcp_user_timeout(Some(UNREAD))?;
    let stop_signal = stop_signal()?;
    // To stdout, for scripts; the log goes to stderr.
    println!("listening on http://{}", listener.local_addr()?);
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop_signal.await;
        tracing::info!("stopping");
        stopping.graceful_shutdown(Some(grace));
    });
    server(listener).handle(handle.clone()).serve(app.into_make_service()).await?;
    if handle.connection_count() > 0 {
        tracing::warn!("stopped with a connection still open");
    }
    Ok(())
}

/// A server with those limits.
#[must_use]
pub fn server(listener: TcpListener) -> Server<SocketAddr> {
    let mut server = Server::from_listener(listener).first_request_timeout(FIRST_HEAD);
    let http = server.http_builder();
    http.http1().header_read_timeout(NEXT_HEAD);
    http.http2().max_concurrent_streams(STREAMS).keep_alive_interval(PING);
    server
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
