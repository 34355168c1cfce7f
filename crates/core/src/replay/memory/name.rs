//! What a key is called in a store in memory: a keyed hash of 128 bits.

use crate::replay::ReplayKey;

/// A keyed hash of a key: its upper and its lower half.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name([u64; 2]);

/// Makes names.
///
/// A key is a SHA-256. Who can choose what is signed, and looks for two keys with the same name or for
/// many that share a place in a table, must not know which do: both halves are multiplied by a secret odd
/// number each, and added. Where one half of two keys is the same, their names differ as the other does;
/// else it takes the secret to say. The upper bits are a universal hash (Dietzfelbinger et al., 1997). A
/// hash that assumes less of its input took as long as all the rest of a claim.
pub(super) struct Namer {
    multipliers: [u128; 2],
}

impl Namer {
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [[0; 16]; 2];
        getrandom::fill(bytes.as_flattened_mut())?;
        Ok(Self { multipliers: bytes.map(|bytes| u128::from_ne_bytes(bytes) | 1) })
    }

    pub(super) fn name(&self, key: &ReplayKey) -> Name {
        let ([one, other], [first, second]) = (key.halves(), self.multipliers);
        Name::new(one.wrapping_mul(first).wrapping_add(other.wrapping_mul(second)))
    }
}

impl Name {
    /// What no key is called.
    pub(super) const NOBODYS: Self = Self([0; 2]);

    /// Zero is as good as one: to meet either is as likely as to guess a name.
    fn new(number: u128) -> Self {
        let number = number.max(1);
        Self([(number >> 64) as u64, number as u64])
    }

    #[cfg(test)]
    pub(super) fn of(number: u64) -> Self {
        Self::new(u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))
    }

    /// Its place among so many: what the upper half is to all that it can be.
    pub(super) fn place(self, length: usize) -> usize {
        let Self([upper, _]) = self;
        ((u128::from(upper) * length as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_depends_on_the_secret_and_on_both_halves() {
        let key = ReplayKey::of_id("spark", None, "id");
        let namer = Namer { multipliers: [3, 5] };
        let [one, other] = key.halves();
        let expected = one.wrapping_mul(3).wrapping_add(other.wrapping_mul(5));
        assert!(namer.name(&key) == Name::new(expected));
        let [one, other] = [(); 2].map(|()| Namer::random().expect("randomness").name(&key));
        assert!(one != other);
    }
}
