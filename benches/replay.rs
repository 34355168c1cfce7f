//! The store in memory: what a claim costs, on one core and on two, and how much memory it takes.
//!
//! `cargo bench -p countersign-benches --bench replay`
//!
//! It ends with an error if a number is worse than what is promised.

use std::process::ExitCode;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use countersign::{ClaimOutcome, MemoryReplay, Nonce, Owner, ReplayKey, ReplayStore, Reply};
use countersign_benches::{Limit, markdown, median};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const KEYS: usize = 1_000_000;
const HOUR: Duration = Duration::from_secs(3600);

/// How many claims are timed together: the clock is not fast enough for one.
const BATCH: usize = 100;

fn main() -> ExitCode {
    let keys: Vec<ReplayKey> = (0..KEYS as u64).map(key).collect();
    let memory = memory(&keys);
    let mut table = markdown(["beside", "measured"]);
    let (claims, duplicate) = claims(&keys);
    table.add_row(["a duplicate of one in a million, ns, median", &format!("{duplicate:.1}")]);
    let (two_cores, [one, two]) = two_cores(&keys);
    table.add_row(["million claims a second on one core", &format!("{:.2}", one / 1e6)]);
    table.add_row(["million claims a second on two", &format!("{:.2}", two / 1e6)]);
    println!("{table}\n");
    Limit::judge(&[memory, claims, two_cores])
}

fn key(number: u64) -> ReplayKey {
    ReplayKey::of_fingerprint("bench", None, &Nonce::of(&number.to_be_bytes()))
}

fn claim(store: &MemoryReplay, key: &ReplayKey) -> Owner {
    match store.claim(key, HOUR) {
        Reply::Ready(Ok(ClaimOutcome::Fresh(owner))) => owner,
        other => panic!("it is fresh: {other:?}"),
    }
}

fn memory(keys: &[ReplayKey]) -> Limit {
    let before = ALLOCATED.current_usage();
    let store = MemoryReplay::with_capacity(KEYS);
    for key in keys {
        claim(&store, key);
    }
    let bytes = (ALLOCATED.current_usage() - before) as f64 / keys.len() as f64;
    Limit::at_most("memory for each of a million live claims, bytes", bytes, 80.0)
}

/// Of an empty store that fills up to a million; and what a duplicate takes.
fn claims(keys: &[ReplayKey]) -> (Limit, f64) {
    let mut fresh = Vec::new();
    let mut duplicate = Vec::new();
    for _ in 0..5 {
        let store = MemoryReplay::with_capacity(KEYS);
        for batch in keys.chunks(BATCH) {
            let start = Instant::now();
            for key in batch {
                claim(&store, key);
            }
            fresh.push(start.elapsed().as_nanos() as f64 / batch.len() as f64);
        }
        for batch in keys.chunks(BATCH) {
            let start = Instant::now();
            for key in batch {
                assert!(matches!(store.claim(key, HOUR), Reply::Ready(Ok(ClaimOutcome::InFlight))));
            }
            duplicate.push(start.elapsed().as_nanos() as f64 / batch.len() as f64);
        }
    }
    let fresh = Limit::at_most("a claim on one core, ns, median", median(&mut fresh), 200.0);
    (fresh, median(&mut duplicate))
}

/// As many claims by each of them, on one store; the fastest of many short runs, since what else the
/// machine does would keep two threads from running at a time.
fn two_cores(keys: &[ReplayKey]) -> (Limit, [f64; 2]) {
    const EACH: usize = 50_000;
    let store = Arc::new(MemoryReplay::with_capacity(KEYS));
    let (new, old) = keys.split_at(2 * EACH);
    for key in old {
        claim(&store, key);
    }
    let new: Arc<[ReplayKey]> = new.into();
    let rate = |threads: usize| {
        let gate = Arc::new(Barrier::new(threads));
        let workers: Vec<_> = (0..threads)
            .map(|part| {
                let (store, keys) = (Arc::clone(&store), Arc::clone(&new));
                let gate = Arc::clone(&gate);
                thread::spawn(move || {
                    let part = keys.get(part * EACH..(part + 1) * EACH).unwrap_or_default();
                    gate.wait();
                    let start = Instant::now();
                    let owners: Vec<_> = part.iter().map(|key| claim(&store, key)).collect();
                    let time = start.elapsed();
                    gate.wait();
                    for (key, owner) in part.iter().zip(owners) {
                        assert!(matches!(store.release(key, owner), Reply::Ready(Ok(true))));
                    }
                    time
                })
            })
            .collect();
        let times = workers.into_iter().map(|worker| worker.join().expect("no panic"));
        (threads * EACH) as f64 / times.max().unwrap_or_default().as_secs_f64()
    };
    let mut fastest = [0.0_f64; 2];
    for _ in 0..200 {
        for (threads, fastest) in (1..).zip(&mut fastest) {
            *fastest = fastest.max(rate(threads));
        }
    }
    let [one, two] = fastest;
    let limit = Limit::at_least("the throughput of two cores, times that of one", two / one, 1.6);
    (limit, fastest)
}
