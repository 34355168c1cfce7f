//! When keys that are read anew were read.

use std::sync::OnceLock;
use std::time::SystemTime;

use metrics::{Counter, Gauge, Unit, counter, describe_counter, describe_gauge, gauge};

const LOADED: &str = "countersign_keys_loaded_timestamp_seconds";
const LOADS: &str = "countersign_keys_loads_total";

/// Of keys that were read at start-up, for the first time; it is told of the later times. As for requests, the handles
/// are made when the keys are first used, and kept.
pub(crate) struct LoadMeter {
    scheme: &'static str,
    first: SystemTime,
    handles: OnceLock<Handles>,
}

struct Handles {
    loaded: Gauge,
    ok: Counter,
    failed: Counter,
}

impl LoadMeter {
    pub(crate) fn new(scheme: &'static str) -> Self {
        Self { scheme, first: SystemTime::now(), handles: OnceLock::new() }
    }

    /// They are asked for.
    pub(crate) fn used(&self) {
        self.handles();
    }

    /// They were read again.
    pub(crate) fn loaded(&self) {
        let handles = self.handles();
        handles.ok.increment(1);
        handles.loaded.set(unix(SystemTime::now()));
    }

    /// They were no good.
    pub(crate) fn failed(&self) {
        self.handles().failed.increment(1);
    }

    fn handles(&self) -> &Handles {
        self.handles.get_or_init(|| {
            let handles = Handles::register(self.scheme);
            handles.ok.increment(1);
            handles.loaded.set(unix(self.first));
            handles
        })
    }
}

impl Handles {
    #[cold]
    fn register(scheme: &'static str) -> Self {
        describe_gauge!(LOADED, Unit::Seconds, "When the keys in use were read, in Unix time");
        describe_counter!(LOADS, Unit::Count, "How often keys were read");
        let loads = |outcome| counter!(LOADS, "scheme" => scheme, "outcome" => outcome);
        Self {
            loaded: gauge!(LOADED, "scheme" => scheme),
            ok: loads("ok"),
            failed: loads("failed"),
        }
    }
}

fn unix(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
