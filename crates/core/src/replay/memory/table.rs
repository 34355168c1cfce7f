//! One shard: what is claimed, by whom, and until when.

use hashbrown::HashTable;

use crate::replay::{ClaimOutcome, Owner, ReplayError};

/// The keyed hash of a key, in two halves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name(pub(super) u64, pub(super) u64);

/// 32 bytes. With the one that the table adds, and at the emptiest that it is when it has just grown
/// (7/16, see [`Table::sweep`] for the rest), that makes less than 80 a claim.
struct Entry {
    name: Name,
    /// Who has it in flight; [`DONE`] for nobody.
    owner: u64,
    /// The first nanosecond at which it does not count any more.
    end: u64,
}

const DONE: u64 = 0;

pub(super) struct Table {
    entries: HashTable<Entry>,
    last_owner: u64,
    /// No entry ends before this.
    earliest_end: u64,
}

impl Table {
    pub(super) const fn new() -> Self {
        Self { entries: HashTable::new(), last_owner: DONE, earliest_end: u64::MAX }
    }

    pub(super) fn claim(
        &mut self,
        name: Name,
        now: u64,
        end: u64,
        bound: usize,
    ) -> Result<ClaimOutcome, ReplayError> {
        // The owner of a claim whose time is over has lost it: it is taken over where it stands.
        if let Some(entry) = self.entries.find_mut(name.0, |entry| entry.name == name) {
            if now < entry.end {
                let done = entry.owner == DONE;
                return Ok(if done { ClaimOutcome::Done } else { ClaimOutcome::InFlight });
            }
            self.last_owner += 1;
            *entry = Entry { name, owner: self.last_owner, end };
        } else {
            self.make_room(now, bound)?;
            self.last_owner += 1;
            let entry = Entry { name, owner: self.last_owner, end };
            self.entries.insert_unique(name.0, entry, hash);
        }
        self.earliest_end = self.earliest_end.min(end);
        Ok(ClaimOutcome::Fresh(Owner::new(self.last_owner.into())))
    }

    pub(super) fn confirm(&mut self, name: Name, owner: Owner, now: u64, end: u64) -> bool {
        match self.entries.find_mut(name.0, |entry| entry.is_held(name, owner, now)) {
            Some(entry) => {
                entry.owner = DONE;
                entry.end = end;
                self.earliest_end = self.earliest_end.min(end);
                true
            }
            None => false,
        }
    }

    pub(super) fn release(&mut self, name: Name, owner: Owner, now: u64) -> bool {
        match self.entries.find_entry(name.0, |entry| entry.is_held(name, owner, now)) {
            Ok(entry) => {
                entry.remove();
                true
            }
            Err(_) => false,
        }
    }

    /// Clears away what is over, when the table would have to grow or may not.
    fn make_room(&mut self, now: u64, bound: usize) -> Result<(), ReplayError> {
        let full = self.entries.len() == self.entries.capacity() || self.entries.len() >= bound;
        if full && self.earliest_end <= now {
            self.sweep(now);
        }
        if self.entries.len() >= bound { Err(ReplayError::Full) } else { Ok(()) }
    }

    fn sweep(&mut self, now: u64) {
        let mut earliest = u64::MAX;
        self.entries.retain(|entry| {
            let live = now < entry.end;
            if live {
                earliest = earliest.min(entry.end);
            }
            live
        });
        self.earliest_end = earliest;
        let (len, capacity) = (self.entries.len(), self.entries.capacity());
        if len < capacity / 8 {
            self.entries.shrink_to(2 * len, hash);
        } else if capacity - len < capacity / 32 {
            // Or it would be swept again soon for as little. Not sooner, for the sake of memory.
            self.entries.reserve(capacity / 32, hash);
        }
    }
}

impl Entry {
    fn is_held(&self, name: Name, owner: Owner, now: u64) -> bool {
        self.name == name
            && self.owner != DONE
            && u128::from(self.owner) == owner.get()
            && now < self.end
    }
}

fn hash(entry: &Entry) -> u64 {
    entry.name.0
}
