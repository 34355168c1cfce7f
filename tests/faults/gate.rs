//! The way from a Redis to a server, which can be closed: what the server asks arrives, the answers wait.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

pub(super) struct Gate {
    address: SocketAddr,
    /// One for each piece of an answer; a short answer to a single question is one piece.
    permits: Arc<Semaphore>,
    task: JoinHandle<()>,
}

impl Gate {
    /// To the server on that port of this machine. It is open.
    pub(super) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let permits = Arc::new(Semaphore::new(0));
        let passed = Arc::clone(&permits);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.expect("it runs");
                let ((from_client, to_client), (from_server, mut to_server)) =
                    (client.into_split(), server.into_split());
                let mut from_client = from_client;
                tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
                tokio::spawn(answers(from_server, to_client, Arc::clone(&passed)));
            }
        });
        let gate = Self { address, permits, task };
        gate.open();
        gate
    }

    pub(super) fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    pub(super) fn open(&self) {
        self.permits.add_permits(1 << 20);
    }

    pub(super) fn close(&self) {
        self.permits.forget_permits(usize::MAX);
    }

    /// Lets one answer through, if there is one or when it comes.
    pub(super) fn pass_one(&self) {
        self.permits.add_permits(1);
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, permits: Arc<Semaphore>) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        permits.acquire().await.expect("it is not closed").forget();
        if to.write_all(piece.get(..length).unwrap_or_default()).await.is_err() {
            return;
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}
