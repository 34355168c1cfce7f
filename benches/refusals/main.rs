//! What a refusal costs: of a request that is not signed, is too old, or is signed with a guessed secret; and
//! how many forged requests a core gets through in a second, for the limit of a rate.
//!
//! `taskset -c 1 cargo bench -p countersign-benches --bench refusals`
//!
//! It takes about a minute, and with `QUICK=1` ten seconds. It ends with an error if the body of a request that
//! its head gives away is looked at before the answer. Nobody listens to `tracing` here, so what writing a log
//! costs is not in it.

mod counted;
mod forged;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use countersign::{Clock, Slack, SystemClock};
use countersign_benches::ways::{Case, FROM_FN, LAYER, Way, github, sign, slack};
use countersign_benches::{Budget, Limit, Paired, markdown};
use http::header::EXPECT;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use crate::counted::Counted;

const SIZES: [usize; 2] = [1 << 10, 1 << 20];

/// A request, and what is wrong with it.
type Wrong = (&'static str, Request<Bytes>);

fn main() -> ExitCode {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    println!("## What a refusal costs\n\nMedians in nanoseconds.\n");
    let mut table = markdown(["request", "layer", "from_fn"]);
    let mut limits = Vec::new();
    for size in SIZES {
        for (case, wrong) in [github(size), slack(size)] {
            let of = format!("{}, {} KiB", case.provider, size >> 10);
            let measured = time(&runtime, &case, &wrong, size);
            for (what, request) in &wrong {
                let ns = |way| measured.median(&(way, *what)).unwrap_or_default();
                let ns = [LAYER, FROM_FN].map(|way| format!("{:.0}", ns(way)));
                table.add_row([format!("{of}: {what}")].into_iter().chain(ns));
                if ["unsigned", "stale"].contains(what) {
                    let polls = polls(&runtime, &case, request);
                    let what =
                        format!("{of}: polls of the body before the answer to what is {what}");
                    limits.push(Limit::at_most(what, polls as f64, 0.0));
                }
            }
        }
    }
    println!("{table}\n");
    println!(
        "A body that is not wanted is read on after the answer, in a task of its own, so that the client"
    );
    println!(
        "gets to see the answer; not so with `Expect: 100-continue`, where it waits to be asked. The time"
    );
    println!("of that task is counted.\n");
    forged::table(&runtime);
    println!("## What is promised\n");
    Limit::judge(&limits)
}

fn github(size: usize) -> (Case, Vec<Wrong>) {
    let case = github::case(size);
    let wrong = wrong(&case, "x-hub-signature-256");
    (case, wrong)
}

fn slack(size: usize) -> (Case, Vec<Wrong>) {
    let case = slack::case(size);
    let mut wrong = wrong(&case, "x-slack-signature");
    let hour_ago = SystemClock.now().minus(Duration::from_secs(3600));
    wrong.push(("stale", sign(&Slack, slack::SECRET, hour_ago, case.genuine.clone())));
    (case, wrong)
}

fn wrong(case: &Case, signature: &'static str) -> Vec<Wrong> {
    let mut unsigned = case.genuine.clone();
    unsigned.headers_mut().remove(HeaderName::from_static(signature));
    let mut asking = unsigned.clone();
    asking.headers_mut().insert(EXPECT, HeaderValue::from_static("100-continue"));
    vec![
        ("genuine", case.genuine.clone()),
        ("badly signed", case.forged.clone()),
        ("unsigned", unsigned),
        ("unsigned, asking first", asking),
    ]
}

/// Every request, by the layer and by the middleware that is written by hand.
fn time(
    runtime: &Runtime,
    case: &Case,
    wrong: &[Wrong],
    size: usize,
) -> Paired<(&'static str, &'static str)> {
    let batch = ((64 << 10) / size).clamp(1, 16);
    let names = [LAYER, FROM_FN]
        .into_iter()
        .flat_map(|way| wrong.iter().map(move |(what, _)| (way, *what)));
    let mut ways = case.ways.clone();
    Paired::measure(names, Budget::new(Duration::from_secs(8), 15), |(way, what)| {
        let way = named(&mut ways, way);
        let (_, request) = wrong.iter().find(|(it, _)| it == what).expect("one of them");
        let requests = vec![request.clone(); batch];
        let requests: Vec<_> = requests.into_iter().map(|it| it.map(Body::from)).collect();
        runtime.block_on(async {
            let start = Instant::now();
            for request in requests {
                let status = black_box(way.answer(request).await).status();
                assert_eq!(status == StatusCode::OK, *what == "genuine", "{what}");
            }
            finished(runtime).await;
            start.elapsed().as_nanos() as f64 / batch as f64
        })
    })
}

/// Waits for the tasks that read on.
async fn finished(runtime: &Runtime) {
    while runtime.metrics().num_alive_tasks() > 0 {
        yield_now().await;
    }
}

/// How often the layer looks at the body before it answers.
fn polls(runtime: &Runtime, case: &Case, request: &Request<Bytes>) -> usize {
    let (body, polls) = Counted::new(request.body().clone());
    let mut ways = case.ways.clone();
    runtime.block_on(async {
        let request = request.clone().map(|_| Body::new(body));
        let answer = named(&mut ways, LAYER).answer(request).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        polls.count()
    })
}

fn named<'a>(ways: &'a mut [Way], name: &str) -> &'a mut Way {
    ways.iter_mut().find(|way| way.name == name).expect("one of the ways")
}
