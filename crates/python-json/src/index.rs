//! One pass over the text: is it well-formed, and in which order do the members of its objects go?

use crate::error::{Error, ErrorKind};
use crate::names::sort;
use crate::number::number;
use crate::string::{Token, byte, string};
use crate::tape::{Element, Member, Tape, Value};
use crate::{MAX_DEPTH, MAX_LENGTH};

/// What is known of a text.
pub(crate) struct Index {
    pub(crate) tape: Tape,
    /// Where the value begins.
    pub(crate) start: usize,
    pub(crate) value: Value,
}

impl Index {
    pub(crate) fn is_canonical(&self, text: &[u8]) -> bool {
        self.start == 0 && self.value == Value::Copied(text.len() as u32)
    }
}

pub(crate) fn index(text: &[u8]) -> Result<Index, Error> {
    if text.len() > MAX_LENGTH {
        return Err(Error::new(ErrorKind::TooLong, MAX_LENGTH));
    }
    if text.starts_with(b"\xef\xbb\xbf") {
        return Err(Error::new(ErrorKind::ByteOrderMark, 0));
    }
    simdutf8::compat::from_utf8(text)
        .map_err(|error| Error::new(ErrorKind::NotUtf8, error.valid_up_to()))?;
    let mut reader = Reader { text, tape: Tape::for_text(text) };
    let start = skip(text, 0);
    let (end, value) = reader.value(start, MAX_DEPTH)?;
    let end = skip(text, end as usize);
    if end != text.len() {
        return Err(Error::new(ErrorKind::TrailingText, end));
    }
    Ok(Index { tape: reader.tape, start, value })
}

struct Reader<'t> {
    text: &'t [u8],
    tape: Tape,
}

impl Reader<'_> {
    /// Reads the value at `at`, which may have so many arrays and objects inside of each other, and says
    /// where it ends.
    #[inline]
    fn value(&mut self, at: usize, depth: usize) -> Result<(u32, Value), Error> {
        match byte(self.text, at) {
            b'{' => self.object(at, depth),
            b'[' => self.array(at, depth),
            // Most values are, so here and not behind a call.
            b'"' => string(self.text, at).map(leaf),
            _ => scalar(self.text, at).map(leaf),
        }
    }

    fn array(&mut self, open: usize, depth: usize) -> Result<(u32, Value), Error> {
        let text = self.text;
        let depth = depth.checked_sub(1).ok_or(Error::new(ErrorKind::TooDeep, open))?;
        let first = self.tape.len();
        let mut at = skip(text, open + 1);
        let mut canonical = at == open + 1;
        if byte(text, at) == b']' {
            return Ok(leaf(Token::new(at + 1, canonical)));
        }
        loop {
            let element = match byte(text, at) {
                b'{' => self.element(at, depth)?,
                b'[' => {
                    let (end, value) = self.array(at, depth)?;
                    Token { end, canonical: matches!(value, Value::Copied(_)) }
                }
                _ => scalar(text, at)?,
            };
            let after = skip(text, element.end());
            canonical &= element.canonical & (after == element.end());
            match byte(text, after) {
                b',' => {
                    at = skip(text, after + 1);
                    canonical &= at == after + 1;
                }
                b']' => {
                    at = after + 1;
                    break;
                }
                _ => return Err(Error::new(ErrorKind::Syntax, after)),
            }
        }
        if !canonical && self.tape.len() != first {
            return Ok((at as u32, Value::Array(first as u32)));
        }
        // Words of objects in it stay, also where all of it is its canonical form: inside of an array
        // that is not, it is gone through again.
        Ok(leaf(Token::new(at, canonical)))
    }

    /// Reads an object in an array. Its word comes before what is inside of it, so that it is found first.
    fn element(&mut self, at: usize, depth: usize) -> Result<Token, Error> {
        let word = self.tape.reserve().ok_or(no_room(at))?;
        let (end, value) = self.object(at, depth)?;
        match value {
            Value::Object(members) => self.tape.set(word, Element::Object(members)),
            Value::Copied(end) => self.tape.set(word, Element::Copied(end)),
            // Without members: the text says all there is.
            Value::Array(_) | Value::Rewritten => {}
        }
        Ok(Token { end, canonical: matches!(value, Value::Copied(_)) })
    }

    fn object(&mut self, open: usize, depth: usize) -> Result<(u32, Value), Error> {
        let text = self.text;
        let depth = depth.checked_sub(1).ok_or(Error::new(ErrorKind::TooDeep, open))?;
        let (first, mark) = (self.tape.len(), self.tape.mark());
        let mut at = skip(text, open + 1);
        let mut canonical = at == open + 1;
        if byte(text, at) == b'}' {
            return Ok(leaf(Token::new(at + 1, canonical)));
        }
        loop {
            if byte(text, at) != b'"' {
                return Err(Error::new(ErrorKind::Syntax, at));
            }
            let name = string(text, at)?;
            let colon = skip(text, name.end());
            if byte(text, colon) != b':' {
                return Err(Error::new(ErrorKind::Syntax, colon));
            }
            let begin = skip(text, colon + 1);
            let before = self.tape.len();
            let (end, value) = self.value(begin, depth)?;
            if let Value::Copied(_) = value {
                self.tape.truncate(before);
            }
            let tight = (colon == name.end()) & (begin == colon + 1);
            let verbatim = name.canonical & tight & matches!(value, Value::Copied(_));
            self.tape.push(Member::new(at, verbatim, value)).ok_or(no_room(at))?;
            let after = skip(text, end as usize);
            canonical &= verbatim & (after == end as usize);
            match byte(text, after) {
                b',' => {
                    at = skip(text, after + 1);
                    canonical &= at == after + 1;
                }
                b'}' => {
                    at = after + 1;
                    break;
                }
                _ => return Err(Error::new(ErrorKind::Syntax, after)),
            }
        }
        let room = (2 * text.len()).saturating_sub(self.tape.size());
        let order = sort(text, self.tape.members(mark), room);
        let sorted = order.ok_or(Error::new(ErrorKind::RepeatedName, open))?;
        if canonical && sorted {
            self.tape.drop_members(mark);
            self.tape.truncate(first);
            return Ok(leaf(Token::new(at, true)));
        }
        Ok((at as u32, Value::Object(self.tape.close(mark))))
    }
}

/// Not so for any text; better than a panic if that is a mistake.
fn no_room(at: usize) -> Error {
    Error::new(ErrorKind::TooLong, at)
}

/// What is known of a value without members.
fn leaf(token: Token) -> (u32, Value) {
    let value = if token.canonical { Value::Copied(token.end) } else { Value::Rewritten };
    (token.end, value)
}

fn scalar(text: &[u8], at: usize) -> Result<Token, Error> {
    let literal = |word: &[u8]| {
        let found = text.get(at..).is_some_and(|rest| rest.starts_with(word));
        found.then_some(Token::new(at + word.len(), true))
    };
    let syntax = Error::new(ErrorKind::Syntax, at);
    match byte(text, at) {
        b'"' => string(text, at),
        b'-' | b'0'..=b'9' => number(text, at),
        b't' => literal(b"true").ok_or(syntax),
        b'f' => literal(b"false").ok_or(syntax),
        b'n' => literal(b"null").ok_or(syntax),
        _ => Err(syntax),
    }
}

/// Behind the white space at `at`.
#[inline]
pub(crate) fn skip(text: &[u8], mut at: usize) -> usize {
    while matches!(byte(text, at), b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}
