//! What is counted and timed: of each request one thing, and of each claim and each reading of keys.

mod keys;
mod reasons;
mod replay;
mod start;
mod ways;

use std::collections::BTreeMap;

use metrics::LocalRecorderGuard;
use metrics_util::CompositeKey;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};

/// The recorder of this thread, from [`start`](Self::start) until it is dropped.
pub(crate) struct Recorder {
    snapshotter: Snapshotter,
    _guard: LocalRecorderGuard<'static>,
}

/// By the name of the series with its labels, as Prometheus writes it.
pub(crate) type Series<T> = BTreeMap<String, T>;

/// What a recorder is told of a metric: its labels by name, its unit and its description.
pub(crate) type Described = BTreeMap<String, (BTreeMap<String, Vec<String>>, String, String)>;

impl Recorder {
    pub(crate) fn start() -> Self {
        // As long as the process: who has a handle of it may outlive the test.
        let recorder: &'static _ = Box::leak(Box::new(DebuggingRecorder::new()));
        let guard = metrics::set_default_local_recorder(recorder);
        Self { snapshotter: recorder.snapshotter(), _guard: guard }
    }

    /// What was counted since the last time, without what is zero; of times, how many were taken.
    pub(crate) fn counted(&self) -> Series<u64> {
        let counted = self.snapshotter.snapshot().into_vec().into_iter();
        let counted = counted.filter_map(|(key, _, _, value)| match value {
            DebugValue::Counter(count) => Some((series(&key), count)),
            DebugValue::Histogram(times) => Some((series(&key), times.len() as u64)),
            DebugValue::Gauge(_) => None,
        });
        counted.filter(|(_, count)| *count > 0).collect()
    }

    pub(crate) fn gauges(&self) -> Series<f64> {
        let gauges = self.snapshotter.snapshot().into_vec().into_iter();
        let gauges = gauges.filter_map(|(key, _, _, value)| match value {
            DebugValue::Gauge(value) => Some((series(&key), value.into_inner())),
            DebugValue::Counter(_) | DebugValue::Histogram(_) => None,
        });
        gauges.collect()
    }

    /// Everything that is there to be counted, whether it was or not.
    pub(crate) fn described(&self) -> Described {
        let mut described = Described::new();
        for (key, unit, description, _) in self.snapshotter.snapshot().into_vec() {
            let (unit, text) = (unit.expect("a unit"), description.expect("a description"));
            let name = key.key().name().to_owned();
            let (labels, ..) = described
                .entry(name)
                .or_insert_with(|| (BTreeMap::new(), unit.as_str().to_owned(), text.into_owned()));
            for label in key.key().labels() {
                let values = labels.entry(label.key().to_owned()).or_default();
                if !values.iter().any(|value| value == label.value()) {
                    values.push(label.value().to_owned());
                }
            }
        }
        described
    }
}

fn series(key: &CompositeKey) -> String {
    let labels = key.key().labels().map(|label| format!("{}=\"{}\"", label.key(), label.value()));
    format!("{}{{{}}}", key.key().name(), labels.collect::<Vec<_>>().join(","))
}

/// The sum of the series that begin so.
pub(crate) fn sum(counted: &Series<u64>, name: &str) -> u64 {
    counted.iter().filter(|(series, _)| series.starts_with(name)).map(|(_, count)| count).sum()
}

/// Of each request one: it was let through, refused, or answered by the layer.
pub(crate) fn requests(counted: &Series<u64>) -> u64 {
    let names = ["accepted", "refused", "answered"];
    names.iter().map(|name| sum(counted, &format!("countersign_{name}_total{{"))).sum()
}
