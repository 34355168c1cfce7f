//! Where we differ from a vendor's package on purpose: the whole list, each with its reason.

use super::mutations::{HeaderMutation, Mutation};
use super::oracle::Language;

/// A difference that is meant.
pub(super) struct Divergence {
    /// What it is called.
    pub(super) name: &'static str,
    /// Why it is right.
    pub(super) why: &'static str,
    /// Where it shows: the name of the vendor's file, and what its package is written in.
    pub(super) at: fn(&str, Language) -> bool,
    /// What was done to the request.
    pub(super) mutation: fn(&Mutation) -> bool,
    /// Whether it is we who accept.
    pub(super) we_accept: bool,
}

/// All of them.
pub(super) static DIVERGENCES: &[Divergence] = &[
    Divergence {
        name: "not-utf8",
        why: "a package that takes a text cannot have signed other bytes; we take the bytes as they came",
        at: |file, language| match language {
            // These take bytes.
            Language::Node => !matches!(file, "line" | "notion"),
            Language::Python => matches!(file, "slack" | "stripe" | "line"),
        },
        mutation: |mutation| *mutation == Mutation::NotUtf8,
        we_accept: true,
    },
    Divergence {
        name: "hex-in-upper-case",
        why: "hexadecimal digits of either case are the same signature; the package compares texts",
        at: |file, _| matches!(file, "github" | "slack"),
        mutation: |mutation| matches!(mutation, Mutation::Header(_, HeaderMutation::UpperCase)),
        we_accept: true,
    },
    Divergence {
        name: "future-without-bound",
        why: "who signs a time far ahead has a request that does not grow old; the package looks at the past alone",
        at: |file, language| file == "stripe" || (file, language) == ("slack", Language::Node),
        mutation: |mutation| matches!(mutation, Mutation::Ahead(_)),
        we_accept: false,
    },
    Divergence {
        name: "base64-in-another-spelling",
        why: "base64 has one spelling here; the package's decoder does without padding and lets spare bits be",
        at: |file, language| (file, language) == ("line", Language::Node),
        mutation: |mutation| {
            use HeaderMutation::{Changed, Cut, Longer};
            matches!(mutation, Mutation::Header(_, Changed | Cut | Longer))
        },
        we_accept: false,
    },
];
