//! Timing two kinds of inputs, and Welch's t of them.

use std::hint::black_box;
use std::time::Instant;

use crate::report::{median, quick};

/// So many at a time are made ready, in a memory that the processor has at hand.
const BATCH: usize = 256;

/// Those that are thrown away at first.
const WARM_UP: usize = 20;

/// What was measured.
#[derive(Debug)]
pub(crate) struct Timed {
    pub(crate) what: String,
    /// How many times.
    pub(crate) count: usize,
    /// In nanoseconds.
    pub(crate) median: f64,
    /// By how many nanoseconds the second kind takes longer: in the mean, without the longest tenth of each.
    pub(crate) difference: f64,
    /// The largest, without its sign.
    pub(crate) t: f64,
}

/// Which of the two kinds an input is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    One,
    Other,
}

impl Timed {
    /// Times `run` with what `prepare` makes for each. It has to make both in the same way, and each anew: where
    /// something is in memory shows too.
    pub(crate) fn of<I, O>(
        what: impl Into<String>,
        prepare: impl Fn(Kind) -> I,
        run: impl Fn(I) -> O,
    ) -> Self {
        let batches = if quick() { 200 } else { 4000 };
        let mut all = Vec::new();
        for batch in 0..WARM_UP + batches {
            let mut bits = [0; BATCH];
            getrandom::fill(&mut bits).expect("randomness");
            let kinds = bits.map(|bits| if bits & 1 == 0 { Kind::One } else { Kind::Other });
            let inputs: Vec<_> = kinds.into_iter().map(|kind| (kind, prepare(kind))).collect();
            for (kind, input) in inputs {
                let start = Instant::now();
                let output = black_box(run(black_box(input)));
                let time = start.elapsed();
                drop(output);
                if batch >= WARM_UP {
                    all.push((time.as_nanos() as f64, kind));
                }
            }
        }
        all.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Self {
            what: what.into(),
            count: all.len(),
            median: median(&mut all.iter().map(|(time, _)| *time).collect::<Vec<_>>()),
            difference: trimmed(&all, Kind::Other) - trimmed(&all, Kind::One),
            t: largest(&all),
        }
    }
}

fn trimmed(sorted: &[(f64, Kind)], wanted: Kind) -> f64 {
    let of_kind: Vec<_> = sorted.iter().copied().filter(|(_, kind)| *kind == wanted).collect();
    Moments::of(shortest(&of_kind, 0.9), wanted).mean
}

/// Of all, and of the shorter ones: fewer and fewer are cropped, half of what was cropped ten steps before.
fn largest(sorted: &[(f64, Kind)]) -> f64 {
    let shares = (1..=100).map(|step| 1.0 - 0.5_f64.powf(f64::from(step) / 10.0));
    shares
        .chain([1.0])
        .filter_map(|share| Moments::of_both(shortest(sorted, share)))
        .map(|[one, other]| one.t(&other).abs())
        .fold(0.0, f64::max)
}

/// That share of them, and no time that is not in it as a whole.
fn shortest(sorted: &[(f64, Kind)], share: f64) -> &[(f64, Kind)] {
    let end = (sorted.len() as f64 * share) as usize;
    let Some((most, _)) = sorted.get(end) else { return sorted };
    &sorted[..sorted.partition_point(|(time, _)| time < most)]
}

/// Count, mean and variance.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    /// Too few of them say nothing.
    fn of_both(timed: &[(f64, Kind)]) -> Option<[Self; 2]> {
        const ENOUGH: f64 = 1000.0;
        let both = [Kind::One, Kind::Other].map(|kind| Self::of(timed, kind));
        both.iter().all(|moments| moments.count >= ENOUGH).then_some(both)
    }

    fn of(timed: &[(f64, Kind)], wanted: Kind) -> Self {
        let times = || timed.iter().filter(|(_, kind)| *kind == wanted).map(|(time, _)| *time);
        let count = times().count() as f64;
        let mean = times().sum::<f64>() / count;
        let variance = times().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self { count, mean, variance }
    }

    /// Welch's.
    fn t(&self, other: &Self) -> f64 {
        let error = (self.variance / self.count + other.variance / other.count).sqrt();
        if error > 0.0 { (self.mean - other.mean) / error } else { 0.0 }
    }
}
