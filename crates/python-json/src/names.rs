//! The order of names: by code point, which is that of their UTF-8 bytes, once escapes are resolved.

use std::cmp::Ordering;

use memchr::memchr2;

use crate::string::{byte, known_character, known_escape};

/// How many members are sorted with their keys beside them.
const FEW: usize = 32;

/// Sorts members, which come with the last one first, by their names. Says whether they came in order, or
/// `None` if a name is there twice.
///
/// Each step of a comparison looks at bytes that belong to one name of two, so the names are looked at as often
/// as there are rounds: the time is their length times the logarithm of their number, however long the
/// beginnings that they share.
pub(crate) fn sort(text: &[u8], members: &mut [[u32; 2]]) -> Option<bool> {
    members.reverse();
    if members.len() <= FEW {
        return sort_few(text, members);
    }
    let mut sorted = true;
    let mut before = None;
    for member in &*members {
        let name = name(member);
        sorted = sorted && before.is_none_or(|before| compare(text, before, name).is_lt());
        before = Some(name);
    }
    if sorted {
        return Some(true);
    }
    members.sort_unstable_by(|one, other| compare(text, name(one), name(other)));
    let repeated = members.windows(2).any(|pair| match pair {
        [one, other] => compare(text, name(one), name(other)).is_eq(),
        _ => false,
    });
    (!repeated).then_some(false)
}

/// Insertion: members that came in order are only looked at, and there are few.
fn sort_few(text: &[u8], members: &mut [[u32; 2]]) -> Option<bool> {
    let mut keyed = [(0, [0; 2]); FEW];
    let mut sorted = true;
    for (count, &member) in members.iter().enumerate() {
        let mut hole = count;
        let key = key(text, name(&member));
        while let Some(&(other_key, other)) = hole.checked_sub(1).and_then(|at| keyed.get(at)) {
            match other_key.cmp(&key).then_with(|| compare_all(text, name(&other), name(&member))) {
                Ordering::Less => break,
                Ordering::Equal => return None,
                Ordering::Greater => {}
            }
            if let Some(to) = keyed.get_mut(hole) {
                *to = (other_key, other);
            }
            hole -= 1;
        }
        sorted &= hole == count;
        if let Some(to) = keyed.get_mut(hole) {
            *to = (key, member);
        }
    }
    for (member, (_, keyed)) in members.iter_mut().zip(keyed) {
        *member = keyed;
    }
    Some(sorted)
}

/// Where the quote of a member's name is.
fn name(member: &[u32; 2]) -> usize {
    crate::tape::Member::from(*member).name()
}

fn compare(text: &[u8], one: usize, other: usize) -> Ordering {
    let by_key = match (plain_key(text, one), plain_key(text, other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => Ordering::Equal,
    };
    by_key.then_with(|| compare_all(text, one, other))
}

/// The first eight bytes of a name, zeros behind its end: names with different keys are in the order of
/// their keys.
fn key(text: &[u8], quote: usize) -> u64 {
    plain_key(text, quote).unwrap_or_else(|| {
        let mut bytes = [0; 12];
        let mut end = 0;
        for character in Characters::new(text, quote).take(8).filter_map(char::from_u32) {
            let Some(room) = bytes.get_mut(end..).filter(|_| end < 8) else { break };
            end += character.encode_utf8(room).len();
        }
        let [first_eight @ .., _, _, _, _] = bytes;
        u64::from_be_bytes(first_eight)
    })
}

/// The key of a name without escapes among these bytes, and with as many bytes of the text behind it.
fn plain_key(text: &[u8], quote: usize) -> Option<u64> {
    let eight = u64::from_le_bytes(*text.get(quote + 1..)?.first_chunk()?);
    let (quotes, escapes) = (positions(eight, b'"'), positions(eight, b'\\'));
    // All bits below the byte that is the quote; all there are, without one.
    let name = ((quotes & quotes.wrapping_neg()) >> 7).wrapping_sub(1);
    (escapes & name == 0).then_some((eight & name).swap_bytes())
}

/// The high bit of each byte that is `byte`. Above the lowest of them there may be others by mistake, as the
/// arithmetic carries.
fn positions(eight: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let zero_there = eight ^ (ONES * u64::from(byte));
    zero_there.wrapping_sub(ONES) & !zero_there & HIGHS
}

fn compare_all(text: &[u8], one: usize, other: usize) -> Ordering {
    match (plain(text, one), plain(text, other)) {
        (Some(one), Some(other)) => one.cmp(other),
        _ => Characters::new(text, one).cmp(Characters::new(text, other)),
    }
}

/// A name that has no escapes.
fn plain(text: &[u8], quote: usize) -> Option<&[u8]> {
    let rest = text.get(quote + 1..)?;
    let end = memchr2(b'"', b'\\', rest)?;
    rest.get(..end).filter(|_| byte(rest, end) == b'"')
}

/// The code points of a name, escapes resolved.
struct Characters<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Characters<'t> {
    fn new(text: &'t [u8], quote: usize) -> Self {
        Self { text, at: quote + 1 }
    }
}

impl Iterator for Characters<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (character, end) = match byte(self.text, self.at) {
            b'"' => return None,
            b'\\' => known_escape(self.text, self.at),
            plain @ ..0x80 => (u32::from(plain), self.at + 1),
            _ => known_character(self.text, self.at),
        };
        self.at = end;
        Some(character).filter(|_| end <= self.text.len())
    }
}
