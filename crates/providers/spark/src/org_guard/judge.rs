//! The verdict on an event's room.

use tokio::time::{Instant, timeout_at};

use super::api::{Api, Member};
use super::denial::{Denial, DenialReason};
use super::layer::{Roomless, SparkOrgGuard};
use super::orgs::AllowList;
use super::verdicts::Verdict;
use crate::payload::{Event, Resource};

impl SparkOrgGuard {
    /// Judges the room of an event: `Ok` if every member belongs to an allowed organisation.
    ///
    /// The layer does this for every request. A bot that answers at once and works later calls it
    /// where it works, since asking the API can take up to the
    /// [time budget](Self::time_budget).
    ///
    /// # Errors
    ///
    /// A [`Denial`] for anything else, also if the API could not be asked. It has been logged.
    pub async fn judge(&self, event: &Event) -> Result<(), Denial> {
        self.observe(event);
        let room = event.room_id();
        let verdict = match room {
            // An empty room id would list the bot's own memberships, of all rooms.
            Some(room) if room.trim().is_empty() => Err(Denial::new(DenialReason::NoRoom)),
            Some(room) => self.judge_room(room).await,
            None => match self.config.roomless {
                Roomless::Allow => Ok(()),
                Roomless::Deny => Err(Denial::new(DenialReason::NoRoom)),
            },
        };
        if let Err(denial) = &verdict {
            log(denial, room);
        }
        verdict
    }

    /// Drops the cached verdict on the room, if the event says that its members changed.
    ///
    /// [`judge`](Self::judge) does so too. This is for who does not judge such events.
    pub fn observe(&self, event: &Event) {
        if event.resource == Resource::Memberships
            && let Some(verdicts) = &self.verdicts
            && let Some(room) = event.room_id()
        {
            verdicts.forget(room);
        }
    }

    async fn judge_room(&self, room: &str) -> Verdict {
        let deadline = self.config.api.deadline();
        let ask = || ask(&self.config.api, &self.config.allowed, room, deadline);
        let Some(verdicts) = &self.verdicts else { return ask().await };
        // Who waits for somebody else's answer does not wait longer than for an own one.
        let verdict = timeout_at(deadline, verdicts.get_or_ask(room, ask));
        verdict.await.unwrap_or_else(|_| Err(Denial::new(DenialReason::OutOfTime)))
    }
}

async fn ask(api: &Api, allowed: &AllowList, room: &str, deadline: Instant) -> Verdict {
    let mut roll = Roll::default();
    let read = api.members(room, deadline, |member| roll.enter(member, allowed)).await;
    roll.verdict(read)
}

/// What was seen of the members.
#[derive(Default)]
struct Roll {
    is_anybody: bool,
    is_unknown: bool,
    is_outsider: bool,
    outsiders: Vec<String>,
}

impl Roll {
    fn enter(&mut self, member: Member, allowed: &AllowList) {
        self.is_anybody = true;
        match member.person_org_id.as_deref().map(str::trim) {
            None | Some("") => self.is_unknown = true,
            Some(_) if member.is_of(allowed) => {}
            Some(_) => {
                self.is_outsider = true;
                self.outsiders.extend(member.id);
            }
        }
    }

    fn verdict(self, read: Result<(), DenialReason>) -> Verdict {
        let reason = match read {
            Err(reason) => reason,
            Ok(()) if self.is_outsider => DenialReason::Outsiders,
            Ok(()) if self.is_unknown => DenialReason::UnknownOrganisation,
            Ok(()) if !self.is_anybody => DenialReason::NoMembers,
            Ok(()) => return Ok(()),
        };
        Err(Denial::with_outsiders(reason, self.outsiders))
    }
}

impl Member {
    fn is_of(&self, allowed: &AllowList) -> bool {
        self.person_org_id.as_deref().is_some_and(|org| allowed.has(org))
    }
}

/// A room that could not be looked at is somebody's to repair.
pub(super) fn log(denial: &Denial, room: Option<&str>) {
    let (reason, code) = (denial.reason(), denial.reason().code());
    let outsiders = denial.outsiders().len();
    if reason.is_verdict() {
        tracing::info!(target: "countersign", scheme = "spark", room, %reason, code, outsiders, "room denied");
    } else {
        tracing::warn!(target: "countersign", scheme = "spark", room, %reason, code, outsiders, "room denied");
    }
}
