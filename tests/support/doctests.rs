//! The Rust on every page: compiled, and run where it does not say `no_run`. A test in `tests/docs` finds a page that is
//! forgotten.

#[doc = include_str!("../../README.md")]
struct Readme;

#[doc = include_str!("../../docs/debugging.md")]
struct Debugging;

#[doc = include_str!("../../docs/guides/flow.md")]
struct GuideFlow;

#[doc = include_str!("../../docs/guides/meya.md")]
struct GuideMeya;

#[doc = include_str!("../../docs/guides/space.md")]
struct GuideSpace;

#[doc = include_str!("../../docs/guides/spark.md")]
struct GuideSpark;

#[doc = include_str!("../../docs/guides/speakap.md")]
struct GuideSpeakap;

#[doc = include_str!("../../docs/layer-order.md")]
struct LayerOrder;

#[doc = include_str!("../../docs/migrating.md")]
struct Migrating;

#[doc = include_str!("../../docs/replay.md")]
struct Replay;

#[doc = include_str!("../../docs/testing-your-handler.md")]
struct TestingYourHandler;

#[doc = include_str!("../../docs/threat-model.md")]
struct ThreatModel;
