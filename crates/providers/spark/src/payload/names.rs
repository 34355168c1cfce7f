//! The names that Spark uses, open for those that it adds.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

/// The kind of thing that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Resource {
    /// A button or form of a card was used.
    AttachmentActions,
    /// A data source.
    DataSources,
    /// Somebody's being in a room.
    Memberships,
    /// A message.
    Messages,
    /// A room.
    Rooms,
    /// A meeting.
    Meetings,
    /// A recording of a meeting.
    Recordings,
    /// A recording of a call or meeting.
    ConvergedRecordings,
    /// Somebody's being in a meeting.
    MeetingParticipants,
    /// A transcript of a meeting.
    MeetingTranscripts,
    /// A call.
    #[serde(rename = "telephony_calls")]
    TelephonyCalls,
    /// A conference call.
    #[serde(rename = "telephony_conference")]
    TelephonyConference,
    /// A message waiting indicator.
    #[serde(rename = "telephony_mwi")]
    TelephonyMwi,
    /// Counters of unread things.
    #[serde(rename = "uc_counters")]
    UcCounters,
    /// A service app; the customer is [`ServiceApp::authorizer_org_id`](super::ServiceApp).
    ServiceApp,
    /// A batch job of an administrator.
    AdminBatchJobs,
    /// One that is not listed here.
    #[serde(untagged)]
    Other(String),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// It came into being.
    Created,
    /// It was changed.
    Updated,
    /// It is gone.
    Deleted,
    /// It began.
    Started,
    /// It is over.
    Ended,
    /// Somebody came.
    Joined,
    /// Somebody went.
    Left,
    /// It was moved to another place.
    Migrated,
    /// A customer allowed it.
    Authorized,
    /// A customer no longer allows it.
    Deauthorized,
    /// Its status is another one.
    StatusChanged,
    /// One that is not listed here.
    #[serde(untagged)]
    Other(String),
}

impl Display for Resource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Display for EventKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
