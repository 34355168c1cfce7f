//! The counts: made, read and written.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use crate::valgrind;
use crate::variants::{SIZES, VARIANTS, Variant};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.txt");

const TITLE: &str = "\
# Instructions for one request: variant, bytes of the body, count.
# Written by `scripts/bench --instructions --bless`, with
";

/// Instructions for a request, by variant and size.
pub(crate) struct Counts(BTreeMap<(String, usize), u64>);

impl Counts {
    pub(crate) fn count() -> Self {
        let all = VARIANTS.iter().flat_map(|variant| SIZES.map(|size| (variant.name, size)));
        Self(
            all.map(|(name, size)| ((name.to_owned(), size), valgrind::count(name, size)))
                .collect(),
        )
    }

    /// What they were made with, and the counts.
    pub(crate) fn kept() -> (String, Self) {
        let text = fs::read_to_string(FILE).expect("counts.txt, or `--bless` first");
        let counts = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let mut words = line.split_whitespace();
            let mut word = || words.next().expect("three words in a line");
            let key = (word().to_owned(), word().parse().expect("a size"));
            (key, word().parse().expect("a count"))
        });
        let counts = Self(counts.collect());
        let made_with = text.strip_prefix(TITLE).unwrap_or(&text).lines();
        let made_with = made_with.map_while(|line| line.strip_prefix("# "));
        (made_with.collect::<Vec<_>>().join("\n"), counts)
    }

    pub(crate) fn keep(&self, made_with: &str) {
        let mut text = TITLE.to_owned();
        for line in made_with.lines() {
            writeln!(text, "# {line}").expect("a text takes all");
        }
        for ((name, size), count) in &self.0 {
            writeln!(text, "{name} {size} {count}").expect("a text takes all");
        }
        fs::write(FILE, text).expect("counts.txt can be written");
    }

    pub(crate) fn of(&self, variant: &Variant, size: usize) -> u64 {
        self.get(variant.name, size).expect("all of them are counted")
    }

    /// The count that is farthest from the other, and how far that is in percent; it is as far as can be where
    /// the other is not there.
    pub(crate) fn farthest_from(&self, others: &Self) -> (String, f64) {
        let apart = self.0.iter().map(|((name, size), &count)| {
            let percent = others
                .get(name, *size)
                .map_or(f64::INFINITY, |other| count.abs_diff(other) as f64 / other as f64 * 100.0);
            (format!("{name}, {size} B"), percent)
        });
        apart.max_by(|one, other| one.1.total_cmp(&other.1)).expect("there are some")
    }

    fn get(&self, name: &str, size: usize) -> Option<u64> {
        self.0.get(&(name.to_owned(), size)).copied()
    }
}
