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
    /// Whether it shows with some requests and not with others, so that a run may pass without it.
    pub(super) by_chance: bool,
}

/// All of them.
pub(super) static DIVERGENCES: &[Divergence] = &[
    Divergence {
        name: "not-utf8",
        why: "a package that takes a text cannot have signed other bytes; we take the bytes as they came",
        at: |file, language| match language {
            Language::Node => !NODE_TAKES_BYTES.contains(&file),
            Language::Python => PYTHON_TAKES_A_TEXT.contains(&file),
        },
        mutation: |mutation| *mutation == Mutation::NotUtf8,
        we_accept: true,
        by_chance: false,
    },
    Divergence {
        name: "hex-in-upper-case",
        why: "hexadecimal digits of either case are the same signature; the package compares texts",
        at: |file, _| matches!(file, "github" | "linear" | "slack"),
        mutation: |mutation| matches!(mutation, Mutation::Header(_, HeaderMutation::UpperCase)),
        we_accept: true,
        by_chance: false,
    },
    Divergence {
        name: "time-with-a-zero-before",
        why: "a time has one spelling; the package signs the number that it read, whatever was sent",
        at: |file, language| match language {
            Language::Node => matches!(file, "standard-webhooks" | "svix" | "resend" | "clerk"),
            Language::Python => matches!(file, "standard-webhooks" | "svix"),
        },
        mutation: |mutation| is(mutation, "-timestamp", HeaderMutation::ZeroBefore),
        we_accept: false,
        by_chance: false,
    },
    Divergence {
        name: "time-not-looked-at",
        why: "Discord signs the time, and the package leaves it to its user to look at it",
        at: |file, _| file == "discord",
        mutation: |mutation| matches!(mutation, Mutation::Ago(_) | Mutation::Ahead(_)),
        we_accept: false,
        by_chance: false,
    },
    Divergence {
        name: "base64-in-other-spellings",
        why: "a signature has one spelling; the package passes over what is no base64, missing padding or spare bits",
        at: |file, language| match language {
            Language::Node => matches!(file, "line" | "openai" | "sendgrid"),
            Language::Python => matches!(file, "sendgrid" | "standard-webhooks" | "svix"),
        },
        mutation: |mutation| {
            [HeaderMutation::Cut, HeaderMutation::Longer, HeaderMutation::Changed]
                .into_iter()
                .any(|how| is(mutation, "-signature", how))
        },
        we_accept: false,
        by_chance: false,
    },
    Divergence {
        name: "version-not-looked-at",
        why: "a version says how a signature is made; the package takes each for v1",
        at: |file, language| file == "resend" && language == Language::Python,
        mutation: |mutation| {
            [HeaderMutation::ZeroBefore, HeaderMutation::Changed]
                .into_iter()
                .any(|how| is(mutation, "-signature", how))
        },
        we_accept: false,
        by_chance: false,
    },
    Divergence {
        name: "half-a-byte",
        why: "hexadecimal digits come in pairs; the package takes a last one for a byte, and a zero for two",
        at: |file, language| file == "discord" && language == Language::Node,
        mutation: |mutation| is(mutation, "-ed25519", HeaderMutation::Cut),
        we_accept: false,
        by_chance: true,
    },
    Divergence {
        name: "future-without-bound",
        why: "who signs a time far ahead has a request that does not grow old; the package looks at the past alone",
        at: |file, language| match language {
            Language::Node => matches!(file, "hubspot" | "sendgrid" | "slack" | "stripe"),
            Language::Python => matches!(file, "hubspot" | "sendgrid" | "stripe"),
        },
        mutation: |mutation| matches!(mutation, Mutation::Ahead(_)),
        we_accept: false,
        by_chance: false,
    },
    Divergence {
        name: "settings-that-do-not-say-it",
        why: "where SHA-256 alone is configured it holds without the header; the package then takes it for SHA-1",
        at: |file, _| file == "twilio-sha256",
        mutation: |mutation| {
            is(mutation, "-settings", HeaderMutation::Removed)
                || is(mutation, "-settings", HeaderMutation::Empty)
                || is(mutation, "-settings", HeaderMutation::UpperCase)
        },
        we_accept: true,
        by_chance: false,
    },
    Divergence {
        name: "settings-of-another-name",
        why: "the same, where the change was in the name `algorithm`",
        at: |file, _| file == "twilio-sha256",
        mutation: |mutation| is(mutation, "-settings", HeaderMutation::Changed),
        we_accept: true,
        by_chance: true,
    },
    Divergence {
        name: "any-age",
        why: "the package compares the signed time with nothing; events are delivered for 24 hours",
        at: |file, _| file == "sendgrid",
        mutation: |mutation| matches!(mutation, Mutation::Ago(age) if age.as_secs() > 90_000),
        we_accept: false,
        by_chance: false,
    },
];

/// Files whose packages for Node take the body as bytes.
const NODE_TAKES_BYTES: [&str; 4] = ["discord", "line", "notion", "standard-webhooks-v1a"];

/// Files whose packages for Python take the body as a text.
const PYTHON_TAKES_A_TEXT: [&str; 12] = [
    "hubspot",
    "line",
    "openai",
    "resend",
    "sendgrid",
    "slack",
    "square",
    "standard-webhooks",
    "stripe",
    "svix",
    "twilio",
    "twilio-sha256",
];

fn is(mutation: &Mutation, header: &str, what: HeaderMutation) -> bool {
    matches!(mutation, Mutation::Header(name, how) if name.as_str().ends_with(header) && *how == what)
}
