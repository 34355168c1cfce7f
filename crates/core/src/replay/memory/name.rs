//! What a key is called in a store in memory: a keyed hash of 128 bits.

use std::num::NonZeroU128;

use crate::replay::ReplayKey;

/// A keyed hash of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name(NonZeroU128);

/// Makes names.
///
/// A key is a SHA-256, so its first half tells it from any other. What is left to be done is that who
/// can choose what is signed does not know which keys share a place in a table: they are multiplied by
/// a secret odd number. That is one to one, and its upper bits are a universal hash (Dietzfelbinger et
/// al., 1997). A hash that assumes less of its input took as long as all the rest of a claim.
pub(super) struct Namer {
    multiplier: u128,
}

impl Namer {
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self { multiplier: u128::from_ne_bytes(bytes) | 1 })
    }

    pub(super) fn name(&self, key: &ReplayKey) -> Name {
        let [half, _] = key.halves();
        Name::new(half.wrapping_mul(self.multiplier))
    }
}

impl Name {
    /// Zero is as good as one: no SHA-256 is known that has either for its half.
    fn new(number: u128) -> Self {
        Self(NonZeroU128::new(number).unwrap_or(NonZeroU128::MIN))
    }

    #[cfg(test)]
    pub(super) fn of(number: u64) -> Self {
        Self::new(u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))
    }

    /// Its place in a table of that length: what the upper half is to all that it can be.
    pub(super) fn place(self, length: usize) -> usize {
        ((self.upper() * length as u128) >> 64) as usize
    }

    /// One of so many shards, which are a power of two, by other bits.
    pub(super) fn shard(self, shards: usize) -> usize {
        (self.upper() >> 24) as usize & (shards - 1)
    }

    fn upper(self) -> u128 {
        self.0.get() >> 64
    }
}
