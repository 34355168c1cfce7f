//! Random JSON documents, and broken ones.

/// An endless source of documents, about a quarter of them broken.
pub(super) struct Documents(Random);

impl Documents {
    pub(super) fn deterministic() -> Self {
        Self(Random { state: 0, values: 0 })
    }
}

impl Iterator for Documents {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let random = &mut self.0;
        random.values = 150;
        let mut text = String::new();
        if random.one_in(60) {
            nested(random, &mut text);
        } else if random.one_in(300) {
            wide(random, &mut text);
        } else {
            let depth = random.below(7);
            white(random, &mut text);
            value(random, &mut text, depth);
            white(random, &mut text);
        }
        let mut document = text.into_bytes();
        if random.one_in(4) {
            spoil(random, &mut document);
        }
        Some(document)
    }
}

struct Random {
    state: u64,
    /// How many values the document may still have, or it would be too long as often as not.
    values: u64,
}

impl Random {
    /// SplitMix64: proptest's generator takes a minute for as many, unoptimised.
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// So many digits at most, the first of which may be zero.
    fn digits(&mut self, most: u64) -> String {
        let count = 1 + self.below(most);
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    /// The same without zeros in front.
    fn integer(&mut self, most: u64) -> String {
        let digits = self.digits(most);
        match digits.trim_start_matches('0') {
            "" => "0".into(),
            trimmed => trimmed.into(),
        }
    }
}

fn white(random: &mut Random, out: &mut String) {
    let spaces = ["", "", "", " ", "  ", "\n", "\t", "\r\n"];
    out.push_str(random.pick(&spaces));
}

fn value(random: &mut Random, out: &mut String, depth: u64) {
    random.values = random.values.saturating_sub(1);
    match random.below(if depth == 0 || random.values == 0 { 4 } else { 12 }) {
        0 | 1 => number(random, out),
        2 => string(random, out),
        3 if random.one_in(100) => out.push_str(random.pick(&["NaN", "Infinity", "-Infinity"])),
        3 => out.push_str(random.pick(&["true", "false", "null"])),
        4..=7 => {
            let count = random.pick(&[0, 0, 1, 1, 2, 3, 5, 8]);
            list(random, out, ['[', ']'], count, |random, out| value(random, out, depth - 1));
        }
        _ => {
            let count = random.pick(&[0, 1, 2, 3, 4, 7, 12, 40]);
            let inner = if count < 10 { depth - 1 } else { 0 };
            let mut names = std::collections::BTreeSet::new();
            let mut own: Vec<String> = Vec::new();
            for _ in 0..count {
                let (plain, spelled) = name(random);
                // Nearly always one of its own.
                if names.insert(plain) || random.one_in(40) {
                    own.push(spelled);
                }
            }
            if random.one_in(3) {
                own.sort();
            }
            let mut own = own.into_iter();
            list(random, out, ['{', '}'], own.len(), |random, out| {
                out.push_str(&own.next().unwrap_or_default());
                white(random, out);
                out.push(':');
                white(random, out);
                value(random, out, inner);
            });
        }
    }
}

/// With white space at all the places where there may be some, or nowhere, or a space where Python puts it.
fn list(
    random: &mut Random,
    out: &mut String,
    [open, close]: [char; 2],
    count: usize,
    mut element: impl FnMut(&mut Random, &mut String),
) {
    let style = random.below(3);
    let gap = |random: &mut Random, out: &mut String| {
        if style == 0 {
            white(random, out);
        }
    };
    out.push(open);
    gap(random, out);
    for at in 0..count {
        if at > 0 {
            out.push(',');
            out.push_str(if style == 1 { " " } else { "" });
            gap(random, out);
        }
        element(random, out);
        gap(random, out);
    }
    out.push(close);
}

/// A name and one of its spellings. Many share a beginning.
fn name(random: &mut Random) -> (String, String) {
    let beginning =
        random.pick(&["", "", "a", "ab", "abcdefgh", "abcdefghi", "\u{ffff}", "\u{10000}"]);
    let count = random.below(4);
    let rest: String = (0..count).map(|_| character(random)).collect();
    let plain = format!("{beginning}{rest}");
    let spelled: String = plain.chars().map(|character| spell(random, character)).collect();
    (plain, format!("\"{spelled}\""))
}

fn string(random: &mut Random, out: &mut String) {
    let count = random.pick(&[0, 1, 2, 7, 15, 16, 17, 33, 60]);
    out.push('"');
    for _ in 0..count {
        let character = character(random);
        out.push_str(&spell(random, character));
    }
    if random.one_in(200) {
        out.push_str(random.pick(&[
            "\\ud83d",
            "\\ude80",
            "\\ud83d\\u0041",
            "\\ude80\\ud83d",
            "\\ud83dx",
        ]));
    }
    out.push('"');
}

/// Of all planes, and of all that is special.
fn character(random: &mut Random) -> char {
    let code = match random.below(9) {
        0..=3 => return char::from(b' ' + random.below(95) as u8),
        4 => {
            return random.pick(&[
                '"', '\\', '/', '\u{8}', '\u{c}', '\n', '\r', '\t', '\0', '\u{1f}', '\u{7f}',
            ]);
        }
        5 => 0x80 + random.below(0x780),
        6 => 0x800 + random.below(0xf800),
        7 => 0x1_0000 + random.below(0x10_0000),
        _ => return random.pick(&['a', 'b', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10ffff}']),
    };
    char::from_u32(code as u32).unwrap_or('x')
}

fn spell(random: &mut Random, character: char) -> String {
    let short = match character {
        '"' => "\\\"",
        '\\' => "\\\\",
        '/' => "\\/",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => "",
    };
    let way = random.below(4);
    let needs_escape = character < ' ' || matches!(character, '"' | '\\');
    match way {
        0 if !short.is_empty() => short.into(),
        1 => escaped(random, character),
        _ if needs_escape && !short.is_empty() => short.into(),
        _ if needs_escape => escaped(random, character),
        _ => character.into(),
    }
}

fn escaped(random: &mut Random, character: char) -> String {
    let mut units = [0; 2];
    let mut out = String::new();
    for unit in character.encode_utf16(&mut units) {
        out += &if random.one_in(2) { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") };
    }
    out
}

fn number(random: &mut Random, out: &mut String) {
    let edges = [
        "0",
        "-0",
        "0.0",
        "-0.0",
        "0e0",
        "-0E5",
        "0.0000",
        "0.0001",
        "0.00001",
        "0.00012345",
        "1e15",
        "1e16",
        "1e22",
        "1e23",
        "1e-4",
        "1e-5",
        "1e308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "17976931348623159e292",
        "1e309",
        "-1e400",
        "1e-400",
        "5e-324",
        "2e-324",
        "2.4703282292062328e-324",
        "2.4703282292062327208e-324",
        "2.2250738585072011e-308",
        "9007199254740993",
        "9007199254740993.0",
        "9007199254740992.5",
        "4503599627370495.5",
        "4503599627370496.5",
        "4503599627370497.5",
        "450359962737049.65",
        "1489843997.625053",
        "9999999999999998.0",
        "9999999999999999.0",
        "123456789012345680.0",
    ];
    let sign = random.pick(&["", "", "-"]);
    match random.below(9) {
        0 => out.push_str(random.pick(&edges)),
        // In the middle between two texts that are as short.
        1 if random.one_in(2) => {
            let places = 1 + random.below(20);
            let odd = random.bits() >> (9 + places * 232 / 100) | 1;
            *out += &format!("{sign}{:e}", odd as f64 / 2f64.powi(places as i32 + 1));
        }
        // All doubles there are.
        1 => {
            let double = f64::from_bits(random.bits());
            out.push_str(&if double.is_finite() { format!("{double:e}") } else { "1.5".into() })
        }
        2 => *out += &format!("{sign}{}", random.integer(30)),
        3 => *out += &format!("{sign}{}.{}", random.integer(18), random.digits(18)),
        4 => {
            let exponent = random.pick(&["e", "E", "e+", "E+", "e-", "E-"]);
            let fraction =
                if random.one_in(2) { format!(".{}", random.digits(9)) } else { String::new() };
            let most = if random.one_in(8) { 3 } else { 2 };
            let (integer, power) = (random.integer(5), random.digits(most));
            *out += &format!("{sign}{integer}{fraction}{exponent}{power}");
        }
        5 => {
            let zeros = "0".repeat(random.below(30) as usize);
            *out += &format!("{sign}0.{zeros}{}", random.digits(20));
        }
        // About as many as the integers of microseconds and the doubles near them.
        6 => *out += &format!("{sign}{}.{}", random.integer(10), random.digits(7)),
        7 if random.one_in(8) => *out += &format!("{sign}{}", random.integer(5000)),
        7 => {
            *out += &format!(
                "{sign}{}.{}e-{}",
                random.integer(400),
                random.digits(400),
                random.digits(3)
            )
        }
        // Large exponents that cancel many zeros.
        _ => {
            let count = 1 + random.below(900);
            let zeros = "0".repeat(count as usize);
            let near = count + random.below(20);
            match random.below(4) {
                0 => *out += &format!("{sign}0.{zeros}{}e{near}", random.digits(19)),
                1 => *out += &format!("{sign}1{zeros}e-{near}"),
                2 => *out += &format!("{sign}1e{}{}", "0".repeat(20), random.digits(2)),
                _ => {
                    *out += &format!(
                        "{sign}{}e{}9{zeros}",
                        random.pick(&["0", "0.0", "1"]),
                        random.pick(&["", "-"])
                    )
                }
            }
        }
    }
}

/// As deep as it may be, or deeper.
fn nested(random: &mut Random, out: &mut String) {
    let depth = random.pick(&[100, 126, 127, 128, 129, 130, 300]);
    let (open, close, levels) = random.pick(&[
        ("[", "]", 1),
        ("[ ", "]", 1),
        ("{\"a\":", "}", 1),
        ("{\"b\": 1, \"a\":", "}", 1),
        ("[{\"a\":", "}]", 2),
    ]);
    *out += &open.repeat(depth / levels);
    value(random, out, 0);
    *out += &close.repeat(depth / levels);
}

/// Many members, in no order.
fn wide(random: &mut Random, out: &mut String) {
    let beginning = random.pick(&["", "p", "a long beginning that they share, ", "\\u0070\\u0070"]);
    let members: Vec<_> = (0..random.below(2_000))
        .map(|at| format!("\"{beginning}{}\":{at}", at * 7_919 % 100_003))
        .collect();
    *out += &format!("{{{}}}", members.join(random.pick(&[",", ", "])));
}

/// Changes a byte or two: what comes is JSON no more, as a rule.
fn spoil(random: &mut Random, document: &mut Vec<u8>) {
    for _ in 0..=random.below(2) {
        if document.is_empty() {
            return;
        }
        let at = random.below(document.len() as u64) as usize;
        match random.below(5) {
            0 => drop(document.remove(at)),
            1 => document[at] = random.bits() as u8,
            2 => document.insert(at, random.pick(b"{}[]\",:\\u0e.-+ \n\x00\xff\xed9")),
            3 => document.truncate(at),
            _ => document[at] ^= 1 << random.below(8),
        }
    }
}
