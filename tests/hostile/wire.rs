//! A client that writes what it is told, whatever HTTP says.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

/// How long a server may take to close a connection. Longer than any of its deadlines.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) struct Wire(TcpStream, Instant);

impl Wire {
    pub(super) async fn connect(address: SocketAddr) -> Self {
        let start = Instant::now();
        let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
        Self(connected.expect("a connection in time").expect("a connection"), start)
    }

    /// With room for few answers that it has not read.
    pub(super) async fn connect_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a size");
        let start = Instant::now();
        let connected = timeout(PATIENCE, socket.connect(address)).await;
        Self(connected.expect("a connection in time").expect("a connection"), start)
    }

    /// Writes it, or as much of it as the server takes.
    pub(super) async fn write(&mut self, text: impl AsRef<[u8]>) -> bool {
        let written = timeout(PATIENCE, self.0.write_all(text.as_ref())).await;
        written.expect("written in time").is_ok()
    }

    /// Will write nothing more, which the server is told.
    pub(super) async fn finish(&mut self) {
        // It may have closed the connection already.
        let _ = self.0.shutdown().await;
    }

    /// The next answer's head, in lower case, or what came of it before the end.
    pub(super) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        let read = async {
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = self.0.read_u8().await else { return };
                head.push(byte);
            }
        };
        timeout(PATIENCE, read).await.expect("an answer in time");
        String::from_utf8_lossy(&head).to_lowercase()
    }

    /// The statuses of all answers until the server closes the connection.
    pub(super) async fn statuses(mut self) -> Vec<u16> {
        statuses(&self.rest().await)
    }

    /// The same, after it was told that nothing more will come if it does not close the connection by
    /// itself in this time.
    pub(super) async fn settle(mut self, within: Duration) -> Vec<u16> {
        let mut read = Vec::new();
        if timeout(within, self.0.read_to_end(&mut read)).await.is_err() {
            self.finish().await;
            read.extend(self.rest().await);
        }
        statuses(&read)
    }

    /// All that comes until the server closes the connection.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut read = Vec::new();
        // A reset is an end, too.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut read)).await.expect("an end in time");
        read
    }

    /// Writes byte by byte, until the server closes the connection: how long it was there, and the
    /// statuses of its answers.
    pub(super) async fn drip(
        self,
        bytes: impl IntoIterator<Item = u8>,
        pause: Duration,
    ) -> (Duration, Vec<u16>) {
        let Self(stream, start) = self;
        let (mut reader, mut writer) = stream.into_split();
        let dripping = async {
            for byte in bytes {
                if writer.write_all(&[byte]).await.is_err() {
                    break;
                }
                sleep(pause).await;
            }
            std::future::pending::<()>().await;
        };
        let mut read = Vec::new();
        tokio::select! {
            () = dripping => {}
            end = timeout(PATIENCE, reader.read_to_end(&mut read)) => {
                let _ = end.expect("an end in time");
            }
        }
        (start.elapsed(), statuses(&read))
    }
}

fn statuses(answers: &[u8]) -> Vec<u16> {
    let answers = String::from_utf8_lossy(answers);
    let status = |rest: &str| rest.get(..3).and_then(|status| status.parse().ok());
    answers.split("HTTP/1.1 ").skip(1).map(|rest| status(rest).expect("a status")).collect()
}

/// The head of a request but for what says how long the body is, and for the empty line.
pub(super) fn head(request: &Request<Bytes>) -> String {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri().path());
    head.push_str("Host: localhost\r\n");
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().expect("a text")));
    }
    head
}

/// All of a request.
pub(super) fn whole(request: &Request<Bytes>) -> Vec<u8> {
    framed(request, &format!("Content-Length: {}\r\n", request.body().len()), request.body())
}

/// The last request of a connection.
pub(super) fn last(request: &Request<Bytes>) -> Vec<u8> {
    let length = request.body().len();
    framed(request, &format!("Connection: close\r\nContent-Length: {length}\r\n"), request.body())
}

/// A request with these lines at the end of its head, and with that after it.
pub(super) fn framed(request: &Request<Bytes>, lines: &str, body: &[u8]) -> Vec<u8> {
    [head(request).as_bytes(), lines.as_bytes(), b"\r\n", body].concat()
}

/// A chunk, with that between its size and the end of the line.
pub(super) fn chunk(extension: &str, data: &[u8]) -> Vec<u8> {
    [format!("{:x}{extension}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}
