//! The order of names: by code point, which is that of their UTF-8 bytes, once escapes are resolved.

use std::cmp::Ordering;

use memchr::memchr2;

use crate::string::{byte, known_character, known_escape};
use crate::tape::Member;

/// How many members are sorted with their keys beside them, on the stack.
const FEW: usize = 32;

/// Sorts members, which come with the last one first, by their names, in at most that much room. Says
/// whether they came in order, or `None` if a name is there twice.
///
/// A comparison is no longer than the shorter of two names, and in each round of a sort a name is compared with
/// a few others, or, where it parts them, with all. So the time is the length of all names times the logarithm
/// of their number, however long the beginnings that they share, and however long one of them is.
pub(crate) fn sort(text: &[u8], members: &mut [[u32; 2]], room: usize) -> Option<bool> {
    members.reverse();
    match members.len() {
        0..=8 => return sort_few::<8>(text, members),
        9..=FEW => return sort_few::<FEW>(text, members),
        _ => {}
    }
    let mut before = None;
    let sorted = members.iter().map(name).all(|name| {
        let in_order = before.is_none_or(|before| compare(text, before, name).is_lt());
        before = Some(name);
        in_order
    });
    if sorted {
        return Some(true);
    }
    // The names where there is room for them: comparing those is comparing bytes.
    let length: usize = members.iter().map(|member| length(text, name(member))).sum();
    let unique = if length + size_of::<Named>() * members.len() <= room {
        sort_copied(text, members, length)
    } else {
        members.sort_unstable_by(|one, other| compare(text, name(one), name(other)));
        let mut pairs = members.iter().zip(members.iter().skip(1));
        pairs.all(|(one, other)| compare(text, name(one), name(other)).is_lt())
    };
    unique.then_some(false)
}

/// How long a name is, its escapes resolved.
fn length(text: &[u8], quote: usize) -> usize {
    let utf8_len = |character| char::from_u32(character).map_or(0, char::len_utf8);
    let resolved = || Characters::new(text, quote).map(utf8_len).sum();
    plain(text, quote).map_or_else(resolved, <[u8]>::len)
}

/// Sorts up to `N` members: by their keys, which decide nearly always, then those with the same key.
fn sort_few<const N: usize>(text: &[u8], members: &mut [[u32; 2]]) -> Option<bool> {
    let mut keyed = [(0, [0; 2]); N];
    let keyed = keyed.get_mut(..members.len())?;
    let mut sorted = true;
    for (count, &member) in members.iter().enumerate() {
        let key = key(text, name(&member));
        let mut place = count;
        while let Some([before, here]) =
            place.checked_sub(1).and_then(|at| keyed.get_mut(at..)?.first_chunk_mut())
            && before.0 > key
        {
            *here = *before;
            place -= 1;
        }
        sorted &= place == count;
        *keyed.get_mut(place)? = (key, member);
    }
    if keyed.iter().zip(keyed.iter().skip(1)).any(|(one, other)| one.0 == other.0) {
        sorted &= sort_ties(text, keyed)?;
    }
    for (member, (_, keyed)) in members.iter_mut().zip(&*keyed) {
        *member = *keyed;
    }
    Some(sorted)
}

/// Sorts those that are together because their keys are the same. Says whether they were in order, or `None` if
/// a name is there twice.
fn sort_ties(text: &[u8], keyed: &mut [(u64, [u32; 2])]) -> Option<bool> {
    let compare = |one: &[u32; 2], other: &[u32; 2]| compare_all(text, name(one), name(other));
    let mut sorted = true;
    for tied in keyed.chunk_by_mut(|one, other| one.0 == other.0) {
        let in_order = |tied: &[(u64, [u32; 2])]| {
            tied.is_sorted_by(|one, other| compare(&one.1, &other.1).is_lt())
        };
        if !in_order(tied) {
            sorted = false;
            tied.sort_unstable_by(|one, other| compare(&one.1, &other.1));
            if !in_order(tied) {
                return None;
            }
        }
    }
    Some(sorted)
}

/// Where the copy of a name begins and ends, and the member whose it is.
type Named = ([u32; 2], [u32; 2]);

/// Sorts by copies of the names, that long in all, whose escapes are resolved once. Says whether no name is
/// there twice.
fn sort_copied(text: &[u8], members: &mut [[u32; 2]], length: usize) -> bool {
    let mut names = Vec::with_capacity(length);
    let mut named: Vec<Named> = Vec::with_capacity(members.len());
    for member in &*members {
        let start = names.len();
        copy(text, name(member), &mut names);
        named.push(([start as u32, names.len() as u32], *member));
    }
    let name =
        |&([start, end], _): &Named| names.get(start as usize..end as usize).unwrap_or_default();
    named.sort_unstable_by(|one, other| name(one).cmp(name(other)));
    for (member, (_, named)) in members.iter_mut().zip(&named) {
        *member = *named;
    }
    named.iter().zip(named.iter().skip(1)).all(|(one, other)| name(one) < name(other))
}

/// Adds a name to `names`, its escapes resolved.
fn copy(text: &[u8], quote: usize, names: &mut Vec<u8>) {
    let mut at = quote + 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let plain = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        names.extend_from_slice(rest.get(..plain).unwrap_or_default());
        at += plain;
        if byte(text, at) != b'\\' {
            return;
        }
        let (character, end) = known_escape(text, at);
        let character = char::from_u32(character).unwrap_or_default();
        names.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        at = end;
    }
}

/// Where the quote of a member's name is.
fn name(member: &[u32; 2]) -> usize {
    Member::from(*member).name()
}

fn compare(text: &[u8], one: usize, other: usize) -> Ordering {
    key(text, one).cmp(&key(text, other)).then_with(|| compare_all(text, one, other))
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
    let eight = eight_at(text, quote + 1)?;
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

/// Looks at both in step, and at nothing behind the first difference: where the longer one ends is no matter.
fn compare_all(text: &[u8], one: usize, other: usize) -> Ordering {
    let mut same = 0;
    while let (Some(here), Some(there)) =
        (eight_at(text, one + 1 + same), eight_at(text, other + 1 + same))
        && here == there
        && positions(here, b'"') | positions(here, b'\\') == 0
    {
        same += 8;
    }
    // Back to where a character begins: the same place in both, as what is before is the same.
    while same > 0 && byte(text, one + 1 + same) & 0xC0 == 0x80 {
        same -= 1;
    }
    Characters::new(text, one + same).cmp(Characters::new(text, other + same))
}

fn eight_at(text: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*text.get(at..)?.first_chunk()?))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that begin alike for any number of bytes, and differ in the middle of a character, behind an
    /// escape, or in that one of them ends: as their code points are in order, so are they.
    #[test]
    fn names_are_compared_by_code_point() {
        let ends =
            ["", "a", "b", "é", "è", "\u{20ac}", "\u{20ad}", "\u{ffff}", "\u{10000}", "\u{10001}"];
        let spell = |name: &str, escaped: bool| match (escaped, name.chars().next()) {
            (true, Some(first)) => {
                let units = first
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect::<String>();
                format!("{units}{}", name.trim_start_matches(first))
            }
            _ => name.to_owned(),
        };
        for prefix in
            ["", "a", "aaaaaaa", "aaaaaaaa", "ééééé", "aéééé", "\u{10000}\u{10000}\u{10000}a"]
        {
            for repeat in [1, 3] {
                let prefix = prefix.repeat(repeat);
                for (one, other) in ends.iter().flat_map(|one| ends.map(|other| (*one, other))) {
                    for escaped in [[false, false], [true, false], [false, true], [true, true]] {
                        let [left, right] = [(one, escaped[0]), (other, escaped[1])]
                            .map(|(end, escaped)| format!("{prefix}{}", spell(end, escaped)));
                        let text = format!("\"{left}\" \"{right}\"          ");
                        let second = left.len() + 3;
                        let expected = one.chars().cmp(other.chars());
                        assert_eq!(compare_all(text.as_bytes(), 0, second), expected, "{text}");
                        assert_eq!(compare(text.as_bytes(), 0, second), expected, "{text}");
                    }
                }
            }
        }
    }
}
