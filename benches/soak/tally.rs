//! What was sent and what came of it: verdicts by kind, latencies by tenth of the time.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use comfy_table::Table;
use hdrhistogram::Histogram;
use http::StatusCode;

use crate::report::markdown;

/// Into how many parts the time is divided: the first is for warming up, the second is what the last one is
/// compared with. Of ten minutes it is a minute each.
pub(crate) const PARTS: usize = 10;

/// What a request is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Genuine,
    Forged,
    Stale,
    Future,
    Replayed,
    Twin,
    Failed,
    Retried,
    Oversized,
}

const KINDS: [(Kind, &str, &str); 9] = [
    (Kind::Genuine, "genuine", "200, handled once"),
    (Kind::Forged, "forged", "401, not handled"),
    (Kind::Stale, "stale", "401, not handled"),
    (Kind::Future, "from the future", "401, not handled"),
    (Kind::Replayed, "replayed", "401, not handled"),
    (Kind::Twin, "the same twice at a time", "one 200, handled once; one 401 or 409"),
    (Kind::Failed, "genuine, the handler fails", "500"),
    (Kind::Retried, "the retry of that", "200, handled once"),
    (Kind::Oversized, "oversized", "413, not handled"),
];

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) status: StatusCode,
    pub(crate) code: Option<&'static str>,
    /// How often the handler got it; nothing, if it got or said what it should not.
    pub(crate) handed: Option<usize>,
    pub(crate) time: Duration,
}

impl Verdict {
    pub(crate) fn is(&self, status: u16, code: Option<&str>, handed: usize) -> bool {
        self.status == status && self.code == code && self.handed == Some(handed)
    }
}

/// All that is counted. It takes its memory when it is made.
pub(crate) struct Tally {
    start: Instant,
    total: Duration,
    counts: Mutex<Counts>,
}

struct Counts {
    sent: [u64; KINDS.len()],
    wrong: u64,
    unjudged: u64,
    latencies: [Latencies; PARTS],
}

struct Latencies {
    genuine: Histogram<u32>,
    refused: Histogram<u32>,
    /// What the core is worth at the time: nothing of the layers is in it.
    signing: Histogram<u32>,
}

impl Tally {
    pub(crate) fn new(total: Duration) -> Self {
        let latencies = std::array::from_fn(|_| Latencies::new());
        let counts = Counts { sent: [0; KINDS.len()], wrong: 0, unjudged: 0, latencies };
        Self { start: Instant::now(), total, counts: Mutex::new(counts) }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.start.elapsed() >= self.total
    }

    /// Which part of the time it is.
    pub(crate) fn part(&self) -> usize {
        let part = self.start.elapsed().as_secs_f64() / self.total.as_secs_f64() * PARTS as f64;
        (part as usize).min(PARTS - 1)
    }

    /// Whether it was right; nothing, if it took too long for that to be said.
    pub(crate) fn note(&self, kind: Kind, of: &str, verdict: &Verdict, right: Option<bool>) {
        const SHOWN: u64 = 20;
        let part = self.part();
        let mut counts = self.counts();
        counts.sent[kind as usize] += 1;
        match right {
            None => counts.unjudged += 1,
            Some(true) => {}
            Some(false) => {
                counts.wrong += 1;
                if counts.wrong <= SHOWN {
                    eprintln!("wrong: {kind:?} for {of}: {verdict:?}");
                }
            }
        }
        let latencies = &mut counts.latencies[part];
        match kind {
            Kind::Genuine => latencies.genuine.saturating_record(nanos(verdict.time)),
            _ if verdict.code.is_some() => latencies.refused.saturating_record(nanos(verdict.time)),
            _ => {}
        }
    }

    pub(crate) fn wrong(&self) -> u64 {
        self.counts().wrong
    }

    pub(crate) fn unjudged(&self) -> u64 {
        self.counts().unjudged
    }

    pub(crate) fn sent(&self) -> u64 {
        self.counts().sent.iter().sum()
    }

    /// How many there are of the kind that was sent least.
    pub(crate) fn rarest(&self) -> u64 {
        self.counts().sent.iter().copied().min().unwrap_or_default()
    }

    /// How long it took to make and sign a request.
    pub(crate) fn note_signing(&self, time: Duration) {
        let part = self.part();
        self.counts().latencies[part].signing.saturating_record(nanos(time));
    }

    /// The median of the latency of genuine requests in the last part, times that in the second; and the same in
    /// units of what signing took in that part.
    pub(crate) fn drift(&self) -> [f64; 2] {
        let counts = self.counts();
        let median = |histogram: &Histogram<u32>| histogram.value_at_quantile(0.5) as f64;
        let (last, second) = (&counts.latencies[PARTS - 1], &counts.latencies[1]);
        let latency = median(&last.genuine) / median(&second.genuine);
        [latency, latency / (median(&last.signing) / median(&second.signing))]
    }

    pub(crate) fn kinds(&self) -> Table {
        let counts = self.counts();
        let mut table = markdown(["request", "verdict", "how many"]);
        for (kind, name, verdict) in KINDS {
            table.add_row([name, verdict, &counts.sent[kind as usize].to_string()]);
        }
        table
    }

    /// With what was resident by the end of each part, in MiB.
    pub(crate) fn parts(&self, resident: &[f64; PARTS]) -> Table {
        let counts = self.counts();
        let mut table = markdown([
            "part of the time",
            "genuine requests",
            "p50, us",
            "p99, us",
            "p99.9, us",
            "refused ones: p50, us",
            "signing 4 KiB: p50, us",
            "resident at most, MiB",
        ]);
        for (part, (latencies, resident)) in counts.latencies.iter().zip(resident).enumerate() {
            let Latencies { genuine, refused, signing } = latencies;
            let us = |of: &Histogram<u32>, quantile| {
                format!("{:.1}", of.value_at_quantile(quantile) as f64 / 1e3)
            };
            table.add_row([
                (part + 1).to_string(),
                genuine.len().to_string(),
                us(genuine, 0.5),
                us(genuine, 0.99),
                us(genuine, 0.999),
                us(refused, 0.5),
                us(signing, 0.5),
                format!("{resident:.1}"),
            ]);
        }
        table
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("nobody panics")
    }
}

impl Latencies {
    fn new() -> Self {
        Self { genuine: histogram(), refused: histogram(), signing: histogram() }
    }
}

/// From 100 ns to a minute, to three digits. What is reset was written to, so its memory is there from the start.
fn histogram() -> Histogram<u32> {
    let mut histogram = Histogram::new_with_bounds(100, 60_000_000_000, 3).expect("bounds");
    histogram.reset();
    histogram
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
