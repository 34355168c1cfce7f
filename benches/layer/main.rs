//! The layer against its floors: a handler that believes everything, one that does the HMAC itself, the
//! middleware that people write by hand, ours, and what other crates do; in process, from 256 bytes to 16 MiB.
//!
//! `taskset -c 1 cargo bench -p countersign-benches --bench layer --features peers`
//!
//! It takes three to four minutes, and with `QUICK=1` half a minute. It ends with an error if a number is
//! worse than what is promised. Without the feature the other crates are left out; `-- Spark GitHub` at the end
//! measures those providers alone.

#[cfg(feature = "peers")]
mod peers;
mod promises;

use std::env;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::routing::post;
use countersign_benches::ways::{
    Case, FLOOR, Floor, Way, github, handler, meya, slack, spark, standard_webhooks,
};
use countersign_benches::{Budget, Limit, Paired, markdown};
use tokio::runtime::{Builder, Runtime};

const SIZES: [usize; 6] = [256, 1 << 10, 4 << 10, 64 << 10, 1 << 20, 16 << 20];

fn main() -> ExitCode {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let wanted: Vec<String> = env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let cases: [fn(usize) -> Case; 5] =
        [spark::case, github::case, standard_webhooks::case, slack::case, meya::case];
    let mut limits = Vec::new();
    for case in cases {
        limits.extend(provider(&runtime, case, &wanted));
    }
    println!("## What is promised\n");
    Limit::judge(&limits)
}

/// Measures a provider at all sizes and prints its table; nothing if others are wanted.
fn provider(runtime: &Runtime, case: fn(usize) -> Case, wanted: &[String]) -> Vec<Limit> {
    let mut limits = Vec::new();
    let mut table = None;
    for size in SIZES {
        // Signed anew for each size: none of it is stale by the time it is looked at.
        let mut case = case(size);
        if !wanted.is_empty() && !wanted.iter().any(|name| name == case.provider) {
            return limits;
        }
        case.ways.insert(1, Way::new(FLOOR, size, post(handler).route_layer(Floor)));
        with_peers(&mut case, size);
        runtime.block_on(case.check());
        let measured = time(runtime, &case, size);

        let (name, names) = (case.provider, names(&case));
        let table = table.get_or_insert_with(|| {
            println!("## {name}\n\nMedians in nanoseconds.\n");
            markdown(["body"].into_iter().chain(names.iter().copied()))
        });
        let medians = names.iter().map(|name| measured.median(name).unwrap_or_default());
        table.add_row([shown(size)].into_iter().chain(medians.map(|ns| format!("{ns:.0}"))));
        limits.extend(promises::of(name, size, &names, &measured));
    }
    if let Some(table) = table {
        println!("{table}\n");
    }
    limits
}

#[cfg(feature = "peers")]
fn with_peers(case: &mut Case, size: usize) {
    case.ways.extend(peers::of(case.provider, size));
}

#[cfg(not(feature = "peers"))]
fn with_peers(_: &mut Case, _: usize) {}

fn names(case: &Case) -> Vec<&'static str> {
    case.ways.iter().map(|way| way.name).collect()
}

/// How long a request takes, each way: from a request that is there to a response that is dropped. Making the
/// request is outside.
fn time(runtime: &Runtime, case: &Case, size: usize) -> Paired<&'static str> {
    // Several at a time where one is short: to read the clock takes 25 ns, and the first of a batch finds
    // the processor's caches as another way left them. At 64 KiB that is some microseconds, where the hash in
    // software of a peer came before.
    let batch = ((1 << 20) / size).clamp(1, 16);
    let mut ways = case.ways.clone();
    Paired::measure(names(case), Budget::new(Duration::from_secs(5), 15), |name| {
        let requests = vec![case.genuine.clone(); batch];
        let requests: Vec<_> = requests.into_iter().map(|it| it.map(Body::from)).collect();
        let way = ways.iter_mut().find(|way| way.name == *name).expect("one of the ways");
        runtime.block_on(async {
            let start = Instant::now();
            for request in requests {
                black_box(way.answer(request).await);
            }
            start.elapsed().as_nanos() as f64 / batch as f64
        })
    })
}

fn shown(size: usize) -> String {
    match size {
        0..1024 => format!("{size} B"),
        1024..1_048_576 => format!("{} KiB", size >> 10),
        _ => format!("{} MiB", size >> 20),
    }
}
