//! Texts with one bit changed.

/// A text that differs in one bit.
#[derive(Clone, Debug)]
pub struct Flip {
    /// Where the byte is.
    pub at: usize,
    /// Which bit of it; 0 is the lowest.
    pub bit: u32,
    /// The text, changed.
    pub text: Vec<u8>,
}

/// Every text that differs from this one in a single bit: eight a byte.
pub fn flips(text: &[u8]) -> impl Iterator<Item = Flip> {
    (0..text.len()).flat_map(move |at| {
        (0..8).map(move |bit| {
            let mut text = text.to_vec();
            text[at] ^= 1 << bit;
            Flip { at, bit, text }
        })
    })
}
