//! Mixed traffic at full speed, for as long as it is told: genuine, forged, stale, replayed and oversized requests
//! for five providers, through the layers as a server has them, with one replay store in memory behind all.
//!
//! `scripts/soak [SECONDS]`; ten minutes without the number.
//!
//! Everything is in one process and on one thread, since over TCP most of the time would be the kernel's; bodies come
//! in frames and have to be waited for, and 16 senders take turns. Each verdict is checked: the status, the reason, and
//! whether the handler got the request, with the proof and with the body that was signed. It ends with an error if
//! one is wrong, if memory grows after the first tenth of the time, or, in a run of ten minutes or more, if the
//! latency of the last tenth, in units of what signing takes, is more than 10 % from that of the second.

mod frames;
mod handler;
mod hook;
#[path = "../report.rs"]
#[expect(dead_code, reason = "only the tables are wanted, not all that the benchmarks need")]
mod report;
mod sender;
mod tally;

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::hook::Hook;
use crate::report::Limit;
use crate::sender::Sender;
use crate::tally::{PARTS, Tally};

const SENDERS: u64 = 16;

/// The run that the latency is judged in: a tenth of it is a minute.
const WHOLE: Duration = Duration::from_secs(600);

/// How much more may be resident at any time after the first tenth, in MiB: less than a byte for each ten requests.
const GROWTH: f64 = 1.0;

/// How much may be resident in all: 145 MiB of it is the replay store, with room for two million claims.
const RESIDENT: f64 = 192.0;

fn main() -> ExitCode {
    let total = std::env::args().skip(1).find(|argument| argument != "--bench");
    let total =
        total.map_or(WHOLE, |text| Duration::from_secs(text.parse().expect("whole seconds")));
    let tally = Arc::new(Tally::new(total));
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    let resident = runtime.block_on(soak(&tally));
    println!("{}\n\n{}\n", tally.kinds(), tally.parts(&resident));
    judge(&tally, &resident, total)
}

/// The most that was resident in each part of the time, in MiB.
async fn soak(tally: &Arc<Tally>) -> [f64; PARTS] {
    let hooks = Hook::all();
    let mut senders = JoinSet::new();
    for number in 0..SENDERS {
        senders.spawn(Sender::new(number, &hooks, tally).run());
    }
    let mut resident = [0.0_f64; PARTS];
    let mut ticks = interval(Duration::from_millis(100));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !tally.is_over() {
        ticks.tick().await;
        let most = &mut resident[tally.part()];
        *most = most.max(mebibytes());
    }
    senders.join_all().await;
    resident
}

fn judge(tally: &Tally, resident: &[f64; PARTS], total: Duration) -> ExitCode {
    let most = resident.iter().skip(1).copied().fold(0.0, f64::max);
    let sent = tally.sent();
    let mut limits = vec![
        Limit::at_most(format!("wrong verdicts, of {sent}"), tally.wrong() as f64, 0.0),
        Limit::at_most(
            "verdicts that came too late to be judged, percent",
            tally.unjudged() as f64 / sent as f64 * 100.0,
            0.1,
        ),
        Limit::at_least("requests of the rarest kind", tally.rarest() as f64, 1000.0),
        Limit::at_most("growth after the first tenth, MiB", most - resident[0], GROWTH),
        Limit::at_most("resident, MiB", most, RESIDENT),
    ];
    let [raw, drift] = tally.drift();
    println!(
        "The latency of the last tenth is {raw:.2} times that of the second, and in units of signing {drift:.2}.\n"
    );
    if total >= WHOLE {
        let name = "latency of the last tenth, in units of signing, times that of the second";
        limits.push(Limit::at_least(name, drift, 0.9));
        limits.push(Limit::at_most(name, drift, 1.1));
    }
    Limit::judge(&limits)
}

/// What the process has in memory.
fn mebibytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says so");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let number = line.trim().trim_end_matches(" kB");
    number.parse::<f64>().expect("a number") / 1024.0
}
