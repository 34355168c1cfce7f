//! Long texts of short inputs, so that time which grows faster than the text shows.

/// How long they are, in bytes. What takes the square of it takes tens of seconds, and `-timeout` ends it.
const LARGE: usize = 64 * 1024;

const MARK: u8 = 0xff;
const PARTED: u8 = 0xfe;

/// Of an input that begins with the byte 0xff: its first part, the second one over and over, and the third. The
/// byte 0xfe parts them. None of the two occurs in UTF-8.
#[must_use]
pub fn large(data: &[u8]) -> Option<Vec<u8>> {
    let [MARK, rest @ ..] = data else { return None };
    let mut parts = rest.split(|&byte| byte == PARTED);
    let mut part = || parts.next().unwrap_or_default();
    let (before, unit, after) = (part(), part(), part());
    if unit.is_empty() {
        return None;
    }
    let mut text = before.to_vec();
    text.extend(unit.iter().copied().cycle().take(LARGE / unit.len() * unit.len()));
    text.extend_from_slice(after);
    Some(text)
}
