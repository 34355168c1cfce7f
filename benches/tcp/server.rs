//! The server: this program started again, on a core of its own, with a port for each variant.

use std::env::current_exe;
use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::process::{Child, Command, Stdio};
use std::thread;

use axum::serve::ListenerExt;
use countersign_benches::ways::{BARE, FROM_FN, HMAC, LAYER, github};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// In the order of their ports.
pub(crate) const VARIANTS: [&str; 4] = [BARE, HMAC, FROM_FN, LAYER];
/// No body is larger.
const LARGEST: usize = 64 << 10;

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
        let urls: Vec<_> = ports.map(|port| format!("http://127.0.0.1:{port}/hook")).collect();
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
        for way in github::case(LARGEST).ways {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            println!("{}", listener.local_addr().expect("an address").port());
            let listener =
                listener.tap_io(|stream| stream.set_nodelay(true).expect("a connection"));
            tokio::spawn(axum::serve(listener, way.app).into_future());
        }
        stdout().flush().expect("somebody reads");
        std::future::pending::<()>().await;
    });
}
