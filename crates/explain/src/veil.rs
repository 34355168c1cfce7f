//! Hides secrets, however they are written.

use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use countersign_core::Secret;
use memchr::memchr;
use memchr::memmem::Finder;
use zeroize::Zeroizing;

use crate::causes::meant;

/// What is put in the place of a secret.
const INSTEAD: &[u8] = b"[secret]";

/// Shorter ones occur by chance, and to hide them would show what they are.
const SHORTEST: usize = 4;

/// The secrets and what else each may have been meant as, in each way that bytes are written in texts.
#[derive(Clone)]
pub(crate) struct Veil {
    spellings: Vec<Zeroizing<Vec<u8>>>,
}

impl Veil {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let meant = secrets.into_iter().flat_map(|secret| meant(secret.expose()));
        let mut spellings: Vec<_> = meant
            .map(|secret| secret.trim_ascii().to_vec())
            .filter(|secret| secret.len() >= SHORTEST)
            .flat_map(|secret| {
                [
                    base16ct::lower::encode_string(&secret).into_bytes(),
                    base16ct::upper::encode_string(&secret).into_bytes(),
                    STANDARD_NO_PAD.encode(&secret).into_bytes(),
                    URL_SAFE_NO_PAD.encode(&secret).into_bytes(),
                    secret,
                ]
            })
            .collect();
        spellings.sort_unstable();
        spellings.dedup();
        Self { spellings: spellings.into_iter().map(Zeroizing::new).collect() }
    }

    /// How many bytes of a text one of them takes at most, however it is written: an escape has up to six bytes, each
    /// of which may be escaped by three.
    pub(crate) fn longest(&self) -> usize {
        let longest = self.spellings.iter().map(|spelling| spelling.len()).max();
        longest.unwrap_or_default().saturating_mul(6 * 3)
    }

    /// The bytes without any of them. Where all are is found first, since they may overlap.
    pub(crate) fn over(&self, bytes: &[u8]) -> Vec<u8> {
        self.within(bytes, 0..bytes.len())
    }

    /// A part of the bytes without any of them, nor of those that go on outside of it.
    pub(crate) fn within(&self, bytes: &[u8], part: Range<usize>) -> Vec<u8> {
        let mut ranges = Vec::new();
        let plain = Reading { bytes: bytes.into(), starts: None };
        self.find(&plain, &ESCAPES, &mut ranges);
        ranges.sort_unstable();
        let mut veiled = Vec::with_capacity(part.len());
        let (mut from, mut hidden) = (part.start, 0);
        for (start, end) in ranges.into_iter().take_while(|(start, _)| *start < part.end) {
            // One that begins within another goes on where that ends.
            if start >= hidden && end > part.start {
                veiled.extend_from_slice(bytes.get(from..start).unwrap_or_default());
                veiled.extend_from_slice(INSTEAD);
            }
            hidden = hidden.max(end);
            from = from.max(hidden);
        }
        veiled.extend_from_slice(bytes.get(from..part.end).unwrap_or_default());
        veiled
    }

    /// In the reading, and in what it says where one kind of escapes is read after the other.
    fn find(&self, reading: &Reading<'_>, escapes: &[Escape], ranges: &mut Vec<(usize, usize)>) {
        for spelling in &self.spellings {
            reading.find(spelling, ranges);
        }
        for (index, escape) in escapes.iter().enumerate() {
            if let Some(read) = reading.unescaped(*escape) {
                self.find(&read, escapes.get(index + 1..).unwrap_or_default(), ranges);
            }
        }
    }
}

/// A text with some of its escapes read.
struct Reading<'a> {
    bytes: Cow<'a, [u8]>,
    /// Where in the text each of the bytes begins, and last where the text ends; `None` where that is
    /// where it stands.
    starts: Option<Vec<usize>>,
}

impl Reading<'_> {
    fn start(&self, at: usize) -> usize {
        self.starts.as_ref().map_or(at, |starts| starts.get(at).copied().unwrap_or(at))
    }

    /// Those that overlap as well: of `abab` in `ababab` the half would be left.
    fn find(&self, spelling: &[u8], ranges: &mut Vec<(usize, usize)>) {
        let finder = Finder::new(spelling);
        let mut from = 0;
        while let Some(at) = self.bytes.get(from..).and_then(|rest| finder.find(rest)) {
            let (start, end) = (self.start(from + at), self.start(from + at + spelling.len()));
            match ranges.last_mut() {
                Some(last) if (last.0..last.1).contains(&start) => last.1 = last.1.max(end),
                _ => ranges.push((start, end)),
            }
            from += at + 1;
        }
    }

    /// `None` where there is no such escape.
    fn unescaped(&self, (mark, read): Escape) -> Option<Reading<'static>> {
        memchr(mark, &self.bytes)?;
        let (mut bytes, mut starts) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = memchr(mark, rest).unwrap_or(rest.len());
            bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
            starts.extend((at..at + plain).map(|at| self.start(at)));
            at += plain;
            let Some(rest) = rest.get(plain..).filter(|rest| !rest.is_empty()) else { break };
            // What is no escape stands for itself.
            let before = bytes.len();
            let length = read(rest, &mut bytes).unwrap_or_else(|| {
                bytes.push(mark);
                1
            });
            starts.extend(iter::repeat_n(self.start(at), bytes.len() - before));
            at += length;
        }
        starts.push(self.start(at));
        Some(Reading { bytes: bytes.into(), starts: Some(starts) })
    }
}

/// The byte that an escape begins with, and what writes the bytes that it stands for and says how many it takes;
/// `None` if it is none, and then nothing is written.
type Escape = (u8, fn(&[u8], &mut Vec<u8>) -> Option<usize>);

/// Those of URLs, of forms and of JSON, in the order in which they are nested.
const ESCAPES: [Escape; 3] = [(b'%', percent), (b'+', plus), (b'\\', json)];

fn percent(rest: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    bytes.push(u8::try_from(hex(rest.get(1..3)?)?).ok()?);
    Some(3)
}

fn plus(_: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    bytes.push(b' ');
    Some(1)
}

fn json(rest: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    bytes.push(match rest.get(1)? {
        b'u' => return unicode(rest, bytes),
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        itself @ (b'"' | b'\\' | b'/') => *itself,
        _ => return None,
    });
    Some(2)
}

/// A character beyond the first plane takes two of them.
fn unicode(rest: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    let unit = |at: usize| {
        let escape = rest.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::try_from(hex(escape)?).ok()
    };
    let units = [unit(0)?, unit(6).unwrap_or_default()];
    let char = char::decode_utf16(units).next()?.ok()?;
    bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    Some(6 * char.len_utf16())
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn veiled(secrets: &[&str], text: &str) -> String {
        let secrets: Vec<_> = secrets.iter().map(|text| Secret::new(*text).expect("one")).collect();
        String::from_utf8(Veil::new(&secrets).over(text.as_bytes())).expect("UTF-8")
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        let secret = "p@ss \"w\u{f6}rd/1";
        for text in [
            secret,
            "p@ss \\\"w\u{f6}rd\\/1",
            "p\\u0040ss \\\"w\\u00F6rd/1",
            "p%40ss%20%22w%c3%b6rd/1",
            "p%40ss+%22w%C3%B6rd%2F1",
            "p%40ss+%5C%22w%C3%B6rd%5c%2f1",
            "cEBzcyAid8O2cmQvMQ",
            "70407373202277c3b672642f31",
            "70407373202277C3B672642F31",
        ] {
            assert_eq!(veiled(&[secret], text), "[secret]");
            assert_eq!(veiled(&[secret], &format!("a {text} %b")), "a [secret] %b", "{text}");
        }
    }

    #[test]
    fn what_a_secret_was_meant_as_is_hidden_too() {
        for secret in ["\"s3cr3t\"\n", "whsec_s3cr3t", "czNjcjN0", "733363723374", "sk_czNjcjN0"] {
            let text = "the s3cr3t, twice: s3cr3t";
            assert_eq!(veiled(&[secret], text), "the [secret], twice: [secret]", "{secret}");
        }
    }

    #[test]
    fn secrets_that_overlap_are_all_hidden() {
        assert_eq!(veiled(&["abcdef", "defghi"], "-abcdefghi-"), "-[secret]-");
        assert_eq!(veiled(&["abab"], "ababab-"), "[secret]-");
        assert_eq!(veiled(&["abcdefgh", "cdef"], "-abcdefgh-cdef-"), "-[secret]-[secret]-");
    }

    #[test]
    fn a_part_holds_nothing_of_a_secret_that_goes_on_outside() {
        let veil = Veil::new(&[Secret::new("s3cr3t").expect("one")]);
        let text = b"a-s3cr3t-b-%733cr3t-c";
        let within = |part| String::from_utf8(veil.within(text, part)).expect("UTF-8");
        assert_eq!(within(0..4), "a-[secret]");
        assert_eq!(within(4..10), "[secret]-b");
        assert_eq!(within(4..5), "[secret]");
        assert_eq!(within(8..12), "-b-[secret]");
        assert_eq!(within(13..21), "[secret]-c");
        assert_eq!(within(8..11), "-b-");
        assert_eq!(within(0..text.len()), "a-[secret]-b-[secret]-c");
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in ["", "%", "%4", "\\", "\\u12", "a+b%20\\n", "s3cr3"] {
            assert_eq!(veiled(&["s3cr3t"], text), text);
        }
    }
}
