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

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Name = Name(1, 2);
    const LEASE: u64 = 10;
    const KEEP: u64 = 20;

    /// Who claims, and then confirms or releases what they got; the last one is time.
    const TIME: usize = 3;

    /// Every order in which three owners and the clock can come at a key. Each question is one
    /// critical section, so that there are no other interleavings than those of whole questions.
    #[test]
    fn every_interleaving_of_three_owners_and_the_clock() {
        for confirms in 0_u32..1 << 3 {
            let mut orders = 0;
            each_order([2, 2, 2, 3], &mut Vec::new(), &mut |order| {
                play(order, |actor| confirms >> actor & 1 == 1);
                orders += 1;
            });
            assert_eq!(orders, 7560, "9! / (2! 2! 2! 3!)");
        }
    }

    fn each_order(left: [usize; 4], order: &mut Vec<usize>, visit: &mut impl FnMut(&[usize])) {
        if left == [0; 4] {
            return visit(order);
        }
        for actor in 0..left.len() {
            let mut rest = left;
            if let Some(fewer) = rest[actor].checked_sub(1) {
                rest[actor] = fewer;
                order.push(actor);
                each_order(rest, order, visit);
                order.pop();
            }
        }
    }

    /// What is known of the key besides the table: who has it or that it is done, and until when.
    struct Known {
        by: Option<usize>,
        end: u64,
    }

    fn play(order: &[usize], confirms: impl Fn(usize) -> bool) {
        let (mut table, mut now) = (Table::new(), 0);
        let mut known: Option<Known> = None;
        let mut claimed: [Option<Option<Owner>>; 3] = [None; 3];
        for &actor in order {
            if actor == TIME {
                now += LEASE / 2;
                known = known.filter(|known| now < known.end);
                continue;
            }
            match claimed[actor] {
                None => {
                    let outcome = table.claim(NAME, now, now + LEASE, 1).expect("there is room");
                    let expected = known.as_ref().map(|known| known.by.is_none());
                    match outcome {
                        ClaimOutcome::Fresh(owner) => {
                            assert_eq!(expected, None, "{order:?}");
                            known = Some(Known { by: Some(actor), end: now + LEASE });
                            claimed[actor] = Some(Some(owner));
                        }
                        other => {
                            let done = other == ClaimOutcome::Done;
                            assert_eq!(expected, Some(done), "{order:?}");
                            claimed[actor] = Some(None);
                        }
                    }
                }
                Some(None) => {}
                Some(Some(owner)) => {
                    let mine = known.as_ref().is_some_and(|known| known.by == Some(actor));
                    let held = if confirms(actor) {
                        table.confirm(NAME, owner, now, now + KEEP)
                    } else {
                        table.release(NAME, owner, now)
                    };
                    assert_eq!(held, mine, "{order:?}");
                    if held {
                        known = confirms(actor).then_some(Known { by: None, end: now + KEEP });
                    }
                }
            }
        }
    }

    #[test]
    fn a_claim_takes_at_most_80_bytes_whenever_it_is_counted() {
        let mut table = Table::new();
        for count in 1_u64..=100_000 {
            let name = Name(count.wrapping_mul(0x9E37_79B9_7F4A_7C15), count);
            table.claim(name, 0, LEASE, usize::MAX).expect("there is room");
            let bytes = table.entries.allocation_size();
            // Below that, a shard is not worth the counting.
            assert!(count < 1000 || bytes as u64 <= 80 * count, "{bytes} for {count}");
        }
    }

    /// However much of it is over: what is swept away does not make it grow to more than that.
    #[test]
    fn sweeping_does_not_waste_memory() {
        for over in [0, 1, 100, 1000, 10_000, 14_000] {
            let mut table = Table::new();
            let mut live: u64 = 0;
            for count in 1_u64..=40_000 {
                let name = Name(count.wrapping_mul(0x9E37_79B9_7F4A_7C15), count);
                let end = if count <= over { 1 } else { u64::MAX };
                table.claim(name, u64::from(count > over), end, usize::MAX).expect("room");
                live += u64::from(count > over);
                let bytes = table.entries.allocation_size() as u64;
                assert!(live < 14_400 || bytes <= 80 * live, "{bytes} for {live} after {over}");
            }
        }
    }
}
