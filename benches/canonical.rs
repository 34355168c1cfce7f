//! JSON in Python's sorted form: at most 0.40, 0.35 and 0.20 of what `serde_json` takes to read a `Value` and to
//! write it, at 1 KiB, 64 KiB and 1 MiB. And hostile shapes, up to 8 MiB: time linear in the body.
//!
//! `cargo bench -p countersign-benches --bench canonical`

use countersign_python_json::{Document, MAX_DEPTH, canonicalize};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use serde_json::Value;

const SIZES: [usize; 3] = [1 << 10, 64 << 10, 1 << 20];

fn main() {
    divan::main();
}

/// Events as a bot's platform sends them, with Python's spaces, until the text is about that long.
fn event(size: usize) -> String {
    let mut history = Vec::new();
    let mut length = 300;
    while length < size {
        let entry = entry(history.len());
        length += entry.len() + 2;
        history.push(entry);
    }
    format!(
        r#"{{"user_id": "user-0c9f2d7e", "sender": "user", "timestamp": 1489843997.625053, "type": "table", "bot_id": "BJty7evfw2b", "text": "How do I change my order?", "integration_id": "integration.webhook", "history": [{}]}}"#,
        history.join(", ")
    )
}

fn entry(at: usize) -> String {
    let texts = [
        "Hi, I would like to know where my order is. I was told that it would be here by Monday.",
        "caf\\u00e9 \\ud83d\\ude80 \\u4e2d\\u6587",
        "Line one\\nLine two: \\\"quoted\\\"",
        "Thanks!",
    ];
    let text = texts[at % texts.len()];
    format!(
        r#"{{"id": "{:08x}", "type": "text.say", "text": "{text}", "timestamp": {}.{:06}, "user": {{"id": "u-{}", "name": "Grace Hopper", "verified": {}, "language": "en", "data": {{"score": {}, "ratio": 0.{}, "segment": null, "plan": "pro"}}}}, "thread": {{"id": "t-{}", "mode": "bot", "tags": ["order", "support", "vip"]}}, "quick_replies": []}}"#,
        at * 2_654_435,
        1_489_843_997 + at,
        at * 7_919 % 1_000_000,
        at * 31,
        at.is_multiple_of(3),
        at * 17,
        at % 97 + 1,
        at * 13,
    )
}

/// Runs `work` on 64 KiB of such documents, or on one that is longer: so the time of the shortest is that of 64 of
/// them, which is long against what else a measurement takes.
fn run<T>(bencher: Bencher<'_, '_>, size: usize, work: impl Fn(&[u8]) -> T + Sync) {
    let text = event(size);
    let rounds = ((64 << 10) / size).max(1);
    bencher.counter(BytesCount::new(text.len() * rounds)).bench(|| {
        for _ in 0..rounds {
            black_box(work(black_box(text.as_bytes())));
        }
    });
}

/// What the targets are measured against.
#[divan::bench(args = SIZES, sample_count = 600, max_time = 8)]
fn value_and_back(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, |text| {
        let value: Value = serde_json::from_slice(text).expect("JSON");
        serde_json::to_vec(&value).expect("JSON")
    });
}

/// Into the sink of a hash that takes no time, as the layer does.
#[divan::bench(args = SIZES, sample_count = 600, max_time = 8)]
fn canonical(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, stream);
}

/// As a whole.
#[divan::bench(args = SIZES, sample_count = 600, max_time = 8)]
fn canonical_whole(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, |text| canonicalize(text).expect("a form"));
}

/// Only the first half of it.
#[divan::bench(args = SIZES, sample_count = 600, max_time = 8)]
fn index_alone(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, |text| Document::parse(text).is_ok());
}

fn stream(text: &[u8]) {
    let document = Document::parse(text).expect("a form");
    document.write(&mut |piece| {
        black_box(piece);
    });
}

/// What a stranger may send.
#[divan::bench_group(sample_count = 5, sample_size = 1)]
mod hostile {
    use super::*;

    const SIZES: [usize; 3] = [128 << 10, 1 << 20, 8 << 20];

    fn run(bencher: Bencher<'_, '_>, text: String) {
        bencher.counter(BytesCount::new(text.len())).bench(|| stream(black_box(text.as_bytes())));
    }

    /// One object with `names` made of a number each, in an order that is none.
    fn object(size: usize, name: impl Fn(usize) -> String) -> String {
        let length = name(0).len() + 5;
        let names = (0..size / length).map(|at| at * 7_919_993 % 10_000_000);
        let members: Vec<_> = names.map(|at| format!("\"{}\":0", name(at))).collect();
        format!("{{{}}}", members.join(","))
    }

    fn repeated(size: usize, element: &str) -> String {
        let mut text = element.repeat(size / element.len());
        text.pop();
        format!("[{text}]")
    }

    /// At 8 MiB they are 645,277.
    #[divan::bench(args = SIZES)]
    fn one_wide_object(bencher: Bencher<'_, '_>, size: usize) {
        run(bencher, object(size, |at| format!("{at:08}")));
    }

    #[divan::bench(args = SIZES)]
    fn long_shared_prefixes(bencher: Bencher<'_, '_>, size: usize) {
        let prefix = "p".repeat(500);
        run(bencher, object(size, |at| format!("{prefix}{at:08}")));
    }

    /// Half of the text is one name, which stands where the standard library's sort looks for the one that parts
    /// the others; it has colons, for which the index takes the room that copies of names would have had.
    #[divan::bench(args = SIZES)]
    fn one_long_name_that_parts_the_others(bencher: Bencher<'_, '_>, size: usize) {
        let count = size / 34;
        let mut names: Vec<_> = (0..count).map(|at| at * 7_919_993 % count).collect();
        let median = median(&names, [0, count / 8 * 4, count / 8 * 7], count / 8);
        // Every place that it may take is tried by somebody; this is the one of 1.95.
        let long = names.iter().position(|&name| name == median).unwrap_or_default();
        let members = names.drain(..).enumerate().map(|(at, name)| {
            let tail = if at == long { ":".repeat(size / 2) } else { String::new() };
            format!("\"aaaaaaaa{name:06}{tail}\":0")
        });
        let members: Vec<_> = members.collect();
        run(bencher, format!("{{{}}}", members.join(",")));
    }

    /// The median of three, each of which is such a median where there are many.
    fn median(names: &[usize], places: [usize; 3], step: usize) -> usize {
        let mut three = places.map(|place| match step * 8 {
            64.. => median(names, [0, 4, 7].map(|of| place + step / 8 * of), step / 8),
            _ => names[place],
        });
        three.sort_unstable();
        three[1]
    }

    #[divan::bench(args = SIZES)]
    fn escaped_shared_prefixes(bencher: Bencher<'_, '_>, size: usize) {
        let prefix = "\\u0070".repeat(80);
        run(bencher, object(size, |at| format!("{prefix}{at:08}")));
    }

    #[divan::bench(args = SIZES)]
    fn short_numbers(bencher: Bencher<'_, '_>, size: usize) {
        run(bencher, repeated(size, "0 ,"));
    }

    #[divan::bench(args = SIZES)]
    fn short_floats(bencher: Bencher<'_, '_>, size: usize) {
        run(bencher, repeated(size, "1e9,"));
    }

    /// Halfway between two doubles, so that every digit has to be looked at.
    #[divan::bench(args = SIZES)]
    fn hard_floats(bencher: Bencher<'_, '_>, size: usize) {
        run(bencher, repeated(size, "2.4703282292062327208299439634110e-324,"));
    }

    #[divan::bench(args = SIZES)]
    fn small_objects(bencher: Bencher<'_, '_>, size: usize) {
        run(bencher, repeated(size, "{\"\": 0},"));
    }

    #[divan::bench(args = SIZES)]
    fn not_ascii(bencher: Bencher<'_, '_>, size: usize) {
        run(bencher, repeated(size, "\"\u{4e2d}\u{1F600}\","));
    }

    #[divan::bench(args = SIZES)]
    fn deep(bencher: Bencher<'_, '_>, size: usize) {
        let depth = MAX_DEPTH - 1;
        let one = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        run(bencher, repeated(size, &format!("{one},")));
    }

    /// Refused as soon as it is too deep.
    #[divan::bench(args = SIZES)]
    fn too_deep(bencher: Bencher<'_, '_>, size: usize) {
        let text = "[".repeat(size);
        bencher
            .counter(BytesCount::new(text.len()))
            .bench(|| canonicalize(black_box(text.as_bytes())).is_err());
    }
}
