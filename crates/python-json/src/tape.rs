//! The index: for each object, its members in the order in which they are written.
//!
//! It is one allocation. Finished objects fill it from the left, members of objects that are still open
//! from the right; since a member is one or the other, both fit into what the text can hold of members.
//! That keeps it within twice the text, however short: a member takes eight bytes of the index and at least four of
//! the text (`"":0`), an object in an array four more, and two of the text (`{`, and the bracket or comma before it).

use memchr::memchr_iter;

/// Words of 32 bits.
pub(crate) struct Tape {
    words: Vec<u32>,
    /// Where the finished ones end.
    finished: usize,
    /// Where the open ones begin.
    open: usize,
}

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Where the quote of the name is, in the text; and two flags.
    name: u32,
    /// What is known of the value, in two bits and 30.
    value: u32,
}

/// What is known of a member's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// An object: where its members are in the tape.
    Object(u32),
    /// An array with objects in it: where the word of the first of these is in the tape.
    Array(u32),
    /// It has no members, but has to be written anew.
    Rewritten,
    /// It is its canonical form, and ends there in the text.
    Copied(u32),
}

const LAST: u32 = 1 << 31;
const VERBATIM: u32 = 1 << 30;
const LOW: u32 = (1 << 30) - 1;

impl Member {
    /// `verbatim`: name, colon and value are their canonical form as they stand.
    pub(crate) fn new(name: usize, verbatim: bool, value: Value) -> Self {
        let (kind, number) = match value {
            Value::Object(members) => (0, members),
            Value::Array(objects) => (1, objects),
            Value::Rewritten => (2, 0),
            Value::Copied(end) => (3, end),
        };
        let flag = if verbatim { VERBATIM } else { 0 };
        Self { name: low(name) | flag, value: number | kind << 30 }
    }

    pub(crate) fn name(self) -> usize {
        (self.name & LOW) as usize
    }

    pub(crate) fn is_verbatim(self) -> bool {
        self.name & VERBATIM != 0
    }

    pub(crate) fn is_last(self) -> bool {
        self.name & LAST != 0
    }

    pub(crate) fn value(self) -> Value {
        let number = self.value & LOW;
        match self.value >> 30 {
            0 => Value::Object(number),
            1 => Value::Array(number),
            2 => Value::Rewritten,
            _ => Value::Copied(number),
        }
    }
}

impl From<[u32; 2]> for Member {
    fn from([name, value]: [u32; 2]) -> Self {
        Self { name, value }
    }
}

/// Texts are shorter than what 30 bits count, and tapes shorter than texts.
fn low(number: usize) -> u32 {
    number as u32 & LOW
}

/// An object in an array: where its members are in the tape, or that it is its canonical form and where
/// it ends in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Object(u32),
    Copied(u32),
}

impl Tape {
    /// One that is large enough for what that text may hold.
    pub(crate) fn for_text(text: &[u8]) -> Self {
        let members = memchr_iter(b':', text).count();
        let objects = memchr_iter(b'{', text).count();
        // Colons and braces may be inside of strings. No text has more than three words in seven bytes
        // (`{"":0},` in an array), and an object that is not closed may have its members already. In a
        // short text those 16 would be too many: no word has less than two bytes of the text.
        let most = (text.len() / 7 * 3 + 16).min(text.len() / 2);
        let words = (2 * members + objects).min(most);
        Self { words: vec![0; words], finished: 0, open: words }
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        self.words.len() * size_of::<u32>()
    }

    /// How much of it is finished.
    pub(crate) fn len(&self) -> usize {
        self.finished
    }

    /// Gives up what was finished since it was that long.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.finished = len;
    }

    /// Keeps a word for an object in an array.
    pub(crate) fn reserve(&mut self) -> Option<usize> {
        let word = self.finished;
        (word < self.open).then(|| self.finished += 1).map(|()| word)
    }

    pub(crate) fn set(&mut self, word: usize, element: Element) {
        if let Some(word) = self.words.get_mut(word) {
            *word = match element {
                Element::Object(members) => members,
                Element::Copied(end) => end | LAST,
            };
        }
    }

    /// A mark to be given to [`close`](Self::close).
    pub(crate) fn mark(&self) -> usize {
        self.open
    }

    /// Adds a member to the object that is open. `None` if there is no room, which no text is in need of.
    pub(crate) fn push(&mut self, member: Member) -> Option<()> {
        let open = self.open.checked_sub(2).filter(|&open| open >= self.finished)?;
        let [name, value] = self.words.get_mut(open..)?.first_chunk_mut()?;
        (*name, *value) = (member.name, member.value);
        self.open = open;
        Some(())
    }

    /// The members of the object that was opened at that mark, the last one first.
    pub(crate) fn members(&mut self, mark: usize) -> &mut [[u32; 2]] {
        let words = self.words.get_mut(self.open..mark).unwrap_or_default();
        words.as_chunks_mut().0
    }

    /// Drops them.
    pub(crate) fn drop_members(&mut self, mark: usize) {
        self.open = mark;
    }

    /// Finishes that object with its members as they now stand, and says where they are.
    pub(crate) fn close(&mut self, mark: usize) -> u32 {
        let (from, at) = (self.open, self.finished);
        let length = mark - from;
        self.words.copy_within(from..mark, at);
        if let Some(name) = (at + length).checked_sub(2).and_then(|last| self.words.get_mut(last)) {
            *name |= LAST;
        }
        self.finished += length;
        self.open = mark;
        low(at)
    }

    /// A member of a finished object.
    pub(crate) fn member(&self, at: usize) -> Option<Member> {
        self.words.get(at..)?.first_chunk().copied().map(Member::from)
    }

    /// An object in an array.
    pub(crate) fn element(&self, at: usize) -> Option<Element> {
        self.words.get(at).map(|&word| match word & LAST {
            0 => Element::Object(word),
            _ => Element::Copied(word & LOW),
        })
    }
}
