//! Many who send at the same time, genuine, forged and replayed requests, and look at what comes back.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{Reason, Secret, Sign, SparkVerify, Timestamp};
use countersign_tests::script::{Script, Step};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, sleep};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use super::phases::{Phase, Phases};
use crate::replay::{HANDLED, IN_FLIGHT, REPLAYED, Sent, sent};

pub(super) const FORGED: Sent = (StatusCode::UNAUTHORIZED, Some(Reason::Mismatch));

const SENDERS: usize = 8;

/// How many requests may be handled at a time. Fewer than are sent, so some wait for others.
const PERMITS: usize = 3;

/// How long anything may take, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(150);

/// What is sent, and what came of it. Every event has a name, which is its body.
pub(super) struct Load {
    layer: SparkVerify,
    secret: fn(&str) -> &str,
    /// What a genuine request gets while there is a fault, and what a forged one gets.
    fault: [Sent; 2],
    pub(super) phases: Phases,
    ended: AtomicBool,
    /// How many verdicts there were, and how many of them in the middle of a fault.
    verdicts: [AtomicUsize; 2],
    /// How often each event was handled.
    handled: Mutex<HashMap<Bytes, usize>>,
    permits: Arc<Semaphore>,
    /// Held by the body of each request for as long as it is there.
    bodies: Arc<()>,
}

/// An event of which somebody was told that it is handled, and whether it is sure to be confirmed.
type Told = (String, bool);

impl Load {
    /// The secret is that of the sender of an event with that name.
    pub(super) fn new(layer: SparkVerify, secret: fn(&str) -> &str, fault: [Sent; 2]) -> Arc<Self> {
        Arc::new(Self {
            layer,
            secret,
            fault,
            phases: Phases::default(),
            ended: AtomicBool::new(false),
            verdicts: Default::default(),
            handled: Mutex::default(),
            permits: Arc::new(Semaphore::new(PERMITS)),
            bodies: Arc::default(),
        })
    }

    pub(super) fn start(self: &Arc<Self>) -> JoinSet<()> {
        let mut senders = JoinSet::new();
        for sender in 0..SENDERS {
            senders.spawn(Arc::clone(self).send_on(sender));
        }
        senders
    }

    /// Waits for so many more verdicts; in the middle of a fault, where there is one.
    pub(super) async fn more(&self, verdicts: usize) {
        let fault = self.phases.since(self.phases.number()) == Phase::Fault;
        let [all, faulty] = &self.verdicts;
        let count = if fault { faulty } else { all };
        let goal = count.load(Ordering::SeqCst) + verdicts;
        until(async || count.load(Ordering::SeqCst) >= goal).await;
    }

    /// Five faults in mid-load, each of which `fail` begins and ends.
    pub(super) async fn faults(&self, fail: impl Fn(bool)) {
        for _ in 0..5 {
            self.more(200).await;
            self.phases.changing();
            fail(true);
            self.phases.failing();
            self.more(200).await;
            self.phases.changing();
            fail(false);
            self.phases.well();
        }
    }

    /// Lets all of them end, with all well, and looks at what is left: nothing. How many events were handled,
    /// each of them once.
    pub(super) async fn end(&self, senders: JoinSet<()>) -> usize {
        self.ended.store(true, Ordering::SeqCst);
        senders.join_all().await;
        assert_eq!(self.permits.available_permits(), PERMITS, "a permit was kept");
        let tasks = Handle::current().metrics();
        until(async || tasks.num_alive_tasks() == 0).await;
        assert_eq!(Arc::strong_count(&self.bodies), 1, "a request was kept");
        let handled = self.handled.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, times) in &*handled {
            assert_eq!(*times, 1, "{name:?}");
            assert!(!name.starts_with(b"forged"), "{name:?}");
        }
        handled.len()
    }

    async fn send_on(self: Arc<Self>, sender: usize) {
        let (mut told, mut failed) = (Vec::new(), Vec::new());
        let mut number = 0;
        while !self.ended.load(Ordering::SeqCst) {
            let name = format!("{sender}-{number}");
            self.genuine(name, &mut told, &mut failed).await;
            self.forged(&format!("forged-{sender}-{number}")).await;
            self.replay(&told, number).await;
            number += 1;
            // What is refused at once does not let others have their turn.
            yield_now().await;
        }
        // As a provider does: what it was told to send again is handled then, and once.
        for name in failed {
            assert_eq!(self.send(&name, (self.secret)(&name)).await, HANDLED, "{name}");
            assert_eq!(self.send(&name, (self.secret)(&name)).await, REPLAYED, "{name}");
        }
    }

    async fn genuine(&self, name: String, told: &mut Vec<Told>, failed: &mut Vec<String>) {
        let (answer, phase) = self.observed(&name, (self.secret)(&name)).await;
        let expected: &[Sent] = match phase {
            Phase::Well => &[HANDLED],
            Phase::Fault => &self.fault[..1],
            Phase::Unsure => &[HANDLED, self.fault[0]],
        };
        assert!(expected.contains(&answer), "{name}, {phase:?}: {answer:?}");
        if answer == HANDLED {
            told.push((name, phase == Phase::Well));
        } else {
            failed.push(name);
        }
    }

    async fn forged(&self, name: &str) {
        let (answer, phase) = self.observed(name, "a guess").await;
        let expected: &[Sent] = match phase {
            Phase::Well => &[FORGED],
            Phase::Fault => &self.fault[1..],
            Phase::Unsure => &[FORGED, self.fault[1]],
        };
        assert!(expected.contains(&answer), "{name}, {phase:?}: {answer:?}");
    }

    /// One of those that were handled, again.
    async fn replay(&self, told: &[Told], number: usize) {
        let Some((name, confirmed)) = told.get(number * 7919 % told.len().max(1)) else { return };
        let (answer, phase) = self.observed(name, (self.secret)(name)).await;
        let expected: &[Sent] = match phase {
            Phase::Well if *confirmed => &[REPLAYED],
            Phase::Well => &[REPLAYED, IN_FLIGHT],
            _ => &[REPLAYED, IN_FLIGHT, self.fault[0]],
        };
        assert!(expected.contains(&answer), "{name} again, {phase:?}: {answer:?}");
    }

    async fn observed(&self, name: &str, secret: &str) -> (Sent, Phase) {
        let number = self.phases.number();
        let answer = self.send(name, secret).await;
        let phase = self.phases.since(number);
        let [all, faulty] = &self.verdicts;
        all.fetch_add(1, Ordering::SeqCst);
        if phase == Phase::Fault {
            faulty.fetch_add(1, Ordering::SeqCst);
        }
        (answer, phase)
    }

    /// Sends it in two pieces, to a handler of which a few may be at work.
    async fn send(&self, name: &str, secret: &str) -> Sent {
        let request = Request::post("/").header("x-tenant", name);
        let request = request.body(Bytes::copy_from_slice(name.as_bytes())).expect("a request");
        let secret = Secret::new(secret).expect("a secret");
        let signed = Spark::default().sign(&secret, Timestamp::from_secs(0), request);
        let request = signed.expect("a signature").map(|body| {
            let (head, tail) = body.split_at(body.len() / 2);
            let [head, tail] = [head, tail].map(Bytes::copy_from_slice);
            let held = Step::Held(Arc::clone(&self.bodies));
            Script::new([held, Step::Data(head), Step::Pause, Step::Data(tail)])
        });
        let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&self.permits));
        let inside = ServiceBuilder::new().layer(limit).service(service_fn(|it| self.handle(it)));
        let Ok(answer) = self.layer.layer(inside).oneshot(request).await;
        sent(answer)
    }

    async fn handle(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let Ok(body) = request.into_body().collect().await;
        yield_now().await;
        let mut handled = self.handled.lock().unwrap_or_else(PoisonError::into_inner);
        *handled.entry(body.to_bytes()).or_default() += 1;
        Ok(Response::new(Full::from("handled")))
    }
}

pub(super) async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "it does not come to that");
        sleep(Duration::from_millis(1)).await;
    }
}
