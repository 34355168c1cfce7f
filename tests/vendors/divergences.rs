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
        at: |_, language| language == Language::Node,
        mutation: |mutation| *mutation == Mutation::NotUtf8,
        we_accept: true,
    },
    Divergence {
        name: "hex-in-upper-case",
        why: "hexadecimal digits of either case are the same signature; the package compares texts",
        at: |file, _| matches!(file, "github" | "linear"),
        mutation: |mutation| matches!(mutation, Mutation::Header(_, HeaderMutation::UpperCase)),
        we_accept: true,
    },
    Divergence {
        name: "not-utf8-in-python",
        why: "the package takes a text, so its caller decodes the body; we take the bytes as they came",
        at: |file, language| {
            language == Language::Python && matches!(file, "hubspot" | "sendgrid" | "square")
        },
        mutation: |mutation| *mutation == Mutation::NotUtf8,
        we_accept: true,
    },
    Divergence {
        name: "any-time-ahead",
        why: "the package lets a signed time be as far in the future as it likes, and what was signed for \
              tomorrow could be kept until then",
        at: |file, _| matches!(file, "hubspot" | "sendgrid"),
        mutation: |mutation| matches!(mutation, Mutation::Ahead(ahead) if ahead.as_secs() > 300),
        we_accept: false,
    },
    Divergence {
        name: "any-age",
        why: "the package compares the signed time with nothing; events are delivered for 24 hours",
        at: |file, _| file == "sendgrid",
        mutation: |mutation| matches!(mutation, Mutation::Ago(age) if age.as_secs() > 90_000),
        we_accept: false,
    },
    Divergence {
        name: "base64-in-other-spellings",
        why: "the package passes over what stands behind the padding, over padding that is missing and over bits \
              that are not used; a signature has one spelling",
        at: |file, _| file == "sendgrid",
        mutation: |mutation| {
            use HeaderMutation::{Changed, Cut, Longer};
            matches!(mutation, Mutation::Header(name, Changed | Cut | Longer)
                if name.as_str().ends_with("-signature"))
        },
        we_accept: false,
    },
];
