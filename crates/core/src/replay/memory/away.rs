//! Which names are not at home, in eight bytes: the rest of a cache line.

use super::clock::Tick;

/// From when on no name is away, in the upper 38 bits, in units of 64 ticks; how far the farthest may be until then, in
/// six; and the number of the last owner of a name that has its home here, in 20.
#[derive(Clone, Copy)]
pub(super) struct Away(u64);

const OWNER_BITS: u32 = 20;
const REACH_BITS: u32 = 6;

impl Away {
    pub(super) const NONE: Self = Self(0);

    /// How far a name may be.
    pub(super) fn reach(self, now: Tick) -> usize {
        if now < self.until() { usize::from(self.farthest()) } else { 0 }
    }

    /// A name is so far away, until that time. It is less than 64.
    pub(super) fn reaches(&mut self, distance: usize, now: Tick, until: Tick) {
        let distance = self.reach(now).max(distance).min(FARTHEST) as u64;
        // Rather too late than too early; what is there for ever comes a unit short of it.
        let until = self.until().max(until).number().div_ceil(UNIT).min(LAST);
        self.0 = (until << REACH_BITS | distance) << OWNER_BITS | u64::from(self.owner());
    }

    /// The next number, again and again.
    pub(super) fn next_owner(&mut self) -> u32 {
        let next = (self.owner() + 1) & OWNERS;
        self.0 = self.0 >> OWNER_BITS << OWNER_BITS | u64::from(next);
        next
    }

    pub(super) fn until(self) -> Tick {
        Tick::of_number((self.0 >> (OWNER_BITS + REACH_BITS)) * UNIT)
    }

    fn farthest(self) -> u8 {
        (self.0 >> OWNER_BITS) as u8 & FARTHEST as u8
    }

    fn owner(self) -> u32 {
        self.0 as u32 & OWNERS
    }
}

const OWNERS: u32 = (1 << OWNER_BITS) - 1;

const UNIT: u64 = 64;

const LAST: u64 = (1 << (u64::BITS - OWNER_BITS - REACH_BITS)) - 1;

const FARTHEST: usize = (1 << REACH_BITS) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_of_the_three_gets_into_another() {
        let tick = |units| Tick::of_number(units * UNIT);
        let mut away = Away::NONE;
        assert_eq!(away.reach(tick(0)), 0);
        for _ in 0..(1 << 20) + 4464 {
            away.next_owner();
        }
        assert_eq!((away.owner(), away.farthest()), (4464, 0));
        assert!(away.until() == Tick::START);
        away.reaches(63, tick(3), Tick::LAST);
        assert_eq!((away.owner(), away.reach(tick(1 << 37))), (4464, 63));
        assert!(away.until() == tick(LAST));
        let mut away = Away::NONE;
        away.reaches(7, tick(1), tick(9));
        away.reaches(3, tick(2), tick(5));
        assert_eq!((away.reach(tick(8)), away.reach(tick(9))), (7, 0));
        // What was farther is over.
        away.reaches(2, tick(9), tick(11));
        assert_eq!((away.reach(tick(10)), away.reach(tick(11))), (2, 0));
        // Looked for a little longer than it is there, and never shorter.
        away.reaches(1, tick(11), Tick::of_number(11 * UNIT + 1));
        assert_eq!((away.reach(Tick::of_number(12 * UNIT - 1)), away.reach(tick(12))), (1, 0));
    }
}
