//! The order of names: by code point, which is that of their UTF-8 bytes, once escapes are resolved.

use std::cmp::Ordering;

use memchr::memchr2;

use crate::string::{byte, eight, equal, escape, first};

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
    key(text, one).cmp(&key(text, other)).then_with(|| compare_all(text, one, other))
}

/// The first eight bytes of a name, zeros behind its end: names with different keys are in the order of
/// their keys.
fn key(text: &[u8], quote: usize) -> u64 {
    let Some(eight) = eight(text, quote + 1) else { return slow_key(text, quote) };
    let (quotes, escapes) = (equal(eight, b'"'), equal(eight, b'\\'));
    if escapes != 0 && (quotes == 0 || first(escapes) < first(quotes)) {
        return slow_key(text, quote);
    }
    let kept = match quotes {
        0 => u64::MAX,
        _ => (1 << (8 * first(quotes))) - 1,
    };
    (eight & kept).swap_bytes()
}

fn slow_key(text: &[u8], quote: usize) -> u64 {
    let mut bytes = Bytes::new(text, quote);
    (0..8).fold(0, |key, _| key << 8 | u64::from(bytes.next().unwrap_or_default()))
}

fn compare_all(text: &[u8], one: usize, other: usize) -> Ordering {
    match (plain(text, one), plain(text, other)) {
        (Some(one), Some(other)) => one.cmp(other),
        _ => Bytes::new(text, one).cmp(Bytes::new(text, other)),
    }
}

/// A name that has no escapes.
fn plain(text: &[u8], quote: usize) -> Option<&[u8]> {
    let rest = text.get(quote + 1..)?;
    let end = memchr2(b'"', b'\\', rest)?;
    rest.get(..end).filter(|_| byte(rest, end) == b'"')
}

/// The bytes of a name, escapes resolved.
struct Bytes<'t> {
    text: &'t [u8],
    at: usize,
    /// What is left of a character that was an escape, the next byte lowest.
    rest: u32,
}

impl<'t> Bytes<'t> {
    fn new(text: &'t [u8], quote: usize) -> Self {
        Self { text, at: quote + 1, rest: 0 }
    }
}

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.rest != 0 {
            let [next, ..] = self.rest.to_le_bytes();
            self.rest >>= 8;
            return Some(next);
        }
        match self.text.get(self.at)? {
            b'"' => None,
            b'\\' => {
                // The text was read before, so it is an escape.
                let escape = escape(self.text, self.at).ok()?;
                self.at = escape.end;
                let mut bytes = [0; 4];
                escape.character.encode_utf8(&mut bytes);
                let [next, ..] = bytes;
                // No byte but that of U+0000 is zero, and it is alone.
                self.rest = u32::from_le_bytes(bytes) >> 8;
                Some(next)
            }
            &plain => {
                self.at += 1;
                Some(plain)
            }
        }
    }
}
