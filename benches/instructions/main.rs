//! How many instructions one request takes, counted by Valgrind's callgrind: the same on a busy machine as on a
//! quiet one, so that a change that costs something is seen where it is made.
//!
//! `scripts/bench --instructions` compares with `counts.txt`, `scripts/bench --instructions --bless` writes that anew.
//!
//! It takes about a minute, and ends with an error if a count differs by more than 5 % from the one that is kept.
//! What one request takes is the difference between many of them and a few, so what it takes to start is left out.
//! Valgrind's processor has no instructions for hashes, so there is none: see [`null`].

#[path = "../callgrind.rs"]
mod callgrind;
mod counts;
mod null;
#[path = "../report.rs"]
#[expect(dead_code, reason = "only the tables are wanted, not all that the other benchmarks need")]
mod report;
mod valgrind;
mod variants;

use std::env::args;
use std::process::ExitCode;

use self::counts::Counts;
use self::report::{Limit, markdown};
use self::variants::{SIZES, VARIANTS};

/// How far a count may be from the one that is kept, in percent.
const TOLERANCE: f64 = 5.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [valgrind::SEND, variant, size, times] => variants::send(variant, size, times),
        [valgrind::FEATURES] => valgrind::print_features(),
        ["--bless"] => bless(),
        [] => return compare(),
        _ => panic!("there is `--bless`, and nothing else"),
    }
    ExitCode::SUCCESS
}

fn bless() {
    let counts = Counts::count();
    print(&counts);
    counts.keep(&valgrind::made_with());
}

fn compare() -> ExitCode {
    let (counts, (made_with, kept)) = (Counts::count(), Counts::kept());
    print(&counts);
    let (farthest, percent) = counts.farthest_from(&kept);
    let what = format!("percent that a count differs from what is kept, at most: {farthest}");
    let verdict = Limit::judge(&[Limit::at_most(what, percent, TOLERANCE)]);
    if verdict != ExitCode::SUCCESS {
        eprintln!(
            "What is kept was made with\n{made_with}\nand this with\n{}",
            valgrind::made_with()
        );
        eprintln!("Where it is meant to change: scripts/bench --instructions --bless");
    }
    verdict
}

fn print(counts: &Counts) {
    let mut table = markdown(["instructions for a request", "256 B", "1 KiB", "4 KiB"]);
    for variant in VARIANTS {
        table.add_row(row(variant.title, |size| counts.of(variant, size)));
        if let Some(bare) = variant.beside {
            let bare = VARIANTS.iter().find(|other| other.name == bare).expect("it is one of them");
            let more = |size| counts.of(variant, size).saturating_sub(counts.of(bare, size));
            table.add_row(row("*what that is beyond the bare handler*", more));
        }
    }
    println!("{table}\n");
}

fn row(title: &str, count: impl Fn(usize) -> u64) -> Vec<String> {
    let counts = SIZES.iter().map(|&size| count(size).to_string());
    [title.to_owned()].into_iter().chain(counts).collect()
}
