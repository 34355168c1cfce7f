//! A body of 16 MiB that arrives in chunks of 64 KiB over loopback: how long it takes from the last chunk to the
//! handler, beside what the hash of all of it takes. It is hashed as it arrives, so little is left to be done.
//!
//! `cargo bench -p countersign-benches --bench streaming`
//!
//! It takes about a minute, or a few seconds with `QUICK=1`, wants two cores, and ends with an error if a number is
//! worse than what is promised.

use std::env;
use std::future::ready;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::map_request;
use axum::routing::post;
use axum::serve::ListenerExt;
use bytes::Bytes;
use countersign::github::GitHub;
use countersign::{GitHubVerify, Secret, Sign, Timestamp};
use countersign_benches::ways::github::SECRET;
use countersign_benches::{Limit, markdown, median, quick};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const BODY: usize = 16 << 20;
const CHUNK: usize = 64 << 10;

/// How the end of a body is told.
#[derive(Clone, Copy, PartialEq)]
enum Framing {
    Declared,
    Chunked,
}

/// What is measured, and the path of it.
const VARIANTS: [(&str, &str, Framing); 10] = [
    ("read and dropped, declared", "/dropped", Framing::Declared),
    ("read and hashed, declared", "/hashed", Framing::Declared),
    ("read, hashed and copied, declared", "/copied", Framing::Declared),
    ("bare handler, declared", "/bare", Framing::Declared),
    ("layer, declared", "/layer", Framing::Declared),
    ("read and dropped, chunked", "/dropped", Framing::Chunked),
    ("read and hashed, chunked", "/hashed", Framing::Chunked),
    ("read, hashed and copied, chunked", "/copied", Framing::Chunked),
    ("bare handler, chunked", "/bare", Framing::Chunked),
    ("layer, chunked", "/layer", Framing::Chunked),
];

/// Makes the C library keep what is freed. Or it gives some 30 MB back to the kernel at a time, whoever frees the
/// last of them, and that takes milliseconds: with `GLIBC_TUNABLES=` in the environment this shows.
const KEEP_MEMORY: &str =
    "glibc.malloc.trim_threshold=1000000000:glibc.malloc.mmap_threshold=1000000000";

fn main() -> ExitCode {
    const TUNABLES: &str = "GLIBC_TUNABLES";
    if env::var_os(TUNABLES).is_none() {
        let program = env::current_exe().expect("the path of this program");
        panic!("{}", Command::new(program).env(TUNABLES, KEEP_MEMORY).exec());
    }
    let server = Server::start();
    let mut client = Client::connect(server);
    let rounds = if quick() { 10 } else { 200 };
    let mut hashes = Vec::new();
    let mut times = VARIANTS.map(|_| Vec::new());
    for _ in 0..rounds {
        // In turns, so that what else the machine does falls on all of them.
        hashes.push(client.hash());
        for ((_, path, framing), times) in VARIANTS.iter().zip(&mut times) {
            times.push(client.send(path, *framing));
        }
    }
    report(&mut hashes, &times)
}

fn report(hashes: &mut [f64], times: &[Vec<f64>]) -> ExitCode {
    let mut table = markdown(["last chunk to handler", "us, median", "% of the hash of all of it"]);
    let mut limits = Vec::new();
    for ((title, path, _), times) in VARIANTS.iter().zip(times) {
        let mut shares: Vec<_> =
            times.iter().zip(&*hashes).map(|(time, hash)| time / hash * 100.0).collect();
        let share = median(&mut shares);
        let time = median(&mut times.clone());
        table.add_row([(*title).to_owned(), format!("{time:.0}"), format!("{share:.2}")]);
        if *path == "/layer" {
            let what = format!("{title}: last chunk to handler, % of the hash of all of it");
            limits.push(Limit::at_most(what, share, 2.0));
        }
    }
    let hash = median(hashes);
    table.add_row(["*the hash of all of it*".to_owned(), format!("{hash:.0}"), String::new()]);
    println!("{table}\n");
    Limit::judge(&limits)
}

/// In a thread of its own. It says when a handler was entered, and how much of a body was taken.
struct Server {
    address: SocketAddr,
    entered: Receiver<Instant>,
    taken: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Self {
        let (tell, entered) = mpsc::channel();
        let (bound, address) = mpsc::channel();
        let taken = Arc::new(AtomicUsize::new(0));
        let router = router(&tell, &taken);
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                bound.send(listener.local_addr().expect("an address")).expect("it is awaited");
                let listener =
                    listener.tap_io(|stream| stream.set_nodelay(true).expect("a connection"));
                axum::serve(listener, router).await.expect("no end");
            });
        });
        Self { address: address.recv().expect("it listens"), entered, taken }
    }
}

fn router(tell: &Sender<Instant>, taken: &Arc<AtomicUsize>) -> Router {
    let handler = {
        let tell = tell.clone();
        async move |body: Bytes| {
            tell.send(Instant::now()).expect("it is awaited");
            assert_eq!(body.len(), BODY);
        }
    };
    let read = |hash: bool, copy: bool| {
        let tell = tell.clone();
        async move |mut body: Body| {
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
            let mut whole = Vec::new();
            while let Some(frame) = body.frame().await {
                let frame = frame.expect("a connection");
                let piece = frame.data_ref().map_or(&b""[..], |data| data);
                if hash {
                    mac.update(piece);
                }
                if copy {
                    whole.extend_from_slice(piece);
                }
            }
            black_box(mac.finalize());
            tell.send(Instant::now()).expect("it is awaited");
            black_box(whole);
        }
    };
    let taken = Arc::clone(taken);
    let count = move |request: Request| {
        let taken = Arc::clone(&taken);
        ready(request.map(|body| {
            Body::new(body.map_frame(move |frame| {
                taken.fetch_add(frame.data_ref().map_or(0, Bytes::len), Ordering::Relaxed);
                frame
            }))
        }))
    };
    Router::new()
        .route("/dropped", post(read(false, false)))
        .route("/hashed", post(read(true, false)))
        .route("/copied", post(read(true, true)))
        .route("/bare", post(handler.clone()))
        .route("/layer", post(handler).route_layer(GitHubVerify::new(SECRET)))
        .layer(map_request(count))
        .layer(DefaultBodyLimit::disable())
        .with_state(())
}

struct Client {
    stream: TcpStream,
    server: Server,
    body: Bytes,
    signature: String,
}

impl Client {
    fn connect(server: Server) -> Self {
        let stream = TcpStream::connect(server.address).expect("a connection");
        stream.set_nodelay(true).expect("a connection");
        let body = Bytes::from(vec![b'x'; BODY]);
        let request = Request::post("/").body(body.clone()).expect("a request");
        let secret = Secret::new(SECRET).expect("a secret");
        let request = GitHub.sign(&secret, Timestamp::from_secs(0), request).expect("a signature");
        let signature = request.headers().get("x-hub-signature-256").expect("it is signed");
        let signature = signature.to_str().expect("text").to_owned();
        Self { stream, server, body, signature }
    }

    /// The hash of the body alone, in microseconds.
    fn hash(&self) -> f64 {
        let start = Instant::now();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
        mac.update(black_box(&self.body));
        black_box(mac.finalize());
        micros(start.elapsed())
    }

    /// From just before the last chunk is written to the handler, in microseconds.
    fn send(&mut self, path: &str, framing: Framing) -> f64 {
        let signature = &self.signature;
        let length = match framing {
            Framing::Declared => format!("content-length: {BODY}"),
            Framing::Chunked => "transfer-encoding: chunked".to_owned(),
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nx-hub-signature-256: {signature}\r\n{length}\r\n\r\n"
        );
        let chunk = self.body.slice(..CHUNK);
        let (piece, last) = match framing {
            Framing::Declared => (chunk.to_vec(), chunk.to_vec()),
            Framing::Chunked => {
                let piece = [format!("{CHUNK:x}\r\n").as_bytes(), &chunk, b"\r\n"].concat();
                let last = [&piece[..], b"0\r\n\r\n"].concat();
                (piece, last)
            }
        };
        self.server.taken.store(0, Ordering::Relaxed);
        self.stream.write_all(head.as_bytes()).expect("a connection");
        for _ in 1..BODY / CHUNK {
            self.stream.write_all(&piece).expect("a connection");
        }
        self.until_taken(BODY - CHUNK);
        let start = Instant::now();
        self.stream.write_all(&last).expect("a connection");
        let entered = self.server.entered.recv_timeout(Duration::from_secs(10));
        let entered = entered.expect("the handler is called");
        self.read_answer();
        micros(entered - start)
    }

    /// Waits until that much was taken out of the connection, and then for what is done with the last of it.
    fn until_taken(&self, length: usize) {
        while self.server.taken.load(Ordering::Relaxed) < length {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(3));
    }

    fn read_answer(&self) {
        let mut lines = BufReader::new(&self.stream).lines().map(|line| line.expect("a line"));
        assert_eq!(lines.next().as_deref(), Some("HTTP/1.1 200 OK"));
        // The answer has no body.
        assert!(lines.any(|line| line.is_empty()), "the head of the answer ends");
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
