//! The three headers, under either of their names.

use countersign_core::{Head, Reason, TimeHeader, TimeUnit};
use http::header::HeaderName;

/// Which names the headers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Headers {
    /// `webhook-*`, as the specification has them.
    Standard,
    /// `svix-*`, from before the specification.
    Svix,
    /// Either; `svix-*` where there is an `svix-signature`.
    Either,
}

/// The headers of one name. All three are read, or none: a signature under one name says nothing of an id under
/// the other.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) id: HeaderName,
    pub(crate) id_name: &'static str,
    pub(crate) time: TimeHeader,
    pub(crate) signature: HeaderName,
    pub(crate) signature_name: &'static str,
}

static STANDARD: Family = Family {
    id: HeaderName::from_static("webhook-id"),
    id_name: "webhook-id",
    time: TimeHeader::new(
        "webhook-timestamp",
        HeaderName::from_static("webhook-timestamp"),
        TimeUnit::Seconds,
    ),
    signature: HeaderName::from_static("webhook-signature"),
    signature_name: "webhook-signature",
};

static SVIX: Family = Family {
    id: HeaderName::from_static("svix-id"),
    id_name: "svix-id",
    time: TimeHeader::new(
        "svix-timestamp",
        HeaderName::from_static("svix-timestamp"),
        TimeUnit::Seconds,
    ),
    signature: HeaderName::from_static("svix-signature"),
    signature_name: "svix-signature",
};

impl Headers {
    /// The ones to be read in that request.
    pub(crate) fn in_request(self, head: &Head<'_>) -> &'static Family {
        match self {
            Self::Either if head.headers().contains_key(&SVIX.signature) => &SVIX,
            Self::Standard | Self::Either => &STANDARD,
            Self::Svix => &SVIX,
        }
    }

    /// The ones to sign with.
    pub(crate) fn to_write(self) -> &'static Family {
        match self {
            Self::Standard => &STANDARD,
            Self::Svix | Self::Either => &SVIX,
        }
    }
}

impl Family {
    /// The id, which is signed: visible characters of ASCII, and no `.` among them.
    pub(crate) fn read_id<'a>(&self, head: &Head<'a>) -> Result<&'a str, Reason> {
        let id = head.required(&self.id, self.id_name)?;
        std::str::from_utf8(id).ok().filter(|id| is_id(id)).ok_or(Reason::Malformed(self.id_name))
    }
}

pub(crate) fn is_id(text: &str) -> bool {
    // All of them, without an early end, so that many are looked at in one step.
    let is_allowed = |byte: u8| byte.is_ascii_graphic() & (byte != b'.');
    !text.is_empty() & text.bytes().fold(true, |sound, byte| sound & is_allowed(byte))
}
