//! The store in memory: what a claim costs, on one core and on two, and how much memory it takes.
//!
//! `cargo bench -p countersign-benches --bench replay`
//!
//! It ends with an error if a number is worse than what is promised.

use std::array;
use std::hint::black_box;
use std::ops::Range;
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
    let memory = memory();
    let mut table = markdown(["beside", "measured"]);
    let (claims, duplicate) = claims();
    table.add_row(["a duplicate of one in a million, ns, median", &format!("{duplicate:.1}")]);
    table.add_row(["one load of memory, of as much, ns, median", &format!("{:.1}", load())]);
    let (two_cores, [one, two]) = two_cores();
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

fn memory() -> Limit {
    let before = ALLOCATED.current_usage();
    let store = MemoryReplay::with_capacity(KEYS);
    for number in 0..KEYS as u64 {
        claim(&store, &key(number));
    }
    let bytes = (ALLOCATED.current_usage() - before) as f64 / KEYS as f64;
    Limit::at_most("memory for each of a million live claims, bytes", bytes, 80.0)
}

/// Of an empty store that fills up to a million; and what a duplicate takes.
fn claims() -> (Limit, f64) {
    let mut fresh = Vec::new();
    let mut duplicate = Vec::new();
    for _ in 0..5 {
        let store = MemoryReplay::with_capacity(KEYS);
        timed(&mut fresh, |key| _ = claim(&store, key));
        timed(&mut duplicate, |key| {
            assert!(matches!(store.claim(key, HOUR), Reply::Ready(Ok(ClaimOutcome::InFlight))));
        });
    }
    let fresh = Limit::at_most("a claim on one core, ns, median", median(&mut fresh), 200.0);
    (fresh, median(&mut duplicate))
}

/// How long it takes for one key, batch by batch. The keys of a batch are made just before: a request's are in the
/// caches, and a million of them at hand would take these from the store.
fn timed(times: &mut Vec<f64>, mut act: impl FnMut(&ReplayKey)) {
    for batch in 0..(KEYS / BATCH) as u64 {
        let first = batch * BATCH as u64;
        let keys: [ReplayKey; BATCH] = array::from_fn(|index| key(first + index as u64));
        let start = Instant::now();
        for key in &keys {
            act(key);
        }
        times.push(start.elapsed().as_nanos() as f64 / BATCH as f64);
    }
}

/// A load that depends on the one before, out of 64 MiB: what a claim cannot do without, since its place is wherever
/// its hash says.
fn load() -> f64 {
    const LINES: usize = 1 << 20;
    const LOADS: usize = 10_000;
    // Each line names another, and all of them are one circle: a linear congruential generator of full period.
    let next = |line: usize| line.wrapping_mul(0x2545_F495).wrapping_add(0x3C6E_F35F) % LINES;
    let lines: Vec<[usize; 8]> = (0..LINES).map(|line| [next(line); 8]).collect();
    let (mut times, mut line) = (Vec::new(), 0);
    for _ in 0..200 {
        let start = Instant::now();
        for _ in 0..LOADS {
            line = lines.get(line).map_or(0, |[next, ..]| *next);
        }
        times.push(start.elapsed().as_nanos() as f64 / LOADS as f64);
    }
    black_box(line);
    median(&mut times)
}

/// As many claims by each of them, on one store: the median of many short runs, in turns.
fn two_cores() -> (Limit, [f64; 2]) {
    const EACH: u64 = 50_000;
    let store = Arc::new(MemoryReplay::with_capacity(KEYS));
    for number in 2 * EACH..KEYS as u64 {
        claim(&store, &key(number));
    }
    let rate = |threads: u64| {
        let gate = Arc::new(Barrier::new(threads as usize));
        let workers: Vec<_> = (0..threads)
            .map(|part| {
                let (store, gate) = (Arc::clone(&store), Arc::clone(&gate));
                thread::spawn(move || {
                    claim_and_release(&store, part * EACH..(part + 1) * EACH, &gate)
                })
            })
            .collect();
        let times = workers.into_iter().map(|worker| worker.join().expect("no panic"));
        (threads * EACH) as f64 / times.max().unwrap_or_default().as_secs_f64()
    };
    let (mut rates, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for _ in 0..200 {
        let [one, two] = [rate(1), rate(2)];
        ratios.push(two / one);
        for (rates, rate) in rates.iter_mut().zip([one, two]) {
            rates.push(rate);
        }
    }
    let ratio = median(&mut ratios);
    let limit = Limit::at_least("the throughput of two cores, times that of one", ratio, 1.6);
    (limit, rates.map(|mut rates| median(&mut rates)))
}

/// How long the claims take. What they need besides is there before: memory that is asked for in between would be
/// asked of the kernel, by one thread at a time.
fn claim_and_release(store: &MemoryReplay, numbers: Range<u64>, gate: &Barrier) -> Duration {
    let keys: Vec<_> = numbers.map(key).collect();
    let mut owners = vec![Owner::new(0); keys.len()];
    gate.wait();
    let start = Instant::now();
    for (key, owner) in keys.iter().zip(&mut owners) {
        *owner = claim(store, key);
    }
    let time = start.elapsed();
    gate.wait();
    for (key, owner) in keys.iter().zip(owners) {
        assert!(matches!(store.release(key, owner), Reply::Ready(Ok(true))));
    }
    time
}
