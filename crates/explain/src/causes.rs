//! What is commonly got wrong: one table of all of it, in the order in which it is looked for.
//!
//! A code names **what went wrong**, not what would undo it: `body-newline-added` is the cause where a
//! line end was added to a body after it was signed, and what is tried is the body without it.

mod body;
mod json;
mod secret;
mod signature;
mod text;
mod time;
mod url;

use std::borrow::Cow;

use crate::case::{Case, Variants};
use crate::explanation::Cause;

pub(crate) use self::secret::meant;
pub(crate) use self::time::{claims_a_time_in_the_window, of_time, unit, unreadable};

/// A cause that can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// Its stable name, in kebab-case.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub sentence: &'static str,
    /// What to do, in another.
    pub fix: &'static str,
}

/// Every cause there is a code for, the likeliest first where several fit.
pub fn codes() -> impl Iterator<Item = Code> {
    let mutations = MUTATIONS.iter().map(|mutation| mutation.code);
    mutations.chain(time::CODES.iter().copied())
}

/// Something that may have gone wrong, and how to undo it.
pub(crate) struct Mutation {
    pub(crate) code: Code,
    pub(crate) part: Part,
    pub(crate) variants: fn(&Case) -> Variants<'_>,
}

impl Mutation {
    pub(crate) fn cause(&self, detail: &str) -> Cause {
        self.code.cause(detail)
    }
}

/// What a mutation changes. Of two that change the same, it matters which comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Secret,
    Body,
    Url,
    Signature,
    Time,
    Provider,
}

impl Code {
    /// `detail` says which of several ways it is: the sentence names it in brackets.
    fn cause(self, detail: &str) -> Cause {
        let sentence = match detail {
            "" => self.sentence.to_owned(),
            detail => format!("{} ({detail})", self.sentence),
        };
        Cause { code: Cow::Borrowed(self.code), sentence, fix: self.fix.to_owned() }
    }
}

/// Where several would do, the earlier one is named first: a secret before a body, since that is seen at
/// a glance, and what explains a byte or two before what explains a whole text.
pub(crate) static MUTATIONS: &[Mutation] = &[
    Mutation {
        code: Code {
            code: "other-secret",
            sentence: "the request is signed with another secret than the configured one",
            fix: "configure the secret of this webhook: each endpoint, tenant and mode has its own",
        },
        part: Part::Secret,
        variants: secret::another,
    },
    Mutation {
        code: Code {
            code: "secret-trailing-newline",
            sentence: "the configured secret has white space around it that is not part of it, or lost some that is",
            fix: "take the line end off where the secret is read: `printf` writes none, `echo` and editors do",
        },
        part: Part::Secret,
        variants: secret::white_space,
    },
    Mutation {
        code: Code {
            code: "secret-quoted",
            sentence: "the configured secret has quotation marks around it that are not part of it",
            fix: "take the quotation marks off: not everything that reads a file of variables does",
        },
        part: Part::Secret,
        variants: secret::quoted,
    },
    Mutation {
        code: Code {
            code: "secret-prefix",
            sentence: "the configured secret has a prefix that is not part of the key, or lacks one that is",
            fix: "give the secret as the provider's page says, with its prefix or without",
        },
        part: Part::Secret,
        variants: secret::prefix,
    },
    Mutation {
        code: Code {
            code: "secret-base64",
            sentence: "the configured secret is in base64 and the key is what it decodes to, or the other way round",
            fix: "decode the secret from base64 before it is configured, or leave it as the provider shows it",
        },
        part: Part::Secret,
        variants: secret::base64,
    },
    Mutation {
        code: Code {
            code: "secret-hex",
            sentence: "the configured secret is in hexadecimal digits and the key is what they decode to, or the other way round",
            fix: "decode the secret from hexadecimal before it is configured, or leave it as the provider shows it",
        },
        part: Part::Secret,
        variants: secret::hex,
    },
    Mutation {
        code: Code {
            code: "secret-empty",
            sentence: "the request is signed with an empty secret",
            fix: "set the secret at the sender: whoever signs with an empty one can be imitated by anybody",
        },
        part: Part::Secret,
        variants: secret::empty,
    },
    Mutation {
        code: Code {
            code: "body-compressed",
            sentence: "the body was compressed after it was signed",
            fix: "have it decompressed before the layer, or have the proxy leave bodies as they are",
        },
        part: Part::Body,
        variants: body::decompressed,
    },
    Mutation {
        code: Code {
            code: "body-base64",
            sentence: "the body is in base64, and what it decodes to is signed",
            fix: "decode the body first: an API gateway says so in `isBase64Encoded`",
        },
        part: Part::Body,
        variants: body::from_base64,
    },
    Mutation {
        code: Code {
            code: "body-bom",
            sentence: "a byte order mark was added to the body after it was signed, or taken off",
            fix: "hand over the raw bytes: a text that is read and written again gains or loses the mark",
        },
        part: Part::Body,
        variants: body::bom,
    },
    Mutation {
        code: Code {
            code: "body-charset",
            sentence: "the body was brought into another character set after it was signed",
            fix: "hand over the raw bytes, and not a text that was made of them",
        },
        part: Part::Body,
        variants: body::charset,
    },
    Mutation {
        code: Code {
            code: "body-decoded",
            sentence: "the body was decoded once more, or once less, than it was signed",
            fix: "hand over the raw bytes, with their escapes as they came",
        },
        part: Part::Body,
        variants: body::decoded,
    },
    Mutation {
        code: Code {
            code: "body-newline-added",
            sentence: "a line end was added to the body after it was signed",
            fix: "hand over the raw bytes: editors, `echo` and here-documents add a line end",
        },
        part: Part::Body,
        variants: body::without_newline,
    },
    Mutation {
        code: Code {
            code: "body-newline-removed",
            sentence: "the line end of the body was taken off after it was signed",
            fix: "hand over the raw bytes, with the line end: a shell's `$(..)` and `trim` take it off",
        },
        part: Part::Body,
        variants: body::with_newline,
    },
    Mutation {
        code: Code {
            code: "body-line-endings",
            sentence: "the line ends of the body were changed after it was signed",
            fix: "hand over the raw bytes: curl's `--data` takes line ends out, `git` and text modes exchange them",
        },
        part: Part::Body,
        variants: body::line_endings,
    },
    Mutation {
        code: Code {
            code: "body-reserialised",
            sentence: "the body was parsed and serialised again before it was checked",
            fix: "hand over the raw bytes: read the body before any parser does",
        },
        part: Part::Body,
        variants: text::reserialised,
    },
    Mutation {
        code: Code {
            code: "url-scheme",
            sentence: "the configured URL has another scheme than the one that the provider calls",
            fix: "configure the URL as it is entered at the provider: a proxy may end TLS, the provider still calls https",
        },
        part: Part::Url,
        variants: url::scheme,
    },
    Mutation {
        code: Code {
            code: "url-port",
            sentence: "the configured URL has a port that the provider's lacks, or lacks one that it has",
            fix: "configure the URL as it is entered at the provider, with its port or without",
        },
        part: Part::Url,
        variants: url::port,
    },
    Mutation {
        code: Code {
            code: "url-trailing-slash",
            sentence: "the configured URL ends with a slash and the provider's does not, or the other way round",
            fix: "configure the URL as it is entered at the provider: a slash at the end is part of it",
        },
        part: Part::Url,
        variants: url::trailing_slash,
    },
    Mutation {
        code: Code {
            code: "url-host",
            sentence: "the configured URL has another host than the one that the provider calls",
            fix: "configure the URL as it is entered at the provider, with the public name of the host",
        },
        part: Part::Url,
        variants: url::host,
    },
    Mutation {
        code: Code {
            code: "url-query",
            sentence: "the configured URL has another query than the one that the provider calls",
            fix: "configure the URL as it is entered at the provider, with its query, in its order",
        },
        part: Part::Url,
        variants: url::query,
    },
    Mutation {
        code: Code {
            code: "url-encoding",
            sentence: "the path or the query of the configured URL is decoded, and the provider's is not, or the other way round",
            fix: "configure the URL as it is entered at the provider, with its escapes as they are",
        },
        part: Part::Url,
        variants: url::encoding,
    },
    Mutation {
        code: Code {
            code: "url-path",
            sentence: "the configured URL has another path than the one that the provider calls",
            fix: "configure the URL as it is entered at the provider: a proxy may have changed the path",
        },
        part: Part::Url,
        variants: url::path,
    },
    Mutation {
        code: Code {
            code: "signature-encoding",
            sentence: "the signature is written in another encoding than the provider's",
            fix: "write the signature as the provider does: hexadecimal and base64 are not the same",
        },
        part: Part::Signature,
        variants: signature::encoding,
    },
    Mutation {
        code: Code {
            code: "signature-prefix",
            sentence: "the signature has a prefix that the provider's lacks, or lacks one that it has",
            fix: "write the signature as the provider does, with what stands before it",
        },
        part: Part::Signature,
        variants: signature::prefix,
    },
    Mutation {
        code: Code {
            code: "hash-algorithm",
            sentence: "the signature is made with another hash than the provider's",
            fix: "sign with the provider's hash, or read the header that holds the signature with this one",
        },
        part: Part::Signature,
        variants: signature::hash,
    },
    Mutation { code: time::UNIT, part: Part::Time, variants: time::unit },
    // The last: what is tried behind it would be checked by the other provider, too.
    Mutation {
        code: Code {
            code: "other-provider",
            sentence: "the request is signed as another provider signs",
            fix: "put the layer of that provider on this route, or send its webhooks to its own",
        },
        part: Part::Provider,
        variants: other_provider,
    },
];

fn other_provider(case: &Case) -> Variants<'_> {
    Box::new(case.around.others.iter().filter_map(|other| case.with_receiver(other)))
}
