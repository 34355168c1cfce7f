//! The list as a page: `docs/providers.md`.

use super::Row;
use crate::registry::{Strength, WAITING};

const INTRODUCTION: &str = "\
<!-- Written by `countersign providers --markdown`; a test compares it. -->
# Providers

What each provider signs, and how. *Window* is how old and how far ahead a signed time may be, unless the
layer is told otherwise. *Oracle* is the vendor's own verifier, with which ours is compared by
`scripts/test --oracles`; where there is none, the vendor's page was read. `countersign providers --json` has the
same for programs.

**Weak** means that nothing is signed: who has seen the token once can send anything, for ever.

| name | provider | signature | signed | algorithm | window | handshake | strength | oracle | confirmed |
|---|---|---|---|---|---|---|---|---|---|
";

const NOTES: &str = "
## To be known

";

const WAITERS: &str = "
## Those that wait

Not here, because nothing confirms yet what they send: neither a package of the vendor nor a page of theirs
that says it to the byte.

| provider | what is wanted |
|---|---|
";

/// The whole page.
pub(super) fn page(rows: &[Row]) -> String {
    let providers: String = rows.iter().map(provider).collect();
    let notes: String = rows
        .iter()
        .filter_map(|Row { facts, .. }| Some(format!("- `{}`: {}.\n", facts.name, facts.note?)))
        .collect();
    let waiting: String =
        WAITING.iter().map(|(name, wanted)| format!("| {name} | {wanted} |\n")).collect();
    [INTRODUCTION, &providers, NOTES, &notes, WAITERS, &waiting].concat()
}

fn provider(row: &Row) -> String {
    let facts = row.facts;
    let strength = match facts.strength {
        Strength::TokenOnly => "**weak**: token only",
        strong @ (Strength::SignedBody | Strength::CanonicalForm) => strong.text(),
    };
    let cells = [
        format!("`{}`", facts.name),
        format!("[{}]({})", facts.title, facts.source),
        facts.signature.to_owned(),
        facts.signed.to_owned(),
        format!("{}, {}", facts.algorithm, facts.encoding),
        row.window(),
        facts.handshake.unwrap_or("-").to_owned(),
        strength.to_owned(),
        facts.oracle.unwrap_or("-").to_owned(),
        if facts.confirmed { "yes" } else { "no" }.to_owned(),
    ];
    format!("| {} |\n", cells.join(" | "))
}
