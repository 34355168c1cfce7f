//! One shard: what is claimed, by whom, and until when.
//!
//! Open addressing with linear probing, so that a claim waits for memory once and not twice: the
//! tables are larger than the caches. An entry whose time is over is overwritten by the next one that
//! comes by; when there is no room left, all of them are cleared away at once.

use std::mem;

use super::name::Name;
use crate::replay::{ClaimOutcome, Owner, ReplayError};

/// 32 bytes. A table that is larger than a few entries is between 0.42 and 0.6 full, or nearly so,
/// which makes less than 80 a claim.
///
/// Aligned, so that none lies across two cache lines.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Entry {
    /// None: it was never used, and nothing that was looked for is beyond it.
    name: Option<Name>,
    /// Who has it in flight; [`DONE`] for nobody.
    owner: u64,
    /// The first nanosecond at which it does not count any more.
    end: u64,
}

const DONE: u64 = 0;

const UNUSED: Entry = Entry { name: None, owner: DONE, end: 0 };

/// The end of what was released.
const RELEASED: u64 = 0;

/// Neither part is on the cache line of the lock in front of it. While a core waits for that line, because
/// another one had the lock last, it finds its way to the entry by what it has at hand.
#[repr(align(128))]
pub(super) struct Table {
    entries: Vec<Entry>,
    counts: Counts,
}

/// What most claims change.
#[repr(align(128))]
struct Counts {
    /// How many entries have a name, whether or not their time is over.
    used: usize,
    last_owner: u64,
    /// When the table is at its bound, it is looked through from this time on: a few of what it held
    /// when it was looked through last are over by then.
    next_look: u64,
    /// Of what was changed since then, so many end before that time.
    sooner: usize,
    #[cfg(test)]
    looks: usize,
}

/// Where a name is, or could be put.
enum Place {
    /// Here.
    Found(usize),
    /// Nowhere; this one is over.
    Over(usize),
    /// Nowhere; this one was never used.
    Unused(usize),
    /// Nowhere, and there is no place left.
    None,
}

impl Table {
    pub(super) const fn new() -> Self {
        let counts = Counts {
            used: 0,
            last_owner: DONE,
            next_look: 0,
            sooner: 0,
            #[cfg(test)]
            looks: 0,
        };
        Self { entries: Vec::new(), counts }
    }

    pub(super) fn claim(
        &mut self,
        name: Name,
        now: u64,
        end: u64,
        bound: usize,
    ) -> Result<ClaimOutcome, ReplayError> {
        let mut place = self.find(name, now);
        if matches!(place, Place::Unused(_) | Place::None)
            && (self.counts.used >= most(self.entries.len()) || self.counts.used >= bound)
        {
            self.make_room(now, bound)?;
            place = self.find(name, now);
        }
        let (Place::Found(index) | Place::Over(index) | Place::Unused(index)) = place else {
            return Err(ReplayError::Full);
        };
        let Some(entry) = self.entries.get_mut(index) else { return Err(ReplayError::Full) };
        if let Place::Found(_) = place
            && now < entry.end
        {
            let done = entry.owner == DONE;
            return Ok(if done { ClaimOutcome::Done } else { ClaimOutcome::InFlight });
        }
        // The owner of a claim whose time is over has lost it: it is taken over where it stands.
        self.counts.used += usize::from(entry.name.is_none());
        self.counts.last_owner += 1;
        *entry = Entry { name: Some(name), owner: self.counts.last_owner, end };
        self.ends(end);
        Ok(ClaimOutcome::Fresh(Owner::new(self.counts.last_owner.into())))
    }

    /// Also where nobody has it any more: it was handled.
    pub(super) fn confirm(
        &mut self,
        name: Name,
        owner: Owner,
        now: u64,
        end: u64,
        bound: usize,
    ) -> Result<bool, ReplayError> {
        if self.held(name, owner, now).is_none() {
            let ClaimOutcome::Fresh(_) = self.claim(name, now, end, bound)? else {
                return Ok(false);
            };
        }
        if let Place::Found(index) = self.find(name, now)
            && let Some(entry) = self.entries.get_mut(index)
        {
            entry.owner = DONE;
            entry.end = end;
            self.ends(end);
        }
        Ok(true)
    }

    pub(super) fn release(&mut self, name: Name, owner: Owner, now: u64) -> bool {
        let Some(entry) = self.held(name, owner, now) else { return false };
        entry.end = RELEASED;
        self.ends(RELEASED);
        true
    }

    fn ends(&mut self, end: u64) {
        self.counts.sooner += usize::from(end < self.counts.next_look);
    }

    fn held(&mut self, name: Name, owner: Owner, now: u64) -> Option<&mut Entry> {
        let Place::Found(index) = self.find(name, now) else { return None };
        self.entries.get_mut(index).filter(|entry| {
            entry.owner != DONE && u128::from(entry.owner) == owner.get() && now < entry.end
        })
    }

    fn find(&self, name: Name, now: u64) -> Place {
        let mut over = None;
        // From the first of the two entries on a cache line: the second one costs no more.
        let mut index = 2 * name.place(self.entries.len() / 2);
        // Once around, and the step from the end to the beginning.
        for _ in 0..=self.entries.len() {
            let Some(entry) = self.entries.get(index) else {
                index = 0;
                continue;
            };
            match entry.name {
                None => return over.map_or(Place::Unused(index), Place::Over),
                Some(other) if other == name => return Place::Found(index),
                Some(_) if over.is_none() && entry.end <= now => over = Some(index),
                Some(_) => {}
            }
            index += 1;
        }
        over.map_or(Place::None, Place::Over)
    }

    /// Clears away what is over, and grows unless that was enough.
    ///
    /// At the bound that is done when it is worth it, since it takes as long as thousands of claims.
    fn make_room(&mut self, now: u64, bound: usize) -> Result<(), ReplayError> {
        let (at_bound, few) = (self.counts.used >= bound, (bound / FEW).max(1));
        if at_bound && now < self.counts.next_look && self.counts.sooner < few {
            return Err(ReplayError::Full);
        }
        let ends = self.entries.iter().map(|entry| entry.end).filter(|end| now < *end);
        let live = if at_bound {
            let mut ends: Vec<_> = ends.collect();
            let (live, last) = (ends.len(), few.min(ends.len()).saturating_sub(1));
            self.counts.next_look = if live == 0 { now } else { *ends.select_nth_unstable(last).1 };
            self.counts.sooner = 0;
            #[cfg(test)]
            {
                self.counts.looks += 1;
            }
            live
        } else {
            ends.count()
        };
        if live >= bound {
            return Err(ReplayError::Full);
        }
        let old = mem::take(&mut self.entries);
        self.entries = vec![UNUSED; length(old.len(), live)];
        self.counts.used = live;
        for entry in old.into_iter().filter(|entry| now < entry.end) {
            let Some(name) = entry.name else { continue };
            if let Place::Unused(index) = self.find(name, now)
                && let Some(place) = self.entries.get_mut(index)
            {
                *place = entry;
            }
        }
        Ok(())
    }
}

/// A table at its bound is looked through when a part of it can be over: one by this. Twice that part
/// may be over without being found, which is less than the eighth that the bound has in reserve.
const FEW: usize = 32;

/// How many entries of a table may have a name: with more of them, the way to the end of what stands
/// in line becomes long.
fn most(length: usize) -> usize {
    length / 5 * 3
}

/// How long a table of `old` entries has to be for so many that are live: an even number.
fn length(old: usize, live: usize) -> usize {
    const LEAST: usize = 16;
    // Room for an eighth more, or it would be made again soon.
    let wanted = live + live / 8 + 1;
    if wanted > most(old) {
        even(old + old / 4 + LEAST)
    } else if wanted < most(old) / 4 {
        // A burst is over.
        even(wanted * 2 + LEAST)
    } else {
        old
    }
}

fn even(length: usize) -> usize {
    length & !1
}

#[cfg(test)]
mod tests {
    use super::*;

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
                    let outcome =
                        table.claim(Name::of(1), now, now + LEASE, 1).expect("there is room");
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
                        table
                            .confirm(Name::of(1), owner, now, now + KEEP, 1)
                            .expect("there is room")
                    } else {
                        table.release(Name::of(1), owner, now)
                    };
                    let nobodys = confirms(actor) && known.is_none();
                    assert_eq!(held, mine || nobodys, "{order:?}");
                    if held {
                        known = confirms(actor).then_some(Known { by: None, end: now + KEEP });
                    }
                }
            }
        }
    }

    /// Incident: at its bound, each claim looked through all of the table.
    #[test]
    fn a_full_table_is_not_looked_through_for_each_claim() {
        const BOUND: usize = 3200;
        let mut table = Table::new();
        let mut name = 0;
        let mut claim = |table: &mut Table, now, end| {
            name += 1;
            table.claim(Name::of(name), now, end, BOUND)
        };
        // One ends with each tick.
        for end in 1..=BOUND as u64 {
            claim(&mut table, 0, 10_000 + end).expect("there is room");
        }
        for _ in 0..1000 {
            claim(&mut table, 10_000, 40_000).expect_err("it is full");
        }
        assert_eq!(table.counts.looks, 1);
        // So does one more that is wanted: most of them get room, and few look for it.
        let refused = (10_001..12_001).filter(|now| claim(&mut table, *now, 40_000).is_err());
        let refused = refused.count();
        assert!(refused <= BOUND / FEW, "{refused}");
        assert!(table.counts.looks <= 2 + 2000 / (BOUND / FEW), "{}", table.counts.looks);
        // What was released is found, if it is more than a few.
        let mut table = Table::new();
        let owners: Vec<_> = (0..BOUND as u64)
            .map(|name| (Name::of(name + 1), table.claim(Name::of(name + 1), 0, 10, BOUND)))
            .collect();
        claim(&mut table, 0, 10).expect_err("it is full");
        for (name, owner) in owners.into_iter().take(BOUND / FEW) {
            let Ok(ClaimOutcome::Fresh(owner)) = owner else { panic!("it is fresh") };
            assert!(table.release(name, owner, 0));
        }
        for _ in 0..BOUND / FEW {
            claim(&mut table, 0, 10).expect("what was released");
        }
        assert!(table.counts.looks <= 2, "{}", table.counts.looks);
    }

    #[test]
    fn a_claim_takes_at_most_80_bytes_whenever_it_is_counted() {
        let mut table = Table::new();
        for count in 1_u64..=100_000 {
            let name = Name::of(count);
            table.claim(name, 0, LEASE, usize::MAX).expect("there is room");
            let bytes = size_of_val(&*table.entries);
            // Below that, a shard is not worth the counting.
            assert!(count < 1000 || bytes as u64 <= 80 * count, "{bytes} for {count}");
        }
    }

    /// However much of it is over.
    #[test]
    fn clearing_away_does_not_waste_memory() {
        for over in [0, 1, 100, 1000, 10_000, 14_000] {
            let mut table = Table::new();
            let mut live: u64 = 0;
            for count in 1_u64..=40_000 {
                let name = Name::of(count);
                let end = if count <= over { 1 } else { u64::MAX };
                table.claim(name, u64::from(count > over), end, usize::MAX).expect("room");
                live += u64::from(count > over);
                let bytes = size_of_val(&*table.entries) as u64;
                assert!(live < 14_400 || bytes <= 80 * live, "{bytes} for {live} after {over}");
            }
        }
    }
}
