//! Writes the canonical form: the text again, along the index.

use crate::index::{Index, skip};
use crate::number::write_number;
use crate::string::{byte, encode, escape, escaped_end, plain_end};
use crate::tape::{Element, Tape, Value};

pub(crate) fn write(text: &[u8], index: &Index, sink: &mut dyn FnMut(&[u8])) {
    let mut writer = Writer { text, tape: &index.tape, out: Out::new(sink) };
    writer.value(index.start, index.value);
    writer.out.flush();
}

struct Writer<'a> {
    text: &'a [u8],
    tape: &'a Tape,
    out: Out<'a>,
}

/// Both functions call each other as deep as the text goes, which is [`MAX_DEPTH`](crate::MAX_DEPTH).
impl Writer<'_> {
    /// Writes the value at `at`, and says where it ends.
    #[inline]
    fn value(&mut self, at: usize, value: Value) -> usize {
        match value {
            Value::Copied(end) => self.copy(at, end as usize),
            Value::Object(members) => self.object(at, members as usize).0,
            // It has no objects with members, so the tape is not looked at.
            Value::Rewritten => self.along_the_text(at, 0).0,
            Value::Array(first) => self.along_the_text(at, first as usize).0,
        }
    }

    /// Writes the members of the object at `open`. Says where it ends in the text, and its members in
    /// the tape.
    fn object(&mut self, open: usize, members: usize) -> (usize, usize) {
        let (mut end, mut next) = (open, members);
        self.out.put(b"{");
        while let Some(member) = self.tape.member(next) {
            let value = member.value();
            let after = match value {
                Value::Copied(end) if member.is_verbatim() => {
                    self.copy(member.name(), end as usize)
                }
                _ => {
                    let colon = self.name(member.name());
                    self.value(skip(self.text, colon + 1), value)
                }
            };
            // The one that is written last need not be the last one in the text.
            end = end.max(after);
            next += 2;
            if member.is_last() {
                break;
            }
            self.out.put(b",");
        }
        self.out.put(b"}");
        (skip(self.text, end) + 1, next)
    }

    /// Writes the name at `open` and the colon, and says where the colon is.
    #[inline]
    fn name(&mut self, open: usize) -> usize {
        let end = plain_end(self.text, open + 1);
        if (byte(self.text, end), byte(self.text, end + 1)) == (b'"', b':') {
            // As nearly always: no escapes, and the colon next to it.
            self.copy(open, end + 2);
            return end + 1;
        }
        let end = self.string(open);
        self.out.put(b":");
        skip(self.text, end)
    }

    /// Writes a value that stands in the tape only where it has objects: the next one's word is at `next`.
    /// Says where the value ends, and where in the tape goes on what follows.
    fn along_the_text(&mut self, at: usize, next: usize) -> (usize, usize) {
        match byte(self.text, at) {
            b'[' => self.array(at, next),
            b'{' => self.element(at, next),
            b'"' => (self.string(at), next),
            b't' | b'n' => (self.copy(at, at + 4), next),
            b'f' => (self.copy(at, at + 5), next),
            _ => (write_number(self.text, at, &mut |piece| self.out.put(piece)), next),
        }
    }

    fn array(&mut self, open: usize, mut next: usize) -> (usize, usize) {
        let mut at = skip(self.text, open + 1);
        self.out.put(b"[");
        while !matches!(byte(self.text, at), b']' | 0) {
            (at, next) = self.along_the_text(at, next);
            at = skip(self.text, at);
            if byte(self.text, at) == b',' {
                self.out.put(b",");
                at = skip(self.text, at + 1);
            }
        }
        self.out.put(b"]");
        (at + 1, next)
    }

    /// Writes an object that is not a member's value. One without members is all there in the text.
    fn element(&mut self, open: usize, word: usize) -> (usize, usize) {
        let inside = skip(self.text, open + 1);
        if byte(self.text, inside) == b'}' {
            self.out.put(b"{}");
            return (inside + 1, word + 1);
        }
        match self.tape.element(word) {
            Some(Element::Copied(end)) => (self.copy(open, end as usize), word + 1),
            Some(Element::Object(members)) => self.object(open, members as usize),
            None => (self.text.len(), word),
        }
    }

    /// Writes the string whose opening quote is at `open`.
    fn string(&mut self, open: usize) -> usize {
        // What is not written yet, and stands for itself.
        let mut from = open;
        let mut at = open + 1;
        loop {
            at = plain_end(self.text, at);
            match byte(self.text, at) {
                b'"' => return self.copy(from, at + 1),
                b'\\' => {
                    // The text was read before, so it is an escape.
                    let Ok(escape) = escape(self.text, at) else { return self.text.len() };
                    if !escape.canonical {
                        self.copy(from, at);
                        encode(escape.character, &mut |piece| self.out.put(piece));
                        from = escape.end;
                    }
                    at = escape.end;
                }
                0x7f.. => {
                    self.copy(from, at);
                    from = escaped_end(self.text, at);
                    let run = self.text.get(at..from).unwrap_or_default();
                    for character in str::from_utf8(run).unwrap_or_default().chars() {
                        encode(character, &mut |piece| self.out.put(piece));
                    }
                    at = from;
                }
                _ => return self.text.len(),
            }
        }
    }

    #[inline]
    fn copy(&mut self, from: usize, to: usize) -> usize {
        let chunk = self.text.get(from..).and_then(|rest| rest.first_chunk());
        if chunk.is_none_or(|chunk| !self.out.put_short(chunk, to - from)) {
            self.out.put(self.text.get(from..to).unwrap_or_default());
        }
        to
    }
}

/// Gathers what is written, so that a sink is not called for each comma.
struct Out<'a> {
    sink: &'a mut dyn FnMut(&[u8]),
    gathered: [u8; 1024],
    used: usize,
}

impl<'a> Out<'a> {
    fn new(sink: &'a mut dyn FnMut(&[u8])) -> Self {
        Self { sink, gathered: [0; 1024], used: 0 }
    }

    #[inline]
    fn put(&mut self, piece: &[u8]) {
        let end = self.used + piece.len();
        if let Some(room) = self.gathered.get_mut(self.used..end) {
            room.copy_from_slice(piece);
            self.used = end;
        } else {
            self.put_slowly(piece);
        }
    }

    /// Gathers the first so many of these bytes, if there are and it is room for all of them: copying a fixed
    /// number is several times as fast as a call that copies some.
    #[inline]
    fn put_short(&mut self, chunk: &[u8; 32], length: usize) -> bool {
        let room = self.gathered.get_mut(self.used..).and_then(|room| room.first_chunk_mut());
        match room {
            Some(room) if length <= chunk.len() => {
                *room = *chunk;
                self.used += length;
                true
            }
            _ => false,
        }
    }

    #[cold]
    fn put_slowly(&mut self, piece: &[u8]) {
        self.flush();
        if piece.len() > self.gathered.len() {
            (self.sink)(piece);
        } else {
            self.put(piece);
        }
    }

    fn flush(&mut self) {
        if let Some(gathered) =
            self.gathered.get(..self.used).filter(|gathered| !gathered.is_empty())
        {
            (self.sink)(gathered);
        }
        self.used = 0;
    }
}
