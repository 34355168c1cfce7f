//! What has to hold under every attack.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::StatusCode;
use reqwest::Client;
use tokio::join;
use tokio::time::{sleep, timeout};

use super::target::{Example, Target};

/// How long a genuine request may take while a server is attacked, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many MiB of resident memory an attack may take, beside what the server takes at rest.
#[derive(Clone, Copy)]
pub(super) struct Bound(u64);

impl Bound {
    /// So many things at a time, of so many KiB each.
    pub(super) const fn of(things: u64, kib: u64) -> Self {
        Self((things * kib).div_ceil(1024))
    }
}

/// Attacks each of the examples, all at the same time; see [`one`].
pub(super) async fn all<T>(case: &str, bound: Bound, attack: impl AsyncFn(&Target) -> T) {
    join!(
        one(case, Example::Spark, bound, &attack),
        one(case, Example::Flow, bound, &attack),
        one(case, Example::Space, bound, &attack),
    );
}

/// Attacks one of the examples. Genuine requests that are sent meanwhile, over connections of their own,
/// all succeed; nothing else does, neither by an answer nor in the server's own log nor by what a
/// handler sets off; memory stays below the bound; and with what the attack left open (it is what
/// `attack` gives back) the server ends when it is told to.
pub(super) async fn one<T>(
    case: &str,
    example: Example,
    bound: Bound,
    attack: impl AsyncFn(&Target) -> T,
) {
    let target = Arc::new(Target::start(example).await);
    let attacked = Arc::new(AtomicBool::new(false));
    // A task of its own: an attack that is busy with itself is not to slow genuine requests down.
    let genuine = tokio::spawn(send_genuine(Arc::clone(&target), Arc::clone(&attacked)));
    let left = attack(&target).await;
    attacked.store(true, Ordering::Relaxed);
    let genuine = genuine.await.expect("no genuine request was refused");
    let peak = peak_kib(target.id()).div_ceil(1024);
    let (name, bound) = (example.name(), example.at_rest() + bound.0);
    println!("| {case} | `{name}` | {peak} MiB | {bound} MiB | {genuine} |");
    assert!(peak <= bound, "{case}: {name} took {peak} MiB of {bound}");
    let accepted = genuine + target.accepted();
    let log = Arc::into_inner(target).expect("nobody sends any more").end().await;
    drop(left);
    let handled = log.lines().filter(|line| is_success(line)).count() as u64;
    assert_eq!(handled, accepted, "{case}: {name} accepted more or less than was genuine");
    assert!(!log.contains("panicked"), "{case}: {log}");
}

/// Sends them one after the other until the attack is over, and one more: every second on a
/// connection of its own.
async fn send_genuine(target: Arc<Target>, attacked: Arc<AtomicBool>) -> u64 {
    let (kept, fresh) = (Client::new(), Client::builder().pool_max_idle_per_host(0).build());
    let clients = [kept, fresh.expect("a client")];
    let mut sent = 0;
    for client in clients.iter().cycle() {
        let is_last = attacked.load(Ordering::Relaxed);
        let request = target.genuine().try_into().expect("a request");
        let answer = timeout(PATIENCE, client.execute(request)).await.expect("an answer in time");
        let status = answer.map(|answer| answer.status());
        assert!(matches!(status, Ok(StatusCode::OK)), "{status:?}\n{}", target.log());
        sent += 1;
        if is_last {
            break;
        }
        sleep(Duration::from_millis(5)).await;
    }
    sent
}

/// The most resident memory that the process ever had.
fn peak_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    peak.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// What `TraceLayer` writes of an answer.
fn is_success(line: &str) -> bool {
    line.contains("finished processing request") && line.contains(" status=2")
}
