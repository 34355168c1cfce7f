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
#[derive(Clone, Debug)]
struct Wrong {
    what: &'static str,
    request: Request<Bytes>,
    /// Whether the body is hashed before that shows.
    hashed: bool,
    /// Whether to wait until the body was read on.
    to_the_end: bool,
}

fn main() -> ExitCode {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    println!("## What a refusal costs\n\nMedians in nanoseconds.\n");
    let mut table = markdown(["request", "layer", "from_fn"]);
    let mut limits = Vec::new();
    for size in SIZES {
        for (case, wrong) in [github(size), slack(size)] {
            let of = format!("{}, {} KiB", case.provider, size >> 10);
            let measured = time(&runtime, &case, &wrong, size);
            for Wrong { what, request, hashed, to_the_end } in &wrong {
                let ns = |way| measured.median(&(way, *what)).unwrap_or_default();
                let ns = [LAYER, FROM_FN].map(|way| format!("{:.0}", ns(way)));
                table.add_row([format!("{of}: {what}")].into_iter().chain(ns));
                if !hashed && !to_the_end {
                    let polls = polls(&runtime, &case, request);
                    let what = format!("{of}, {what}: polls of the body before the answer");
                    limits.push(Limit::at_most(what, polls as f64, 0.0));
                }
            }
        }
    }
    println!("{table}\n");
    println!(
        "A body that nobody wants is read on after the answer, in a task of its own, so that a client"
    );
    println!(
        "which is still writing gets to see the answer; not so with `Expect: 100-continue`, by which a"
    );
    println!(
        "client waits to be asked. That task is in the times of \"read on\", and in no other.\n"
    );
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
    let stale = sign(&Slack, slack::SECRET, hour_ago, case.genuine.clone());
    wrong.push(Wrong { what: "stale", request: stale, hashed: false, to_the_end: false });
    (case, wrong)
}

fn wrong(case: &Case, signature: &'static str) -> Vec<Wrong> {
    let mut unsigned = case.genuine.clone();
    unsigned.headers_mut().remove(HeaderName::from_static(signature));
    let mut asking = unsigned.clone();
    asking.headers_mut().insert(EXPECT, HeaderValue::from_static("100-continue"));
    let hashed = |what, request: &Request<Bytes>| {
        let request = request.clone();
        Wrong { what, request, hashed: true, to_the_end: false }
    };
    let unsigned = Wrong { what: "unsigned", request: unsigned, hashed: false, to_the_end: false };
    vec![
        hashed("genuine", &case.genuine),
        hashed("badly signed", &case.forged),
        Wrong { what: "unsigned, read on", to_the_end: true, ..unsigned.clone() },
        Wrong { what: "unsigned, asking first", request: asking, ..unsigned.clone() },
        unsigned,
    ]
}

/// Every request, by the layer and by the middleware that is written by hand.
fn time(
    runtime: &Runtime,
    case: &Case,
    wrong: &[Wrong],
    size: usize,
) -> Paired<(&'static str, &'static str)> {
    let names = [LAYER, FROM_FN]
        .into_iter()
        .flat_map(|way| wrong.iter().map(move |wrong| (way, wrong.what)));
    let mut ways = case.ways.clone();
    Paired::measure(names, Budget::new(Duration::from_secs(8), 15), |(way, what)| {
        let way = named(&mut ways, way);
        let wrong = wrong.iter().find(|wrong| wrong.what == *what).expect("one of them");
        let batch = if wrong.hashed { ((64 << 10) / size).clamp(1, 16) } else { 16 };
        let requests = vec![wrong.request.clone(); batch];
        let requests: Vec<_> = requests.into_iter().map(|it| it.map(Body::from)).collect();
        runtime.block_on(async {
            let start = Instant::now();
            for request in requests {
                let status = black_box(way.answer(request).await).status();
                assert_eq!(status == StatusCode::OK, wrong.what == "genuine", "{what}");
            }
            let answered = start.elapsed();
            finished(runtime).await;
            let time = if wrong.to_the_end { start.elapsed() } else { answered };
            time.as_nanos() as f64 / batch as f64
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
