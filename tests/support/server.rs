//! Real servers on free loopback ports, and a client that writes what it is told.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A server that ends when this is dropped.
pub struct Server {
    pub address: SocketAddr,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    pub async fn start(app: Router) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, task })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Writes all of it, and only then reads, to the end of the connection.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    read_to_end(&mut stream).await
}

/// What comes until the connection is closed, within a minute.
pub async fn read_to_end(stream: &mut TcpStream) -> io::Result<String> {
    let mut answer = Vec::new();
    timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await??;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
