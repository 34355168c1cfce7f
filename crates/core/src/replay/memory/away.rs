//! Which names are not at home, in eight bytes: the rest of a cache line.

use super::clock::Tick;

/// From when on no name is away, in the upper 44 bits; how far the farthest may be until then, in six; and the number
/// of the last owner of a name that has its home here, in 14.
#[derive(Clone, Copy)]
pub(super) struct Away(u64);

const OWNER_BITS: u32 = 14;
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
        let until = self.until().max(until).number();
        self.0 = (until << REACH_BITS | distance) << OWNER_BITS | u64::from(self.owner());
    }

    /// The next number, again and again.
    pub(super) fn next_owner(&mut self) -> u16 {
        let next = (self.owner() + 1) & OWNERS;
        self.0 = self.0 >> OWNER_BITS << OWNER_BITS | u64::from(next);
        next
    }

    pub(super) fn until(self) -> Tick {
        Tick::of_number(self.0 >> (OWNER_BITS + REACH_BITS))
    }

    fn farthest(self) -> u8 {
        (self.0 >> OWNER_BITS) as u8 & FARTHEST as u8
    }

    fn owner(self) -> u16 {
        self.0 as u16 & OWNERS
    }
}

const OWNERS: u16 = (1 << OWNER_BITS) - 1;

const FARTHEST: usize = (1 << REACH_BITS) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_of_the_three_gets_into_another() {
        let tick = Tick::of_number;
        let mut away = Away::NONE;
        assert_eq!(away.reach(tick(0)), 0);
        for _ in 0..3 * 16_384 + 4464 {
            away.next_owner();
        }
        assert_eq!((away.owner(), away.farthest()), (4464, 0));
        assert!(away.until() == Tick::START);
        away.reaches(63, tick(3), Tick::LAST);
        assert_eq!((away.owner(), away.reach(tick(1 << 40))), (4464, 63));
        assert!(away.until() == Tick::LAST);
        let mut away = Away::NONE;
        away.reaches(7, tick(1), tick(9));
        away.reaches(3, tick(2), tick(5));
        assert_eq!((away.reach(tick(8)), away.reach(tick(9))), (7, 0));
        // What was farther is over.
        away.reaches(2, tick(9), tick(11));
        assert_eq!((away.reach(tick(10)), away.reach(tick(11))), (2, 0));
    }
}
