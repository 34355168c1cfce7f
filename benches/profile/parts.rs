//! Which part of the work a function belongs to. What the compiler has put into its caller counts there.

/// The parts, and what is in the names of their functions: the first that fits.
const FITTING: &[(&str, &[&str])] = &[
    ("copies of memory", &["memcpy", "memmove", "memset"]),
    ("memory, had and given back", &["malloc", "calloc", "realloc", "free", "alloc_perturb"]),
    ("dropping", &["drop_in_place", "::ops::drop::Drop"]),
    (
        "the clock, the window",
        &["clock", "window", "unix::time", "SystemTime", "TimeHeader", "Timespec"],
    ),
    ("decoding signatures", &["base64", "const_hex", "hex::", "Signature::"]),
    ("looking up headers", &["http::header", "::head::", "hash_elem", "SignatureHeader"]),
    (
        "what the scheme reads",
        &[
            "::inspect",
            "::attest",
            "::list",
            "::checks",
            "memchr",
            "memmem",
            "from_utf8",
            "smallvec",
            "SmallVec",
        ],
    ),
    (
        "the hash's ends, comparing",
        &[
            "countersign_core::method",
            "countersign_standard_webhooks::method",
            "hmac",
            "digest",
            "block_buffer",
            "engine::verify",
            "Fed",
            "Claim",
            "ctutils",
            "cmov",
            "Nonce",
        ],
    ),
    (
        "the canonical form",
        &["python_json", "serde_json", "serde_core", "zmij", "itoa", "simdutf8"],
    ),
    ("the extensions", &["hashbrown", "xtensions", "sip"]),
    ("the engine, the future", &["countersign"]),
    ("axum, tower, the body", &["axum", "tower", "http_body", "bytes", "Clone"]),
];

/// All of them, in the order of the table.
pub(crate) const PARTS: [&str; FITTING.len() + 1] = {
    let mut parts = [OTHERS; FITTING.len() + 1];
    let mut at = 0;
    while at < FITTING.len() {
        parts[at] = FITTING[at].0;
        at += 1;
    }
    parts
};

const OTHERS: &str = "others";

pub(crate) fn part_of(function: &str) -> &'static str {
    let fits = |words: &[&str]| words.iter().any(|word| function.contains(word));
    FITTING.iter().find(|(_, words)| fits(words)).map_or(OTHERS, |(part, _)| part)
}
