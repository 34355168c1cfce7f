//! What is known of a claim, in 24 bytes.

use super::clock::Tick;
use super::name::Name;
use crate::replay::Owner;

#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) mark: Mark,
}

impl Entry {
    pub(super) const UNUSED: Self = Self { name: Name::NOBODYS, mark: Mark::OVER };

    /// For ever in use.
    pub(super) const NO_ROOM: Self = Self { name: Name::NOBODYS, mark: Mark::done(Tick::LAST) };
}

/// When a claim ends, in the upper 44 bits, and a number for who has it, in the lower ones: none for nobody, when it is
/// done.
///
/// All of it is the owner. One whose time is over has another end than its successor, whatever the numbers are. One
/// that has given up may have the same: then the number is another, unless a million claims with the same home came
/// in between.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

const OWNER_BITS: u32 = u64::BITS - Tick::BITS;

const OWNERS: u64 = (1 << OWNER_BITS) - 1;

impl Mark {
    /// Of what was never claimed, or released.
    pub(super) const OVER: Self = Self::done(Tick::START);

    pub(super) const fn done(end: Tick) -> Self {
        Self(end.number() << OWNER_BITS)
    }

    pub(super) fn claimed(end: Tick, number: u32) -> Self {
        Self(Self::done(end).0 | (u64::from(number) % OWNERS + 1))
    }

    /// The first tick at which it does not count any more.
    pub(super) fn end(self) -> Tick {
        Tick::of_number(self.0 >> OWNER_BITS)
    }

    pub(super) fn is_done(self) -> bool {
        self.0 & OWNERS == 0
    }

    pub(super) fn owner(self) -> Owner {
        Owner::new(self.0.into())
    }

    pub(super) fn is_of(self, owner: Owner) -> bool {
        !self.is_done() && self.owner() == owner
    }
}
