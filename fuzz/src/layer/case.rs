//! What the input says.

use arbitrary::{Arbitrary, Result, Unstructured};

/// One request, and how it comes.
#[derive(Debug)]
pub struct Case {
    /// The number of the provider.
    pub subject: u8,
    /// Which of the secrets signs: the newest, the one before it, one that is none.
    pub signer: usize,
    /// Whether the body is a whole request as text, which nobody signs.
    pub raw: bool,
    /// What is said of the body's length.
    pub declared: Declared,
    /// What is changed once it is signed.
    pub edits: Vec<Edit>,
    /// In what pieces the body comes.
    pub frames: Vec<u8>,
    /// What edits put in.
    pub text: Vec<u8>,
    /// What is signed; the provider's sample if it is empty.
    pub body: Vec<u8>,
}

/// What is said of a body's length before it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    Nothing,
    Rightly,
    /// Off by so many bytes.
    Wrongly(i8),
}

/// A change: what, where, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    pub what: u8,
    pub place: u16,
    pub by: u8,
}

/// From the front, in the order of the fields, so that a seed can be written by hand: see `seeds.py`.
impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (subject, flags): (u8, u8) = (u.arbitrary()?, u.arbitrary()?);
        let declared = match u.arbitrary::<u8>()? {
            0 => Declared::Rightly,
            1 => Declared::Nothing,
            by => Declared::Wrongly(by.cast_signed()),
        };
        let edits = u.arbitrary::<u8>()? % 8;
        let mut edit = || {
            let (what, high, low, by) = u.arbitrary::<(u8, u8, u8, u8)>()?;
            Ok(Edit { what, place: u16::from_be_bytes([high, low]), by })
        };
        let edits = (0..edits).map(|_| edit()).collect::<Result<_>>()?;
        let [frames, text] = [pieces(u, 64)?, pieces(u, 255)?];
        Ok(Self {
            subject,
            signer: usize::from(flags % 4) % 3,
            raw: flags & 0x80 != 0,
            declared,
            edits,
            frames,
            text,
            body: u.bytes(u.len())?.to_vec(),
        })
    }
}

/// A length, and so many bytes.
fn pieces(u: &mut Unstructured<'_>, most: usize) -> Result<Vec<u8>> {
    let length = usize::from(u.arbitrary::<u8>()?).min(most).min(u.len());
    Ok(u.bytes(length)?.to_vec())
}
