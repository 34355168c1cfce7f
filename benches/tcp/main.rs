//! Requests a second over TCP: 64 connections that are kept alive, with bodies that GitHub has signed, to a server
//! on one core from a load generator, `wrk`, on another.
//!
//! `cargo bench -p countersign-benches --bench tcp`
//!
//! It takes five minutes, or half a minute with `QUICK=1`, wants two cores, and ends with an error if a number is
//! worse than what is promised.

mod load;
mod server;

use std::env::args;
use std::process::ExitCode;

use countersign_benches::ways::{HMAC, LAYER};
use countersign_benches::{Limit, markdown, median, quick};

use self::load::{Measured, Signed};
use self::server::{Server, VARIANTS};

const SIZES: [(&str, usize); 2] = [("1 KiB", 1 << 10), ("64 KiB", 64 << 10)];

fn main() -> ExitCode {
    if args().any(|argument| argument == server::SERVE) {
        server::serve();
        return ExitCode::SUCCESS;
    }
    let server = Server::start();
    let mut table = markdown([
        "body",
        "variant",
        "requests a second",
        "of those of `hmac`",
        "from, to",
        "p50",
        "p99",
    ]);
    let mut limits = Vec::new();
    for (title, size) in SIZES {
        let runs = runs(&server, &Signed::new(size));
        for variant in VARIANTS {
            let runs_of = |name| runs.iter().filter(move |run| run.variant == name);
            let pairs = runs_of(variant).zip(runs_of(HMAC));
            let ratio = |(run, hmac): (&Run, &Run)| run.measured.rate / hmac.measured.rate;
            let mut ratios: Vec<_> = pairs.map(ratio).collect();
            // It sorts them.
            let ratio = median(&mut ratios);
            let ends = [ratios.first(), ratios.last()].map(|end| end.copied().unwrap_or_default());
            let middle = |part: fn(&Measured) -> f64| {
                median(&mut runs_of(variant).map(|run| part(&run.measured)).collect::<Vec<_>>())
            };
            table.add_row([
                title,
                variant,
                &format!("{:.0}", middle(|it| it.rate)),
                &format!("{ratio:.3}"),
                &format!("{:.2}, {:.2}", ends[0], ends[1]),
                &format!("{:.2} ms", middle(|it| it.p50)),
                &format!("{:.2} ms", middle(|it| it.p99)),
            ]);
            if (title, variant) == ("1 KiB", LAYER) {
                let what = "requests a second at 1 KiB, layer / hmac, median of the pairs";
                limits.push(Limit::at_least(what, ratio, 0.97));
            }
        }
    }
    println!("{table}\n");
    Limit::judge(&limits)
}

struct Run {
    variant: &'static str,
    measured: Measured,
}

/// In turns, and every other turn backwards, so that what else the machine does falls on all of them.
fn runs(server: &Server, request: &Signed) -> Vec<Run> {
    let (rounds, seconds) = if quick() { (2, 1) } else { (10, 3) };
    let mut runs = Vec::new();
    for round in 0..rounds {
        let mut variants = VARIANTS;
        if round % 2 == 1 {
            variants.reverse();
        }
        for variant in variants {
            let measured = load::run(request, &server.url(variant), seconds);
            runs.push(Run { variant, measured });
        }
    }
    runs
}
