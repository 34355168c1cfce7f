//! The example `redis-replay`: two processes behind one Redis, and 8 tasks that send them the same.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_tests::process::Server;
use countersign_tests::redis::Redis;
use http::StatusCode;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::{SECRET, signed};

const TASKS: usize = 8;

/// What Redis may take where it is not about that: a machine that is busy stalls for seconds.
const PATIENT: (&str, &str) = ("REDIS_TIMEOUT_MS", "10000");

/// Long enough to go unnoticed for the most part, and short enough for a Redis that stands still.
const HASTY: (&str, &str) = ("REDIS_TIMEOUT_MS", "2000");

async fn servers(redis: &Redis, more: &[(&str, &str)]) -> [Server; 2] {
    let url = redis.url();
    let mut environment =
        vec![("PORT", "0"), ("SPARK_SECRET", SECRET), ("REDIS_URL", url.as_str())];
    environment.extend(more);
    let one = Server::start("redis-replay", &environment).await;
    [one, Server::start("redis-replay", &environment).await]
}

/// How often each event was handled, by all processes together, which end with that.
async fn handled(mut servers: [Server; 2]) -> HashMap<String, usize> {
    let mut handled = HashMap::new();
    for server in &mut servers {
        let log = server.whole_log().await;
        // Both of them had their part.
        assert!(log.contains("redis_replay"), "{log}");
        for line in log.lines().filter(|line| line.contains("redis_replay")) {
            let id = line.split('"').nth(1).expect("the id in quotes");
            *handled.entry(id.to_owned()).or_default() += 1;
        }
    }
    handled
}

#[derive(Clone)]
struct Sender {
    client: reqwest::Client,
    url: String,
}

impl Sender {
    /// The tasks take the servers in turns.
    fn of_task(task: usize, servers: &[Server; 2]) -> Self {
        let url = format!("{}/spark", servers[task % 2].url());
        Self { client: reqwest::Client::new(), url }
    }

    async fn send(&self, id: &str) -> StatusCode {
        let body =
            format!(r#"{{"id":"{id}","resource":"rooms","event":"created","data":{{"id":"R"}}}}"#);
        let (mut parts, body) = signed(&body).into_parts();
        parts.uri = self.url.parse().unwrap();
        let request = reqwest::Request::try_from(http::Request::from_parts(parts, body)).unwrap();
        self.client.execute(request).await.expect("an answer").status()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_tasks_in_two_processes_race() {
    const EVENTS: usize = 1250;
    let redis = Redis::volatile();
    let servers = servers(&redis, &[PATIENT]).await;
    let gate = Arc::new(Barrier::new(TASKS));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (sender, gate) = (Sender::of_task(task, &servers), Arc::clone(&gate));
        tasks.spawn(async move {
            let mut answers = Vec::with_capacity(EVENTS);
            for event in 0..EVENTS {
                gate.wait().await;
                answers.push(sender.send(&format!("E{event}")).await);
            }
            answers
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().map(Vec::len).sum::<usize>(), 10_000);
    for event in 0..EVENTS {
        let of = |status: u16| answers.iter().filter(|all| all[event] == status).count();
        assert_eq!(of(200), 1, "event {event}");
        assert_eq!(of(401) + of(409), TASKS - 1, "event {event}");
    }
    let handled = handled(servers).await;
    assert!(handled.len() == EVENTS && handled.values().all(|times| *times == 1));
}

/// What eight tasks know of each other while they send the same events.
#[derive(Default)]
struct Progress {
    /// The event that the first of them is at.
    at: AtomicUsize,
    /// Those that one of them was told are handled.
    handled: Mutex<HashSet<String>>,
    /// How many requests got 503.
    unavailable: AtomicUsize,
    ended: AtomicBool,
}

impl Progress {
    async fn advance(&self, events: usize) {
        grows(&self.at, events).await;
    }

    async fn refusals(&self, more: usize) {
        grows(&self.unavailable, more).await;
    }
}

async fn grows(count: &AtomicUsize, by: usize) {
    let (goal, start) = (count.load(Ordering::SeqCst) + by, Instant::now());
    while count.load(Ordering::SeqCst) < goal {
        assert!(start.elapsed() < PATIENCE, "it does not come to that");
        sleep(Duration::from_millis(5)).await;
    }
}

/// How long it may take until all goes well again, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(150);

/// Redis is killed and started again, then stopped and continued, while eight tasks send each event
/// until they hear that it is done. How many events there were.
async fn disturbed(more: &[(&str, &str)]) -> ([Server; 2], usize) {
    let mut redis = Redis::durable();
    let servers = servers(&redis, more).await;
    let progress = Arc::new(Progress::default());
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (sender, progress) = (Sender::of_task(task, &servers), Arc::clone(&progress));
        tasks.spawn(async move {
            let mut event = 0;
            while event < 60 || !progress.ended.load(Ordering::SeqCst) {
                progress.at.fetch_max(event, Ordering::SeqCst);
                until_done(&sender, &format!("E{event}"), &progress).await;
                event += 1;
            }
            event
        });
    }
    progress.advance(20).await;
    redis.kill();
    progress.refusals(10).await;
    redis.restart();
    progress.advance(20).await;
    redis.stop();
    progress.refusals(10).await;
    redis.go_on();
    progress.advance(20).await;
    progress.ended.store(true, Ordering::SeqCst);
    let events = tasks.join_all().await.into_iter().max().expect("eight of them");
    (servers, events)
}

/// As a provider does: it tries again until it hears that it is done.
async fn until_done(sender: &Sender, id: &str, progress: &Progress) {
    let start = Instant::now();
    let known = || progress.handled.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        assert!(start.elapsed() < PATIENCE, "{id} is neither handled nor refused");
        let status = sender.send(id).await;
        match status.as_u16() {
            200 => {
                known().insert(id.to_owned());
                return;
            }
            401 => return,
            // Handled, but Redis was away when that was to be confirmed.
            409 if known().contains(id) => return,
            // By another task; or by nobody, and then the claim is released or ends.
            409 => {}
            503 => {
                progress.unavailable.fetch_add(1, Ordering::SeqCst);
            }
            _ => panic!("{id}: {status}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Nothing is handled twice; and since no server crashed, nothing is lost either: a claim under which
/// nothing was handled is released.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_once_while_redis_is_killed_and_stopped() {
    let (servers, events) = disturbed(&[HASTY]).await;
    let handled = handled(servers).await;
    assert_eq!(handled.len(), events);
    for event in 0..events {
        assert_eq!(handled.get(&format!("E{event}")), Some(&1), "event {event}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_least_once_while_redis_is_killed_and_stopped() {
    let (servers, events) = disturbed(&[HASTY, ("LEASE_SECS", "1")]).await;
    let handled = handled(servers).await;
    for event in 0..events {
        assert!(handled.contains_key(&format!("E{event}")), "event {event} was lost");
    }
}
