//! The server: this program started again, on a core of its own, with a port for each variant.

use std::env::current_exe;
use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::process::{Child, Command, Stdio};
use std::thread;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use bytes::Bytes;
use countersign::GitHubVerify;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

pub(crate) const SECRET: &str = "It's a Secret to Everybody";
pub(crate) const VARIANTS: [&str; 4] = ["bare", "hmac", "from_fn", "layer"];

/// The argument with which it is started again.
pub(crate) const SERVE: &str = "--serve";
const CORE: &str = "0";

/// It ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    urls: Vec<String>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut process = Command::new("taskset")
            .args(["-c", CORE])
            .arg(current_exe().expect("the path of this program"))
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("taskset can be started");
        let ports = BufReader::new(process.stdout.take().expect("its output"));
        let ports = ports.lines().take(VARIANTS.len()).map(|port| port.expect("a port"));
        let urls: Vec<_> = ports.map(|port| format!("http://127.0.0.1:{port}/")).collect();
        assert_eq!(urls.len(), VARIANTS.len(), "the server did not start");
        Self { process, urls }
    }

    pub(crate) fn url(&self, variant: &str) -> String {
        let mut urls = VARIANTS.iter().zip(&self.urls);
        urls.find_map(|(name, url)| (*name == variant).then(|| url.clone())).expect("it is served")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Prints the ports, and serves until nobody is there for whom.
pub(crate) fn serve() {
    thread::spawn(|| {
        // The end of the input is the end of who started this.
        drop(stdin().read_line(&mut String::new()));
        std::process::exit(0);
    });
    Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
        for name in VARIANTS {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            println!("{}", listener.local_addr().expect("an address").port());
            let listener =
                listener.tap_io(|stream| stream.set_nodelay(true).expect("a connection"));
            tokio::spawn(axum::serve(listener, router(name)).into_future());
        }
        stdout().flush().expect("somebody reads");
        std::future::pending::<()>().await;
    });
}

fn router(variant: &str) -> Router {
    let route = match variant {
        "bare" => post(bare),
        "hmac" => {
            let key = key(SECRET.as_bytes());
            post(move |request: Request| hmac(key.clone(), request))
        }
        "from_fn" => post(bare).route_layer(from_fn(hand_written)),
        "layer" => post(bare).route_layer(GitHubVerify::new(SECRET)),
        other => panic!("nothing is called {other}"),
    };
    Router::new().route("/", route).with_state(())
}

fn key(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("a key of any length")
}

async fn bare(body: Bytes) {
    assert!(!body.is_empty());
}

/// As cheaply as it can be done: the key is prepared, and nothing is allocated for the header.
async fn hmac(mut key: Hmac<Sha256>, request: Request) -> Response {
    let Some(signature) = decode(request.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match Bytes::from_request(request, &()).await {
        Ok(body) => {
            key.update(&body);
            match key.verify_slice(&signature) {
                Ok(()) => StatusCode::OK.into_response(),
                Err(_) => StatusCode::UNAUTHORIZED.into_response(),
            }
        }
        Err(rejection) => rejection.into_response(),
    }
}

fn decode(headers: &HeaderMap) -> Option<[u8; 32]> {
    let digits = headers.get("x-hub-signature-256")?.as_bytes().strip_prefix(b"sha256=")?;
    let mut signature = [0; 32];
    base16ct::mixed::decode(digits, &mut signature).ok()?;
    Some(signature)
}

/// As people write it.
async fn hand_written(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 25 << 20).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let header = parts.headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    let digits = header.and_then(|text| text.strip_prefix("sha256="));
    let Some(signature) = digits.and_then(|digits| hex::decode(digits).ok()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let mut mac = key(SECRET.as_bytes());
    mac.update(&body);
    if mac.verify_slice(&signature).is_err() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}
