//! Measuring several things in turns, in many short rounds, so that they can be compared on a machine
//! whose speed changes: what slows one of a round slows its neighbours.

use std::time::{Duration, Instant};

use crate::{median, quick};

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Until so much time is over ..
    pub time: Duration,
    /// .. and there were so many rounds.
    pub rounds: usize,
}

impl Budget {
    /// That much; where [`quick`] says so, a tenth of the time and a fifth of the rounds.
    #[must_use]
    pub fn new(time: Duration, rounds: usize) -> Self {
        if quick() {
            Self { time: time / 10, rounds: rounds.div_ceil(5) }
        } else {
            Self { time, rounds }
        }
    }
}

/// What was measured: for each name a value of each round.
#[derive(Debug)]
pub struct Paired<Name> {
    all: Vec<(Name, Vec<f64>)>,
}

impl<Name: PartialEq> Paired<Name> {
    /// Measures each of them once a round. Each round begins with another, since the first is the one
    /// that comes after a pause. A round before the first is for warming up, and is thrown away.
    pub fn measure(
        names: impl IntoIterator<Item = Name>,
        budget: Budget,
        mut once: impl FnMut(&Name) -> f64,
    ) -> Self {
        let mut all: Vec<_> = names.into_iter().map(|name| (name, Vec::new())).collect();
        for (name, _) in &all {
            once(name);
        }
        let many = all.len().max(1);
        let start = Instant::now();
        let mut rounds = 0;
        while rounds < budget.rounds || start.elapsed() < budget.time {
            let (early, late) = all.split_at_mut(rounds % many);
            for (name, values) in late.iter_mut().chain(early) {
                values.push(once(name));
            }
            rounds += 1;
        }
        Self { all }
    }

    /// The median of it.
    #[must_use]
    pub fn median(&self, name: &Name) -> Option<f64> {
        self.values(name).map(|values| median(&mut values.to_vec()))
    }

    /// By how much one is more than the other, round by round.
    #[must_use]
    pub fn difference(&self, name: &Name, other: &Name) -> Option<f64> {
        self.pairs(name, other, |one, other| one - other)
    }

    /// How many times the other one is, round by round.
    #[must_use]
    pub fn ratio(&self, name: &Name, other: &Name) -> Option<f64> {
        self.pairs(name, other, |one, other| one / other)
    }

    fn pairs(&self, name: &Name, other: &Name, of: impl Fn(f64, f64) -> f64) -> Option<f64> {
        let pairs = self.values(name)?.iter().zip(self.values(other)?);
        Some(median(&mut pairs.map(|(&one, &other)| of(one, other)).collect::<Vec<_>>()))
    }

    fn values(&self, name: &Name) -> Option<&[f64]> {
        self.all.iter().find(|(it, _)| it == name).map(|(_, values)| values.as_slice())
    }
}
