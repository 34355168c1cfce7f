//! A text that has a canonical form.

use std::fmt::{self, Debug, Formatter};

use crate::error::Error;
use crate::index::{Index, index};
use crate::write::write;

/// A JSON text that was read and found to have a canonical form, which can be written as often as
/// needed.
pub struct Document<T> {
    text: T,
    index: Index,
}

impl<T: AsRef<[u8]>> Document<T> {
    /// Reads a text: bytes, a text, or anything that holds them and always the same.
    ///
    /// # Errors
    ///
    /// When it has no canonical form: see [`ErrorKind`](crate::ErrorKind).
    pub fn parse(text: T) -> Result<Self, Error> {
        let index = index(text.as_ref())?;
        Ok(Self { text, index })
    }

    /// Hands the canonical form to `sink`, in pieces of about a kilobyte; a longer string comes as one.
    pub fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        write(self.text.as_ref(), &self.index, sink);
    }

    /// The canonical form as a whole.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        if self.is_canonical() {
            return self.text.as_ref().to_vec();
        }
        // Written twice, so that it takes what it needs: up to six times the text, and not the double of that as
        // while a vector grows.
        let mut length = 0;
        self.write(&mut |piece| length += piece.len());
        let mut form = Vec::with_capacity(length);
        self.write(&mut |piece| form.extend_from_slice(piece));
        form
    }

    /// Whether the text already is its canonical form.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        self.index.is_canonical(self.text.as_ref())
    }

    /// The text.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.text
    }
}

/// Shows its length: the text is somebody's.
impl<T: AsRef<[u8]>> Debug for Document<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("text", &format_args!("{} bytes", self.text.as_ref().len()))
            .finish_non_exhaustive()
    }
}

/// The canonical form of a text.
///
/// # Errors
///
/// When it has none: see [`ErrorKind`](crate::ErrorKind).
pub fn canonicalize(text: &[u8]) -> Result<Vec<u8>, Error> {
    Document::parse(text).map(|document| document.to_vec())
}

#[cfg(test)]
mod tests {
    use peak_alloc::PeakAlloc;

    use super::*;
    use crate::tape::Tape;
    use crate::{ErrorKind, MAX_DEPTH};

    #[global_allocator]
    static ALLOCATED: PeakAlloc = PeakAlloc;

    const LENGTH: usize = 1 << 20;

    /// That text over and over, up to about that length, with something around it.
    fn filled(before: &str, unit: &str, after: &str) -> String {
        let mut text = before.to_owned();
        text.push_str(&unit.repeat(LENGTH / unit.len()));
        text.truncate(text.len() - usize::from(unit.ends_with(',')));
        text.push_str(after);
        text
    }

    fn nest(open: &str, inner: &str, close: &str, levels: usize) -> String {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    }

    /// All names of two to four characters, as many as fit.
    fn short_names() -> String {
        let characters = || (b' '..=b'~').filter(|byte| !b"\"\\".contains(byte)).map(char::from);
        let mut text = String::from("{");
        'full: for first in characters() {
            for second in characters() {
                for third in characters() {
                    text.push_str(&format!("\"{third}{second}{first}\":0,"));
                    if text.len() > LENGTH {
                        break 'full;
                    }
                }
            }
        }
        text.pop();
        text + "}"
    }

    /// One object, each of whose members takes that many bytes, in no order.
    fn wide(size: usize, beginning: &str) -> String {
        let digits = size - beginning.len() - "\"\":0,".len();
        let members: Vec<_> = (0..LENGTH / size)
            .map(|at| format!("\"{beginning}{:0digits$}\":0", at * 7_919_993 % 10_000_000))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// What is kept of a text takes at most twice its length, whether it has a form or not; writing its form takes
    /// nothing that grows.
    #[test]
    fn memory_is_bounded_by_the_text() {
        let deep = MAX_DEPTH - 1;
        let shapes = [
            "[".repeat(LENGTH),
            "[0".repeat(LENGTH / 2),
            "{\"\":".repeat(LENGTH / 4),
            filled("[", "0,", "]"),
            filled("[", "[],", "]"),
            filled("[", "{},", "]"),
            filled("[", "{ },", "]"),
            filled("[", "{\"\":0},", "]"),
            filled("[", "{\"\": 0},", "]"),
            filled("[", "{\"\":[{ }]},", "]"),
            filled("[", "{\"b\":0,\"a\":{}},", "]"),
            filled("{", "\"\":0,", "}"),
            filled("{", "\"\":0,", ""),
            filled("[", "{\"\":0,\"\":0},", "]"),
            filled("[", &(nest("{\"\":", "{ }", "}", deep - 1) + ","), "]"),
            filled("[", &(nest("{\"\":[", "{ }", "]}", deep / 2 - 1) + ","), "]"),
            filled("[", &(nest("{\"\":[0,", "{ }", "]}", deep / 2 - 1) + ","), ""),
            filled("\"", ":", "\""),
            filled("\"", "{", "\""),
            filled("[", "\"{:{:\",", "]"),
            filled("[", "\"\u{4e2d}\",", "]"),
            filled("[", "1e15,", "]"),
            short_names(),
            wide(19, ""),
            wide(19, "\\u0070"),
            wide(26, "\\n\\n"),
            wide(60, "\\u0070\\ud83d\\ude80"),
            wide(400, "p"),
        ];
        for text in shapes {
            let shown = text.get(..40).unwrap_or_default();
            assert!(takes_at_most(2 * text.len(), || drop(Document::parse(&text))), "{shown}");

            let Ok(document) = Document::parse(&text) else { continue };
            let mut length = 0;
            let write = || {
                length = 0;
                document.write(&mut |piece| length += piece.len());
            };
            assert!(takes_at_most(64 << 10, write), "{shown}");
            assert!(length <= 6 * text.len());
            assert!(takes_at_most(length + (64 << 10), || drop(document.to_vec())), "{shown}");
        }
    }

    /// All short texts of these pieces, well-formed or not: the index has room for them within twice their length.
    #[test]
    fn the_index_of_a_short_text_is_short() {
        const PIECES: [&str; 8] = ["[", "]", "{", "}", ",", "\"\":", "0", " "];
        // One after the other, by the digits of a number: a list of them would disturb the test above.
        for length in 1..=6 {
            for number in 0..1 << (3 * length) {
                let piece = |place: usize| PIECES.get(number >> (3 * place) & 7).copied();
                room_is_enough(&(0..length).filter_map(piece).collect::<String>());
            }
        }
        for unit in ["{},", "{\"\":0},", "{\"\": 0},", "{\"b\":0,\"a\":{}},", "\":{\","] {
            let text = format!("[{}", unit.repeat(100));
            for length in 0..text.len() {
                room_is_enough(text.get(..length).expect("ASCII"));
            }
        }
    }

    fn room_is_enough(text: &str) {
        assert!(Tape::for_text(text.as_bytes()).size() <= 2 * text.len(), "{text}");
        let error = Document::parse(text).err().map(|error| error.kind());
        assert_ne!(error, Some(ErrorKind::TooLong), "{text}");
    }

    /// Whether that is the most that it takes at one time. Other tests run beside it and can only add to that, so one
    /// attempt of some is enough.
    fn takes_at_most(most: usize, mut run: impl FnMut()) -> bool {
        (0..8).any(|_| {
            let before = ALLOCATED.current_usage();
            ALLOCATED.reset_peak_usage();
            run();
            ALLOCATED.peak_usage().saturating_sub(before) <= most
        })
    }

    fn form(text: &str) -> Result<String, ErrorKind> {
        let form = canonicalize(text.as_bytes()).map_err(|error| error.kind())?;
        Ok(String::from_utf8(form).expect("ASCII"))
    }

    #[test]
    fn members_are_sorted_at_every_depth() {
        assert_eq!(
            form(
                r#" { "b" : [ { "d":1, "c" : { } }, [ ] ] , "" : {"z":{"y":2,"x":3}}, "a" : null } "#
            ),
            Ok(r#"{"":{"z":{"x":3,"y":2}},"a":null,"b":[{"c":{},"d":1},[]]}"#.into())
        );
        assert_eq!(
            form("{\"\u{10000}\":1,\"\u{ffff}\":2}"),
            Ok(r#"{"\uffff":2,"\ud800\udc00":1}"#.into())
        );
        // By what the escapes stand for: a NUL is more than nothing, and `b` follows `a`.
        assert_eq!(
            form(r#"{"\u0062":1,"a":2,"a\u0000":3}"#),
            Ok(r#"{"a":2,"a\u0000":3,"b":1}"#.into())
        );
    }

    /// Arrays that are their canonical form are gone through again inside of one that is not.
    #[test]
    fn objects_in_arrays_find_their_members() {
        for (text, expected) in [
            (r#"[[{}],{"":9}, 1]"#, r#"[[{}],{"":9},1]"#),
            (
                r#"[[{"a":1}],{"b":2,"a":{"":0}}, [{"d":4},{"c": 3}],{"e":[{},{"f":[{ }]}]}]"#,
                r#"[[{"a":1}],{"a":{"":0},"b":2},[{"d":4},{"c":3}],{"e":[{},{"f":[{}]}]}]"#,
            ),
            (
                r#"{"b":[{"x":[{"q":1},{"p": 2}]},{"y":{}}],"a":[[[{"k":1}]], {"l":[{"n":1,"m":2}]}]}"#,
                r#"{"a":[[[{"k":1}]],{"l":[{"m":2,"n":1}]}],"b":[{"x":[{"q":1},{"p":2}]},{"y":{}}]}"#,
            ),
        ] {
            assert_eq!(form(text), Ok(expected.into()));
            assert_eq!(form(expected), Ok(expected.into()));
            assert!(Document::parse(expected).is_ok_and(|document| document.is_canonical()));
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "\"",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "[1",
            "[1,",
            "[1,]",
            "{\"a\":1,}",
            "[,1]",
            "{,}",
            "-",
            "+1",
            ".5",
            "1.",
            "1.e5",
            "1e",
            "1e+",
            "-a",
            "tru",
            "True",
            "nul",
            "NaN",
            "-Infinity",
            "'a'",
            "{a:1}",
            "{1:2}",
            "\"\n\"",
            "\"\0\"",
            "\"\\x41\"",
            "\"\\",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\u\u{e9}12\"",
            "[1 2]",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
            "\u{a0}1",
            "\u{2028}1",
            "/**/1",
            "\u{b}1",
        ] {
            assert_eq!(form(text), Err(ErrorKind::Syntax), "{text}");
        }
        for (text, kind) in [
            ("1 1", ErrorKind::TrailingText),
            ("01", ErrorKind::TrailingText),
            ("0x1", ErrorKind::TrailingText),
            ("1_0", ErrorKind::TrailingText),
            ("{}]", ErrorKind::TrailingText),
            ("1\0", ErrorKind::TrailingText),
            ("00", ErrorKind::TrailingText),
            ("\u{feff}{}", ErrorKind::ByteOrderMark),
            ("1e400", ErrorKind::NumberTooLarge),
            ("[-1e309]", ErrorKind::NumberTooLarge),
            (r#""\ud83d""#, ErrorKind::LoneSurrogate),
            (r#""\ude80\ud83d""#, ErrorKind::LoneSurrogate),
            (r#""\ud83d\u0041""#, ErrorKind::LoneSurrogate),
            (r#"[{"a":1,"b":2,"\u0061":3}]"#, ErrorKind::RepeatedName),
            (&nest("[", "", "]", MAX_DEPTH + 1), ErrorKind::TooDeep),
            (&nest("{\"\":", "1", "}", MAX_DEPTH + 1), ErrorKind::TooDeep),
        ] {
            assert_eq!(form(text), Err(kind), "{text}");
        }
        assert!(form(&nest("[", "", "]", MAX_DEPTH)).is_ok());
        assert!(form(&nest("{\"\":", "1", "}", MAX_DEPTH)).is_ok());
        for bytes in [
            &b"\"\xff\""[..],
            b"\"\xed\xa0\xbd\"",
            b"\xff\xfe[\0]\0",
            b"\"\xc0\x80\"",
            b"\"\xe4\xb8\"",
        ] {
            let error = canonicalize(bytes).expect_err("no UTF-8");
            assert_eq!(error.kind(), ErrorKind::NotUtf8);
        }
    }

    /// Every length, so that each way of looking at several bytes at a time ends everywhere.
    #[test]
    fn strings_of_every_length() {
        for length in 0..70 {
            let plain = "x".repeat(length);
            for (text, expected) in [
                (format!("\"{plain}\""), format!("\"{plain}\"")),
                (format!("\"{plain}\\/\u{7f}{plain}\""), format!("\"{plain}/\\u007f{plain}\"")),
                (format!("\"{plain}\u{e9}\\u00E9\""), format!("\"{plain}\\u00e9\\u00e9\"")),
                (
                    format!("{{\"{plain}b\":0,\"{plain}a\":1}}"),
                    format!("{{\"{plain}a\":1,\"{plain}b\":0}}"),
                ),
                (
                    format!("{{\"{plain}\u{e9}\":0,\"{plain}\\u00e8\":1}}"),
                    format!("{{\"{plain}\\u00e8\":1,\"{plain}\\u00e9\":0}}"),
                ),
            ] {
                assert_eq!(form(&text), Ok(expected));
            }
            assert_eq!(form(&format!("\"{plain}\u{1f}\"")), Err(ErrorKind::Syntax));
            let twice = format!("{{\"{plain}\":0,\"{}\":1}}", "\\u0078".repeat(length));
            assert_eq!(form(&twice), Err(ErrorKind::RepeatedName));
        }
    }

    /// On both sides of the number up to which members are sorted with their keys beside them.
    #[test]
    fn objects_of_every_width() {
        for width in 0..80 {
            let names: Vec<_> = (0..width).map(|at| at * 37 % 101).collect();
            let object = |names: &[i32]| {
                let members: Vec<_> =
                    names.iter().map(|name| format!("\"{name:03}\":{name}")).collect();
                format!("{{{}}}", members.join(","))
            };
            let mut sorted = names.clone();
            sorted.sort_unstable();
            assert_eq!(form(&object(&names)), Ok(object(&sorted)));
            if width > 0 {
                let twice = [&names[..], &names[..1]].concat();
                assert_eq!(form(&object(&twice)), Err(ErrorKind::RepeatedName));
            }
        }
    }
}
