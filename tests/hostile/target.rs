//! The examples that are attacked, and requests to them.

use std::net::SocketAddr;
use std::process::{self, Command};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use countersign::{Secret, Sign, SpaceSigningKey};
use countersign_tests::form_server::{self, FLOW, encoded};
use countersign_tests::process::Server;
use countersign_tests::space::{CLIENT_ID, CLIENT_SECRET, Space, message, typing};
use countersign_tests::webex::{self, ORG, StandIn, TOKEN, bot_api, joined, message_in};
use http::Request;
use serde_json::{Value, json};

use super::wire::{Wire, last};

const SIGNING_KEY: &str = "a signing key";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Example {
    Spark,
    Flow,
    Space,
}

impl Example {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Spark => "spark-bot",
            Self::Flow => FLOW.name,
            Self::Space => "space-app",
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Spark => "/spark",
            Self::Flow => FLOW.path,
            Self::Space => "/space",
        }
    }

    /// The MiB of resident memory that it takes at rest, as built for tests, with genuine requests: 18, and 24
    /// more for the events that `spark-bot` remembers.
    pub(super) fn at_rest(self) -> u64 {
        if self == Self::Spark { 42 } else { 18 }
    }
}

/// A server that is attacked.
pub(super) struct Target {
    example: Example,
    server: Server,
    accepted: AtomicU64,
    /// What a forged request would set off if it got to a handler.
    webex: StandIn,
    space: Space,
}

impl Target {
    pub(super) async fn start(example: Example) -> Self {
        // Many systems give a process 1,024, and all cases may run at the same time.
        static ENOUGH: Once = Once::new();
        ENOUGH.call_once(|| limit_descriptors(process::id(), 8192));
        let webex = StandIn::start(|asked| async move { bot_api(&asked) }).await;
        let space = Space::start(0).await;
        let mut environment = vec![
            ("PORT", "0"),
            // What an answer was is written by `TraceLayer`, for each.
            ("RUST_LOG", "warn,tower_http::trace::on_response=debug"),
        ];
        environment.extend(match example {
            Example::Spark => vec![
                ("SPARK_SECRET", webex::SECRET),
                ("SPARK_BOT_TOKEN", TOKEN),
                ("SPARK_ALLOWED_ORGS", ORG),
                ("SPARK_API", webex.url()),
            ],
            Example::Flow => vec![(FLOW.secret, form_server::SECRET)],
            Example::Space => vec![
                ("SPACE_URL", space.url()),
                ("SPACE_CLIENT_ID", CLIENT_ID),
                ("SPACE_CLIENT_SECRET", CLIENT_SECRET),
                ("SPACE_SIGNING_KEY", SIGNING_KEY),
            ],
        });
        let server = Server::start(example.name(), &environment).await;
        Self { example, server, accepted: AtomicU64::new(0), webex, space }
    }

    pub(super) fn example(&self) -> Example {
        self.example
    }

    pub(super) fn id(&self) -> u32 {
        self.server.id()
    }

    /// Leaves it so many descriptors, those that it has included.
    pub(super) fn limit_descriptors(&self, limit: u32) {
        limit_descriptors(self.id(), limit);
    }

    /// What it wrote so far.
    pub(super) fn log(&self) -> String {
        self.server.log()
    }

    pub(super) fn address(&self) -> SocketAddr {
        let address = self.server.url().trim_start_matches("http://");
        address.parse().expect("an address")
    }

    pub(super) async fn connect(&self) -> Wire {
        Wire::connect(self.address()).await
    }

    /// Sends a genuine request in this strange form, and behind it a forged one: the first is accepted, and the second is
    /// not taken for a part of it.
    pub(super) async fn takes(&self, genuine: Vec<u8>) {
        let mut wire = self.connect().await;
        wire.write(genuine).await;
        wire.write(last(&self.forged())).await;
        assert_eq!(wire.statuses().await, [200, 401]);
        self.accept(1);
    }

    /// The attack itself sent so many genuine requests that were accepted, in some strange way.
    pub(super) fn accept(&self, requests: u64) {
        self.accepted.fetch_add(requests, Ordering::Relaxed);
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Signed, and no other is like it. Its handler does nothing but to answer.
    pub(super) fn genuine(&self) -> Request<Bytes> {
        match self.example {
            Example::Spark => {
                static EVENTS: AtomicUsize = AtomicUsize::new(0);
                let mut event = joined("ROOM");
                event["name"] = json!(format!("event {}", EVENTS.fetch_add(1, Ordering::Relaxed)));
                webex::signed(&self.url(), &event)
            }
            Example::Flow => {
                let fields = FLOW.signed(&FLOW.form(&[]));
                let request = Request::post(self.url())
                    .header("content-type", "application/x-www-form-urlencoded");
                request.body(encoded(&fields).into()).expect("a request")
            }
            Example::Space => self.signed_by_key(&typing()),
        }
    }

    /// With a signature of the right form that does not hold. Its handler would set something off.
    pub(super) fn forged(&self) -> Request<Bytes> {
        self.genuine().map(|body| match self.example {
            Example::Spark => message_in("FORGED").to_string().into(),
            Example::Flow => [b"forged=1&", &*body].concat().into(),
            Example::Space => message("forged").to_string().into(),
        })
    }

    /// Asks it to end, and waits for that: its log. What is forged has set nothing off.
    pub(super) async fn end(mut self) -> String {
        self.server.terminate();
        let status = self.server.ended().await;
        assert!(status.success(), "{}: {status}\n{}", self.example.name(), self.server.log());
        assert!(self.webex.seen().is_empty(), "{:?}", self.webex.seen());
        assert!(self.space.said().is_empty() && self.space.asked() == (0, 0), "{:?}", self.space);
        self.server.log()
    }

    fn url(&self) -> String {
        format!("{}{}", self.server.url(), self.example.path())
    }

    fn signed_by_key(&self, body: &Value) -> Request<Bytes> {
        let request = Request::post(self.url()).body(body.to_string().into()).expect("a request");
        let key = Secret::new(SIGNING_KEY).expect("a key");
        SpaceSigningKey::default().sign(&key, SystemTime::now().into(), request).expect("signed")
    }
}

fn limit_descriptors(process: u32, limit: u32) {
    let arguments = ["--pid", &process.to_string(), &format!("--nofile={limit}:")];
    let status = Command::new("prlimit").args(arguments).status().expect("prlimit, of util-linux");
    assert!(status.success(), "a process may not have {limit} descriptors");
}
