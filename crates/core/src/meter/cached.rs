//! How often a cache of keys had them. It knows of no scheme: one cache may serve several.

use std::sync::{Arc, OnceLock};

use metrics::{Counter, Unit, counter, describe_counter};

const CACHED: &str = "countersign_cached_keys_total";

/// For one cache and its clones.
#[derive(Clone)]
pub(crate) struct CacheMeter(Arc<OnceLock<Handles>>);

struct Handles {
    hit: Counter,
    miss: Counter,
}

impl CacheMeter {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// The answer was at hand.
    pub(crate) fn hit(&self) {
        self.handles().hit.increment(1);
    }

    /// It has to be waited for, or the source was asked.
    pub(crate) fn miss(&self) {
        self.handles().miss.increment(1);
    }

    fn handles(&self) -> &Handles {
        self.0.get_or_init(|| {
            describe_counter!(CACHED, Unit::Count, "Questions for keys that a cache was asked");
            let outcome = |outcome| counter!(CACHED, "outcome" => outcome);
            Handles { hit: outcome("hit"), miss: outcome("miss") }
        })
    }
}
