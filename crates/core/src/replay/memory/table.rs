//! Where claims are: by whom, and until when.
//!
//! A table of buckets, each with a lock of its own on its own cache line, so that a claim waits for memory
//! once: the table is larger than the caches, and a lock beside it would come from the core that had it last.
//! A name has its home in one bucket. What finds no room there goes into one of the next, and the home knows how
//! far that is. **All that happens to a name happens under the lock of its home**; the locks of the next buckets are
//! taken one at a time while that is held, and always upwards, so that nobody waits for each other.
//!
//! The time is read before a lock is taken, so who comes late may have an older one than who came before. Still it finds
//! what is there: a name is put at its home or as near to it as there is room, so what succeeds a claim is never behind
//! it, and is met first. The worst is that a claim that was just over counts as one for a moment.

use std::fmt::{self, Debug, Formatter};
use std::iter;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::away::Away;
use super::clock::Tick;
use super::entry::{Entry, Mark};
use super::name::Name;
use crate::replay::{ClaimOutcome, Owner, ReplayError};

pub(super) struct Table {
    /// The homes, and [`CHAIN`] less one behind them for what the last ones have no room for.
    buckets: Box<[Bucket]>,
    homes: usize,
}

/// One cache line, where a lock takes eight bytes, as on Linux.
#[repr(align(64))]
struct Bucket(Mutex<Inside>);

struct Inside {
    entries: [Entry; ENTRIES],
    /// What is not at home.
    away: Away,
}

const ENTRIES: usize = 2;

/// In so many buckets there can be room for a name. Where names have their homes by chance, it takes as many that a table
/// with all of its claims has room for the last one, too, as good as always.
const CHAIN: usize = 64;

/// So many claims in twenty buckets: of a hundred, five find no room at home then. That is 76 bytes each.
const IN_TWENTY: usize = 17;

impl Table {
    /// Room for so many claims; it is made at once, and stays as it is.
    pub(super) fn new(claims: usize) -> Self {
        // A short one has one home, and exactly so much room.
        let (homes, room) = if claims <= CHAIN * ENTRIES {
            (1, claims)
        } else {
            (claims.div_ceil(IN_TWENTY).saturating_mul(20), usize::MAX)
        };
        let length = room.div_ceil(ENTRIES).clamp(1, homes.saturating_add(CHAIN - 1));
        let rooms = (0..length).map(|index| room.saturating_sub(index * ENTRIES));
        Self { buckets: rooms.map(Bucket::new).collect(), homes }
    }

    /// Where the name has its home. It is on its way from memory then: a glance makes that begin sooner than a lock.
    pub(super) fn home(&self, name: Name) -> Option<Place<'_>> {
        let after = self.buckets.get(name.place(self.homes)..)?;
        let (home, after) = after.split_first()?;
        if home.0.is_poisoned() {
            home.0.clear_poison();
        }
        Some(Place { home, after: after.get(..CHAIN - 1).unwrap_or(after) })
    }
}

/// A home that is not locked yet.
pub(super) struct Place<'t> {
    home: &'t Bucket,
    after: &'t [Bucket],
}

impl<'t> Place<'t> {
    pub(super) fn lock(self) -> Home<'t> {
        Home { inside: self.home.lock(), after: self.after }
    }
}

/// The home of a name, locked.
pub(super) struct Home<'t> {
    inside: MutexGuard<'t, Inside>,
    after: &'t [Bucket],
}

impl Home<'_> {
    pub(super) fn claim(
        &mut self,
        name: Name,
        now: Tick,
        end: Tick,
    ) -> Result<ClaimOutcome, ReplayError> {
        if let Some(mark) = self.look(name, now, |mark| *mark) {
            return Ok(if mark.is_done() { ClaimOutcome::Done } else { ClaimOutcome::InFlight });
        }
        let mark = Mark::claimed(end, self.inside.away.next_owner());
        self.put(name, now, mark)?;
        Ok(ClaimOutcome::Fresh(mark.owner()))
    }

    /// Also where nobody has it any more: it was handled.
    pub(super) fn confirm(
        &mut self,
        name: Name,
        owner: Owner,
        now: Tick,
        end: Tick,
    ) -> Result<bool, ReplayError> {
        let confirmed = self.look(name, now, |mark| {
            let held = mark.is_of(owner);
            if held {
                *mark = Mark::done(end);
            }
            held
        });
        match confirmed {
            Some(held) => Ok(held),
            None => self.put(name, now, Mark::done(end)).map(|()| true),
        }
    }

    pub(super) fn release(&mut self, name: Name, owner: Owner, now: Tick) -> bool {
        let released = self.look(name, now, |mark| {
            let held = mark.is_of(owner);
            if held {
                *mark = Mark::OVER;
            }
            held
        });
        released.unwrap_or_default()
    }

    /// Shows the mark of a name whose time is not over, if it is there.
    fn look<T>(&mut self, name: Name, now: Tick, look: impl FnOnce(&mut Mark) -> T) -> Option<T> {
        let Inside { entries, away } = &mut *self.inside;
        if let Some(entry) = live(entries, name, now) {
            return Some(look(&mut entry.mark));
        }
        for (distance, bucket) in iter::zip(1..=away.reach(now), self.after) {
            if let Some(entry) = live(&mut bucket.lock().entries, name, now) {
                let seen = look(&mut entry.mark);
                away.reaches(distance, now, entry.mark.end());
                return Some(seen);
            }
        }
        None
    }

    /// Puts it where the time of something else is over, at home or beyond.
    fn put(&mut self, name: Name, now: Tick, mark: Mark) -> Result<(), ReplayError> {
        let Inside { entries, away } = &mut *self.inside;
        if let Some(entry) = over(entries, now) {
            *entry = Entry { name, mark };
            return Ok(());
        }
        for (distance, bucket) in iter::zip(1.., self.after) {
            if let Some(entry) = over(&mut bucket.lock().entries, now) {
                *entry = Entry { name, mark };
                away.reaches(distance, now, mark.end());
                return Ok(());
            }
        }
        Err(ReplayError::Full)
    }
}

fn live(entries: &mut [Entry], name: Name, now: Tick) -> Option<&mut Entry> {
    entries.iter_mut().find(|entry| entry.name == name && now < entry.mark.end())
}

fn over(entries: &mut [Entry], now: Tick) -> Option<&mut Entry> {
    entries.iter_mut().find(|entry| entry.mark.end() <= now)
}

impl Bucket {
    /// With so much room, if it has as much.
    fn new(room: usize) -> Self {
        let mut entries = [Entry::NO_ROOM; ENTRIES];
        for entry in entries.iter_mut().take(room) {
            *entry = Entry::UNUSED;
        }
        Self(Mutex::new(Inside { entries, away: Away::NONE }))
    }

    /// Nothing in here panics.
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Debug for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("homes", &self.homes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
