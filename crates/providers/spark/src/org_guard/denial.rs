//! Why a room was denied.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use http::StatusCode;

use super::links::LinkError;

/// A room that was denied: why, and who in it does not belong there.
///
/// The answer of the layer carries it in its extensions, for layers outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    reason: DenialReason,
    outsiders: Arc<[String]>,
}

impl Denial {
    pub(super) fn new(reason: DenialReason) -> Self {
        Self::with_outsiders(reason, Vec::new())
    }

    pub(super) fn with_outsiders(reason: DenialReason, outsiders: Vec<String>) -> Self {
        Self { reason, outsiders: outsiders.into() }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> DenialReason {
        self.reason
    }

    /// The membership ids of those who belong to an organisation that is not allowed, so that a
    /// bot can remove them from the space by `DELETE /memberships/{id}`.
    ///
    /// With [`DenialReason::Outsiders`] these are the ones of all pages. With another reason the
    /// list was not read to its end, and these are the ones found until then. A member whose
    /// organisation is not known is not among them.
    #[must_use]
    pub fn outsiders(&self) -> &[String] {
        &self.outsiders
    }
}

impl Display for Denial {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl Error for Denial {}

/// Why a room was denied. It holds no ids and nothing that the API sent but a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenialReason {
    /// Genuine, but not an event.
    NotAnEvent,
    /// The event has no room.
    NoRoom,
    /// Some members belong to an organisation that is not allowed.
    Outsiders,
    /// All known organisations are allowed, but the API does not say for every member which one
    /// it is.
    UnknownOrganisation,
    /// The list has no members, so nobody can be vouched for.
    NoMembers,
    /// The API answered with this status. A redirect is not followed either.
    Status(StatusCode),
    /// The API could not be reached, or the connection broke.
    Unreachable,
    /// An answer of the API is not the JSON that was expected.
    MalformedAnswer,
    /// An answer of the API is too large.
    OversizedAnswer,
    /// The link to the next page cannot be read.
    MalformedLink,
    /// The link to the next page leads to another scheme, host or port.
    ForeignLink,
    /// The link to the next page leads to a page that was read before.
    RepeatedLink,
    /// The list has more pages than are read.
    TooManyPages,
    /// The time is up, or would be after the wait that the API asks for.
    OutOfTime,
}

impl DenialReason {
    /// A stable name in kebab-case, for metrics and tools.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAnEvent => "not-an-event",
            Self::NoRoom => "no-room",
            Self::Outsiders => "outsiders",
            Self::UnknownOrganisation => "unknown-organisation",
            Self::NoMembers => "no-members",
            Self::Status(_) => "status",
            Self::Unreachable => "unreachable",
            Self::MalformedAnswer => "malformed-answer",
            Self::OversizedAnswer => "oversized-answer",
            Self::MalformedLink => "malformed-link",
            Self::ForeignLink => "foreign-link",
            Self::RepeatedLink => "repeated-link",
            Self::TooManyPages => "too-many-pages",
            Self::OutOfTime => "out-of-time",
        }
    }

    /// Whether it says something about the room. Otherwise the room could not be looked at, and
    /// the next attempt may end differently.
    pub(super) fn is_verdict(self) -> bool {
        matches!(self, Self::Outsiders | Self::UnknownOrganisation | Self::NoMembers)
    }
}

impl From<LinkError> for DenialReason {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Malformed => Self::MalformedLink,
            LinkError::Foreign => Self::ForeignLink,
        }
    }
}

impl Display for DenialReason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnEvent => "the body is not an event",
            Self::NoRoom => "the event has no room",
            Self::Outsiders => "the room has members of organisations that are not allowed",
            Self::UnknownOrganisation => "the room has members whose organisation is not known",
            Self::NoMembers => "the list of members is empty",
            Self::Status(status) => {
                return write!(f, "the API answered with status {}", status.as_u16());
            }
            Self::Unreachable => "the API could not be reached",
            Self::MalformedAnswer => "the API's answer is not the JSON that was expected",
            Self::OversizedAnswer => "the API's answer is too large",
            Self::MalformedLink => "the link to the next page cannot be read",
            Self::ForeignLink => "the link to the next page leads elsewhere",
            Self::RepeatedLink => "the link to the next page leads back",
            Self::TooManyPages => "the list of members has too many pages",
            Self::OutOfTime => "the time for asking the API is up",
        })
    }
}
