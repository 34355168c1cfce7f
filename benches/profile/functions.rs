//! What each function took, as callgrind found it.

use std::collections::HashMap;
use std::fs;

use crate::callgrind::callgrind;

/// The argument with which it is started again.
pub(crate) const SEND: &str = "send";

/// How many requests the two runs have between which the difference is taken.
const FEW: u32 = 1000;
const MANY: u32 = 3000;

/// Instructions for a request, by function.
pub(crate) struct Profile(HashMap<String, f64>);

impl Profile {
    /// That of one way to take a request.
    pub(crate) fn of(provider: &str, way: &str) -> Self {
        let [few, many] = [FEW, MANY].map(|times| run(provider, way, times));
        let all = many.beyond(&few).0.into_iter();
        Self(all.map(|(name, count)| (name, count / f64::from(MANY - FEW))).collect())
    }

    pub(crate) fn beyond(mut self, other: &Self) -> Self {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() -= count;
        }
        self
    }

    pub(crate) fn sum(&self, is_wanted: impl Fn(&str) -> bool) -> f64 {
        self.0.iter().filter(|(name, _)| is_wanted(name)).map(|(_, count)| count).sum()
    }

    /// The functions, what takes most first; without those that make no difference.
    pub(crate) fn by_count(&self) -> Vec<(&str, f64)> {
        let all = self.0.iter().map(|(name, &count)| (name.as_str(), count));
        let mut all: Vec<_> = all.filter(|(_, count)| count.abs() >= 1.0).collect();
        all.sort_by(|one, other| other.1.total_cmp(&one.1));
        all
    }
}

fn run(provider: &str, way: &str, times: u32) -> Profile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    callgrind(&[SEND, provider, way, &times.to_string()], file.path());
    read(&fs::read_to_string(file.path()).expect("what callgrind wrote"))
}

/// Reads callgrind's own form: `fn=(3) name`, the first time that a function is named, and `fn=(3)` later; lines of
/// costs, the second number of which is that of instructions; and behind `calls=` one that belongs to what was called.
fn read(text: &str) -> Profile {
    let mut names = HashMap::new();
    let mut costs: HashMap<String, f64> = HashMap::new();
    let (mut function, mut is_called) = ("", false);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("fn=") {
            function = named(&mut names, name);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            named(&mut names, name);
        } else if line.starts_with("calls=") {
            is_called = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let cost: Option<f64> = line.split(' ').nth(1).and_then(|cost| cost.parse().ok());
            if let (Some(cost), false) = (cost, is_called) {
                *costs.entry(function.to_owned()).or_default() += cost;
            }
            is_called = false;
        }
    }
    // The compression of blocks, and what hashes them in a row.
    costs.retain(|name, _: &mut f64| !(name.starts_with("sha1::") || name.starts_with("sha2::")));
    Profile(costs)
}

fn named<'a>(names: &mut HashMap<&'a str, &'a str>, name: &'a str) -> &'a str {
    match name.split_once(' ') {
        Some((number, name)) => names.entry(number).insert_entry(name).get(),
        None => names.get(name).copied().unwrap_or_default(),
    }
}
