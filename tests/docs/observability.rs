//! What `docs/observability.md` says of events and metrics is what the sources and the recorder say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{CachedKeys, KeyTable, MemoryReplay, ReloadedKeys, SparkVerify};
use http::Request;
use http_body_util::Full;
use tower::{Layer, ServiceExt};

use super::pages::{self, Page, ROOT};
use super::tables::rows;
use crate::observability::{Described, Recorder};
use crate::replay::{Handler, signed};

const PAGE: &str = "docs/observability.md";

/// An event: its level, its message and its fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    level: String,
    message: String,
    fields: Vec<String>,
}

impl Event {
    /// On the page a message that ends in `..` is only its beginning.
    fn is(&self, other: &Self) -> bool {
        let is_so = match other.message.strip_suffix(" ..") {
            Some(beginning) => self.message.starts_with(beginning),
            None => self.message == other.message,
        };
        is_so && self.level == other.level && self.fields == other.fields
    }
}

#[test]
fn each_event_is_on_the_page_and_no_other() {
    let said: Vec<_> = rows(&Page::read(PAGE).text, "message").iter().map(of_row).collect();
    let made = made();
    for event in &made {
        assert!(said.iter().any(|said| event.is(said)), "not on the page: {event:?}");
    }
    for said in &said {
        assert!(made.iter().any(|event| event.is(said)), "on the page alone: {said:?}");
    }
    assert_eq!(said.iter().collect::<BTreeSet<_>>().len(), said.len(), "one is there twice");
}

fn of_row(row: &BTreeMap<String, String>) -> Event {
    Event {
        level: row["level"].clone(),
        message: row["message"].clone(),
        fields: listed(&row["fields"]),
    }
}

/// What stands in a cell between backticks, the outermost of which are gone already.
fn listed(cell: &str) -> Vec<String> {
    match cell {
        "none" => Vec::new(),
        _ => cell.split("`, `").map(str::to_owned).collect(),
    }
}

/// The events of all crates, out of their sources. Each has the target, or its operator would not find it.
fn made() -> Vec<Event> {
    let mut made = Vec::new();
    for path in pages::files() {
        // The events of examples and tests are their own.
        if !path.starts_with("crates/") || !path.ends_with(".rs") {
            continue;
        }
        let source = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap();
        for (level, rest) in source.split("tracing::").skip(1).filter_map(|it| it.split_once("!("))
        {
            if ["trace", "debug", "info", "warn", "error"].contains(&level) {
                made.push(
                    event(level, arguments(rest)).unwrap_or_else(|| panic!("{path}: {rest:.80}")),
                );
            }
        }
    }
    assert!(made.len() > 25, "they are not found: {made:?}");
    made
}

/// The arguments of a macro, up to the bracket that closes it.
fn arguments(source: &str) -> Vec<String> {
    let (mut found, mut current, mut depth) = (Vec::new(), String::new(), 0);
    let (mut in_text, mut escaped) = (false, false);
    for letter in source.chars() {
        match letter {
            '"' if !escaped => in_text = !in_text,
            '(' | '[' if !in_text => depth += 1,
            ')' if !in_text && depth == 0 => break,
            ')' | ']' if !in_text => depth -= 1,
            ',' if !in_text && depth == 0 => {
                found.push(std::mem::take(&mut current));
                continue;
            }
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        current.push(letter);
    }
    found.push(current);
    found.iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

fn event(level: &str, arguments: Vec<String>) -> Option<Event> {
    let (target, rest) = arguments.split_first()?;
    let (text, fields) = rest.split_last()?;
    if target != "target: \"countersign\"" {
        return None;
    }
    let lines = text.strip_prefix('"')?.strip_suffix('"')?.split("\\\n");
    let message: String = lines
        .enumerate()
        .map(|(line, text)| if line == 0 { text } else { text.trim_start() })
        .collect();
    let fields = fields.iter().map(|field| {
        let name = field.split('=').next().unwrap_or_default().trim();
        name.trim_start_matches(['%', '?']).to_owned()
    });
    Some(Event { level: level.to_owned(), message, fields: fields.collect() })
}

#[tokio::test]
async fn each_metric_is_on_the_page_with_its_labels_and_no_other() {
    let described = described().await;
    let rows = rows(&Page::read(PAGE).text, "metric");
    let names: BTreeSet<_> = rows.iter().map(|row| row["metric"].clone()).collect();
    assert_eq!(names, described.keys().cloned().collect());
    for row in &rows {
        let name = &row["metric"];
        let (labels, unit, description) = &described[name];
        assert!(row["what"].starts_with(description), "{name}: {description}");
        let kind = match (name.ends_with("_total"), unit.as_str()) {
            (true, "count") => "counter",
            (false, "seconds") if name.contains("timestamp") => "gauge",
            (false, "seconds") => "histogram",
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(row["kind"], kind, "{name}");
        let has_scheme = labels.get("scheme").is_some_and(|schemes| schemes == &["spark"]);
        assert_eq!(has_scheme, name != "countersign_cached_keys_total", "{name}");
        let own: Vec<_> = labels.iter().filter(|(label, _)| *label != "scheme").collect();
        match own.as_slice() {
            [] => assert_eq!((&*row["label"], &*row["values"]), ("none", "none"), "{name}"),
            [(label, values)] => {
                assert_eq!(&row["label"], *label, "{name}");
                assert_eq!(&listed(&row["values"]), *values, "{name}");
            }
            more => panic!("{name}: {more:?}"),
        }
    }
}

/// What a recorder knows once each kind of source and a store were used.
async fn described() -> Described {
    let recorder = Recorder::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, crate::replay::SECRET).unwrap();
    let reloaded = ReloadedKeys::from_files(Spark::default(), [path]).unwrap();
    let replay = countersign::Replay::new(MemoryReplay::new());
    let replay = replay.retention(std::time::Duration::from_secs(60));
    handled(SparkVerify::with_keys(Spark::default(), reloaded).replay(replay)).await;
    handled(SparkVerify::with_keys(Spark::default(), CachedKeys::by_tenant(KeyTable::by_tenant())))
        .await;
    recorder.described()
}

async fn handled(layer: SparkVerify) {
    let mut request: Request<Full<Bytes>> = signed("an event").map(Full::new);
    request.headers_mut().insert("tenant", "nobody".parse().unwrap());
    let layer = layer.tenant(countersign::HeaderTenant::new("tenant".parse().unwrap()));
    layer.layer(Handler::default()).oneshot(request).await.unwrap();
}

/// An expression that names what is not there is never more than no data.
#[tokio::test]
async fn each_expression_of_the_page_and_the_dashboard_names_what_is_there() {
    let described = described().await;
    let mut names = BTreeSet::new();
    for expression in crate::prometheus::expressions() {
        for name in expression.text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            let of_histogram = name.strip_suffix("_bucket").unwrap_or(name);
            if name.starts_with("countersign_") {
                assert!(described.contains_key(of_histogram), "{}: {name}", expression.at);
                names.insert(of_histogram.to_owned());
            }
        }
    }
    let shown: BTreeSet<_> = described.into_keys().collect();
    let unasked: Vec<_> = shown.difference(&names).collect();
    assert_eq!(unasked, ["countersign_cached_keys_total"], "in no panel and no alert");
}
