//! What a request costs beyond its hash, and which parts that is made of: instructions by Valgrind's callgrind, so
//! that they are the same on a busy machine as on a quiet one.
//!
//! `cargo bench -p countersign-benches --bench profile`
//!
//! It takes about a minute. `-- --functions Slack` prints the functions of that provider behind the parts.

#[path = "../callgrind.rs"]
mod callgrind;
mod functions;
mod parts;

use std::env::args;

use axum::body::Body;
use axum::routing::post;
use countersign_benches::markdown;
use countersign_benches::ways::{
    BARE, Case, FLOOR, FROM_FN, Floor, HMAC, LAYER, Way, github, handler, meya, slack, spark,
    standard_webhooks,
};
use http::StatusCode;
use tokio::runtime::Builder;

use self::functions::{Profile, SEND};
use self::parts::{PARTS, part_of};

const SIZE: usize = 256;

const CASES: [fn(usize) -> Case; 5] =
    [spark::case, github::case, slack::case, standard_webhooks::case, meya::case];

fn main() {
    let arguments: Vec<String> = args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [SEND, provider, way, times] => {
            send(&case_of(provider), way, times.parse().expect("a number"));
        }
        ["--functions", provider] => print_functions(&case_of(provider)),
        [] => {
            print_ways();
            print_parts();
        }
        _ => panic!("there is `--functions PROVIDER`, and nothing else"),
    }
}

fn cases() -> impl Iterator<Item = Case> {
    CASES.into_iter().map(|case| {
        let mut case = case(SIZE);
        case.ways.push(Way::new(FLOOR, SIZE, post(handler).route_layer(Floor)));
        case
    })
}

fn case_of(provider: &str) -> Case {
    cases().find(|case| case.provider == provider).expect("one of the providers")
}

/// What is counted: so many genuine requests, in that way.
fn send(case: &Case, way: &str, times: usize) {
    let mut ways = case.ways.clone();
    let way = ways.iter_mut().find(|it| it.name == way).expect("one of the ways");
    Builder::new_current_thread().build().expect("a runtime").block_on(async {
        for _ in 0..times {
            let answer = way.answer(case.genuine.clone().map(Body::from)).await;
            assert_eq!(answer.status(), StatusCode::OK, "{} is to be let through", way.name);
        }
    });
}

/// The sums, of each way.
fn print_ways() {
    const WAYS: [&str; 4] = [FLOOR, HMAC, FROM_FN, LAYER];
    println!("Instructions for a request of {SIZE} bytes, beyond those of `bare`.\n");
    let columns = WAYS.into_iter().chain(["`layer` beyond `hmac`"]);
    let mut table = markdown(["provider"].into_iter().chain(columns));
    for case in cases() {
        let [floor, hmac, from_fn, layer] = WAYS.map(|way| beyond_bare(&case, way).sum(|_| true));
        let counts = [floor, hmac, from_fn, layer, layer - hmac].map(|it| format!("{it:.0}"));
        table.add_row([case.provider.to_owned()].into_iter().chain(counts));
    }
    println!("{table}\n");
}

fn print_parts() {
    let github = case_of("GitHub");
    let others = [FLOOR, HMAC].map(|way| (way, beyond_bare(&github, way)));
    let layers = cases().map(|case| (case.provider, beyond_bare(&case, LAYER)));
    let columns: Vec<_> = others.into_iter().chain(layers).collect();

    println!("The same by what they are for; `hmac` is that of GitHub.\n");
    let names = columns.iter().map(|(name, _)| *name);
    let mut table = markdown(["part"].into_iter().chain(names));
    for part in PARTS {
        let counts = columns.iter().map(|(_, profile)| profile.sum(|name| part_of(name) == part));
        table.add_row([part.to_owned()].into_iter().chain(counts.map(|it| format!("{it:.0}"))));
    }
    let sums = columns.iter().map(|(_, profile)| format!("{:.0}", profile.sum(|_| true)));
    table.add_row(["*all*".to_owned()].into_iter().chain(sums));
    println!("{table}");
}

fn print_functions(case: &Case) {
    for (name, count) in beyond_bare(case, LAYER).by_count() {
        println!("{count:7.0}  {:<26}  {name}", part_of(name));
    }
}

/// What that way takes beyond a handler that believes everything; the hash itself is left out.
fn beyond_bare(case: &Case, way: &str) -> Profile {
    Profile::of(case.provider, way).beyond(&Profile::of(case.provider, BARE))
}
