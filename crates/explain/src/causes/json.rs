//! JSON as other languages write it.

use std::borrow::Cow;
use std::fmt::Write;

use countersign_python_json::canonicalize;

/// A value that keeps what writers treat differently: the text of its numbers, the order of its members.
pub(super) enum Json<'a> {
    /// `true`, `false`, `null`.
    Word(&'a str),
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// How a writer writes.
#[derive(Clone, Copy)]
pub(super) struct Style {
    space: Space,
    escape: Escape,
    numbers: Numbers,
}

impl Style {
    /// For people.
    pub(super) fn name(self) -> String {
        format!("{}{}{}", self.space.name, self.escape.name(), self.numbers.name())
    }
}

/// What stands between values.
#[derive(Clone, Copy)]
struct Space {
    comma: &'static str,
    colon: &'static str,
    /// What a level is moved in by, each value on a line of its own.
    indent: Option<&'static str>,
    name: &'static str,
}

impl Space {
    const fn new(
        comma: &'static str,
        colon: &'static str,
        indent: Option<&'static str>,
        name: &'static str,
    ) -> Self {
        Self { comma, colon, indent, name }
    }

    const ALL: [Self; 6] = [
        Self::new(",", ":", None, "compact"),
        Self::new(", ", ": ", None, "with spaces, as Python"),
        Self::new(",", ": ", Some("  "), "pretty, by 2"),
        Self::new(",", ": ", Some("    "), "pretty, by 4"),
        Self::new(",", ": ", Some("\t"), "pretty, by TAB"),
        Self::new(",", ": ", None, "with spaces after colons"),
    ];
}

/// What is escaped beside what has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// Nothing: as JavaScript.
    Least,
    /// All that is not ASCII: as Python.
    Ascii,
    /// `<`, `>`, `&` and the line ends of Unicode: as Go.
    Html,
    /// `/`, and all that is not ASCII: as PHP.
    AsciiAndSlash,
    /// `/`.
    Slash,
}

impl Escape {
    const ALL: [Self; 5] = [Self::Least, Self::Ascii, Self::Html, Self::AsciiAndSlash, Self::Slash];

    fn name(self) -> &'static str {
        match self {
            Self::Least => "",
            Self::Ascii => ", escapes as in Python",
            Self::Html => ", escapes as in Go",
            Self::AsciiAndSlash => ", escapes as in PHP",
            Self::Slash => ", slashes escaped",
        }
    }

    fn escapes(self, char: char) -> bool {
        match self {
            Self::Least => false,
            Self::Ascii => !char.is_ascii(),
            Self::Html => matches!(char, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
            Self::AsciiAndSlash => char == '/' || !char.is_ascii(),
            Self::Slash => char == '/',
        }
    }
}

/// What becomes of a number.
#[derive(Clone, Copy)]
enum Numbers {
    /// It stays as it is.
    AsIs,
    /// A double, whole ones without a fraction: as JavaScript.
    Double,
    /// A double with a fraction or exponent, and integers with their digits: as Python.
    Python,
}

impl Numbers {
    const ALL: [Self; 3] = [Self::AsIs, Self::Double, Self::Python];

    fn name(self) -> &'static str {
        match self {
            Self::AsIs => "",
            Self::Double => ", numbers as in JavaScript",
            Self::Python => ", numbers as in Python",
        }
    }
}

/// Every style under which `json` may look different.
pub(super) fn styles(json: &Json<'_>) -> Vec<Style> {
    let mut seen = Seen::default();
    json.look(&mut seen);
    let escapes = Escape::ALL.into_iter().filter(|escape| match escape {
        Escape::Least => true,
        Escape::Ascii => seen.other,
        Escape::Html => seen.html,
        Escape::AsciiAndSlash => seen.other && seen.slash,
        Escape::Slash => seen.slash,
    });
    let mut styles = Vec::new();
    for escape in escapes {
        for numbers in Numbers::ALL {
            if seen.fraction || matches!(numbers, Numbers::AsIs) {
                styles.extend(Space::ALL.map(|space| Style { space, escape, numbers }));
            }
        }
    }
    styles
}

/// What is in a text that some writer escapes or writes anew.
#[derive(Default)]
struct Seen {
    slash: bool,
    html: bool,
    other: bool,
    fraction: bool,
}

/// No deeper: the reader calls itself.
const DEPTH: usize = 128;

/// Reads a whole text; `None` if it is not JSON, or not UTF-8, or too deep.
pub(super) fn parse(text: &[u8]) -> Option<Json<'_>> {
    let mut reader = Reader { rest: str::from_utf8(text).ok()? };
    let json = reader.value(DEPTH)?;
    reader.space();
    reader.rest.is_empty().then_some(json)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        let depth = depth.checked_sub(1)?;
        self.space();
        match self.rest.bytes().next()? {
            b'{' => self
                .list("{", "}", |reader| {
                    let name = reader.name()?;
                    reader.take(":")?;
                    Some((name, reader.value(depth)?))
                })
                .map(Json::Object),
            b'[' => self.list("[", "]", |reader| reader.value(depth)).map(Json::List),
            b'"' => self.text().map(Json::Text),
            b'-' | b'0'..=b'9' => {
                let number = |byte: u8| !(byte.is_ascii_digit() || b"+-.eE".contains(&byte));
                let number = self.up_to(number)?;
                number.parse::<f64>().ok().map(|_| Json::Number(number))
            }
            _ => {
                let word = self.up_to(|byte| !byte.is_ascii_alphabetic())?;
                matches!(word, "true" | "false" | "null").then_some(Json::Word(word))
            }
        }
    }

    fn name(&mut self) -> Option<Cow<'a, str>> {
        self.space();
        self.text()
    }

    fn list<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.take(open)?;
        let mut items = Vec::new();
        if self.take(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(close).is_some() {
                return Some(items);
            }
            self.take(",")?;
        }
    }

    /// What has no escape is not copied.
    fn text(&mut self) -> Option<Cow<'a, str>> {
        let within = self.rest.strip_prefix('"')?;
        let mut end = 0;
        loop {
            end += within.get(end..)?.find(['"', '\\'])?;
            if within.get(end..)?.starts_with('"') {
                break;
            }
            end += 1;
            end += within.get(end..)?.chars().next()?.len_utf8();
        }
        let text = within.get(..end)?;
        let whole = self.rest.get(..end + 2)?;
        self.rest = within.get(end + 1..)?;
        match text.contains('\\') {
            true => serde_json::from_str(whole).ok().map(Cow::Owned),
            false => Some(Cow::Borrowed(text)),
        }
    }

    fn up_to(&mut self, end: impl Fn(u8) -> bool) -> Option<&'a str> {
        let end = self.rest.bytes().position(end).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(taken)
    }

    fn take(&mut self, token: &str) -> Option<()> {
        self.space();
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

impl Json<'_> {
    /// The text in that style.
    pub(super) fn write(&self, style: Style) -> String {
        let mut text = String::new();
        self.write_to(&mut text, style, 0);
        text
    }

    /// Sorts the members of every object by their names, as bytes.
    pub(super) fn sort(&mut self) {
        match self {
            Self::List(items) => items.iter_mut().for_each(Self::sort),
            Self::Object(members) => {
                members.sort_by(|(one, _), (other, _)| one.cmp(other));
                members.iter_mut().for_each(|(_, value)| value.sort());
            }
            Self::Word(_) | Self::Number(_) | Self::Text(_) => {}
        }
    }

    fn look(&self, seen: &mut Seen) {
        let mut text = |text: &str| {
            seen.slash |= text.contains('/');
            seen.html |= text.contains(|char| Escape::Html.escapes(char));
            seen.other |= !text.is_ascii();
        };
        match self {
            Self::Word(_) => {}
            Self::Number(number) => seen.fraction |= number.contains(['.', 'e', 'E']),
            Self::Text(value) => text(value),
            Self::List(items) => items.iter().for_each(|item| item.look(seen)),
            Self::Object(members) => {
                members.iter().for_each(|(name, _)| text(name));
                members.iter().for_each(|(_, value)| value.look(seen));
            }
        }
    }

    fn write_to(&self, text: &mut String, style: Style, level: usize) {
        match self {
            Self::Word(word) => text.push_str(word),
            Self::Number(number) => write_number(text, number, style.numbers),
            Self::Text(value) => write_text(text, value, style.escape),
            Self::List(items) => write_list(text, style, level, ['[', ']'], items, |text, item| {
                item.write_to(text, style, level + 1);
            }),
            Self::Object(members) => {
                write_list(text, style, level, ['{', '}'], members, |text, (name, value)| {
                    write_text(text, name, style.escape);
                    text.push_str(style.space.colon);
                    value.write_to(text, style, level + 1);
                });
            }
        }
    }
}

fn write_list<T>(
    text: &mut String,
    style: Style,
    level: usize,
    [open, close]: [char; 2],
    items: &[T],
    mut item: impl FnMut(&mut String, &T),
) {
    let line = |text: &mut String, level| {
        if let Some(indent) = style.space.indent {
            text.push('\n');
            (0..level).for_each(|_| text.push_str(indent));
        }
    };
    text.push(open);
    for (at, one) in items.iter().enumerate() {
        if at > 0 {
            text.push_str(style.space.comma);
        }
        line(text, level + 1);
        item(text, one);
    }
    if !items.is_empty() {
        line(text, level);
    }
    text.push(close);
}

fn write_text(text: &mut String, value: &str, escape: Escape) {
    text.push('"');
    for char in value.chars() {
        match char {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '/' if escape.escapes('/') => text.push_str("\\/"),
            char if char < ' ' || escape.escapes(char) => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
            char => text.push(char),
        }
    }
    text.push('"');
}

fn write_number(text: &mut String, number: &str, numbers: Numbers) {
    match numbers {
        Numbers::AsIs => text.push_str(number),
        Numbers::Double => match number.parse::<f64>().ok().filter(|double| double.is_finite()) {
            Some(double) => text.push_str(ryu_js::Buffer::new().format_finite(double)),
            None => text.push_str(number),
        },
        Numbers::Python => match canonicalize(number.as_bytes()).map(String::from_utf8) {
            Ok(Ok(written)) => text.push_str(&written),
            _ => text.push_str(number),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style {
        space: Space::new(",", ":", None, ""),
        escape: Escape::Least,
        numbers: Numbers::AsIs,
    };

    #[test]
    fn what_is_written_is_what_was_read() {
        let text = r#"{"b":[1,-2.50,1e5,true,null,[],{}],"a":"\"\\\n\u0001é/"}"#;
        assert_eq!(parse(text.as_bytes()).expect("JSON").write(PLAIN), text);
    }

    #[test]
    fn as_other_languages_write_it() {
        let json = parse(r#"{"b":[1.0,{}],"a":"é</😀"}"#.as_bytes()).expect("JSON");
        let [_, python, pretty, ..] = Space::ALL;
        let as_python = Style { space: python, escape: Escape::Ascii, ..PLAIN };
        assert_eq!(json.write(as_python), r#"{"b": [1.0, {}], "a": "\u00e9</\ud83d\ude00"}"#);
        let as_go = Style { escape: Escape::Html, ..PLAIN };
        assert_eq!(json.write(as_go), r#"{"b":[1.0,{}],"a":"é\u003c/😀"}"#);
        let as_script = Style { space: pretty, numbers: Numbers::Double, ..PLAIN };
        let lines = "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": \"é</😀\"\n}";
        assert_eq!(json.write(as_script), lines);
        let as_php = Style { escape: Escape::AsciiAndSlash, ..PLAIN };
        assert_eq!(json.write(as_php), r#"{"b":[1.0,{}],"a":"\u00e9<\/\ud83d\ude00"}"#);
    }

    /// As `JSON.stringify` and `json.dumps` write what they read.
    #[test]
    fn numbers_as_other_languages_write_them() {
        for (number, script, python) in [
            ("1.0", "1", "1.0"),
            ("-0.0", "0", "-0.0"),
            ("-2.50", "-2.5", "-2.5"),
            ("0.001", "0.001", "0.001"),
            ("0.0001", "0.0001", "0.0001"),
            ("0.00001", "0.00001", "1e-05"),
            ("0.000001", "0.000001", "1e-06"),
            ("0.00000012", "1.2e-7", "1.2e-07"),
            ("1e5", "100000", "100000.0"),
            ("1e15", "1000000000000000", "1000000000000000.0"),
            ("1e16", "10000000000000000", "1e+16"),
            ("1.5E20", "150000000000000000000", "1.5e+20"),
            ("1e21", "1e+21", "1e+21"),
            ("-1.5e300", "-1.5e+300", "-1.5e+300"),
            ("5e-324", "5e-324", "5e-324"),
            ("12", "12", "12"),
            ("-0", "0", "0"),
            ("1e400", "1e400", "1e400"),
            // As near as 1797693134862569.3.
            ("1797693134862569.25", "1797693134862569.2", "1797693134862569.2"),
            ("1797693134862569.75", "1797693134862569.8", "1797693134862569.8"),
        ] {
            let json = parse(number.as_bytes()).expect("JSON");
            let as_script = Style { numbers: Numbers::Double, ..PLAIN };
            assert_eq!(json.write(as_script), script);
            assert_eq!(json.write(Style { numbers: Numbers::Python, ..PLAIN }), python);
        }
    }

    #[test]
    fn what_is_no_json_is_none() {
        let deep = "[".repeat(1_000_000);
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "nul",
            "\"",
            "\"\\",
            "\"\\é",
            "1 2",
            "-",
            "\"\\ud800\"",
            &deep,
        ] {
            assert!(parse(text.as_bytes()).is_none(), "{text:.20}");
        }
        assert!(parse(b"\xff").is_none());
    }
}
