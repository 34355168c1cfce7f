//! Pages to read, here and in `docs/` of the repository: there is one copy of each.
//!
//! They are there in the documentation only, and their code is compiled and run by the tests of the workspace.
//
// A page names its neighbours by reference, and says at its end where they are in the repository. The definitions in
// front of a page say where they are here: of two, the first one counts.

/// [threat model]: threat_model
#[doc = include_str!("../docs/layer-order.md")]
pub mod layer_order {}

/// [layer order]: layer_order
/// [providers]: providers
/// [replay]: replay
#[doc = include_str!("../docs/threat-model.md")]
pub mod threat_model {}

#[doc = include_str!("../docs/testing-your-handler.md")]
pub mod testing {}

#[doc = include_str!("../docs/migrating.md")]
pub mod migrating {}

#[doc = include_str!("../docs/replay.md")]
pub mod replay {}

/// [debugging]: crate#other-features
#[doc = include_str!("../docs/observability.md")]
pub mod observability {}

#[doc = include_str!("../docs/providers.md")]
pub mod providers {}

/// [keys]: crate#keys
#[doc = include_str!("../docs/guides/spark.md")]
pub mod spark {}

#[doc = include_str!("../docs/guides/flow.md")]
pub mod flow {}

#[doc = include_str!("../docs/guides/space.md")]
pub mod space {}

#[doc = include_str!("../docs/guides/meya.md")]
pub mod meya {}

#[doc = include_str!("../docs/guides/speakap.md")]
pub mod speakap {}
