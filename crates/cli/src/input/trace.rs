//! What `curl --trace-ascii` and `curl --trace` write.
//!
//! A trace is made of blocks: a line such as `=> Send header, 120 bytes (0x78)`, and then lines that
//! begin with where in the block they are, in hexadecimal digits. `--trace` writes each byte;
//! `--trace-ascii` starts a line anew at CR LF, which it leaves out, and writes `.` for what is not
//! printable. So the first is exact, and the second for text.

use super::Input;
use crate::capture;

const SENT: [&[u8]; 2] = [b"=> Send header, ", b"=> Send data, "];
const OTHERS: [&[u8]; 4] = [b"== Info: ", b"<= Recv ", b"=> Send SSL data, ", b"=> Send "];

/// What `--trace-time` writes before a mark: a digit for each 0.
const TIME: &[u8] = b"00:00:00.000000";

/// How many bytes a line of `--trace` has.
const WIDTH: usize = 16;

/// Whether it has the marks of a trace. Those in the body of a request are no marks, so what begins with
/// a request line is none.
pub(super) fn is_one(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').take(64);
    !capture::has_request_line(text) && lines.any(|line| !matches!(mark(line), Mark::None))
}

/// Reads the one request that was sent.
pub(super) fn parse(text: &[u8]) -> Result<Input, String> {
    let mut sent = Sent::default();
    for line in text.split(|&byte| byte == b'\n') {
        sent.line(line.strip_suffix(b"\r").unwrap_or(line))?;
    }
    sent.end()?;
    if sent.head.is_empty() {
        return Err("the trace has no `=> Send header`: curl has sent no request".to_owned());
    }
    let mut wire = as_http_1(&sent.head);
    wire.extend_from_slice(&sent.body);
    let request = capture::parse(&wire).map_err(|error| format!("the trace: {error}"))?;
    let remark = sent.ascii.then_some(
        "--trace-ascii writes `.` for each byte that is not printable ASCII: for a body that is not \
         plain text, take --trace",
    );
    Ok(Input { remark, ..request.into() })
}

enum Mark {
    None,
    Header(usize),
    Data(usize),
    Other,
}

fn mark(line: &[u8]) -> Mark {
    let line = unstamped(line);
    let after = |mark: &[u8]| line.strip_prefix(mark);
    for (kind, mark) in [Mark::Header as fn(usize) -> Mark, Mark::Data].into_iter().zip(SENT) {
        if let Some(length) = after(mark).and_then(leading_number) {
            return kind(length);
        }
    }
    if OTHERS.into_iter().any(|mark| after(mark).is_some()) { Mark::Other } else { Mark::None }
}

/// The line without the time of `--trace-time` and the ids of `--trace-ids`.
fn unstamped(line: &[u8]) -> &[u8] {
    let line = without_word(line, is_time);
    without_word(line, |word| word.starts_with(b"[") && word.ends_with(b"]"))
}

fn without_word(line: &[u8], stamp: impl Fn(&[u8]) -> bool) -> &[u8] {
    let mut halves = line.splitn(2, |&byte| byte == b' ');
    match (halves.next(), halves.next()) {
        (Some(word), Some(rest)) if stamp(word) => rest,
        _ => line,
    }
}

fn is_time(word: &[u8]) -> bool {
    let fits = |(byte, pattern): (&u8, &u8)| match pattern {
        b'0' => byte.is_ascii_digit(),
        _ => byte == pattern,
    };
    word.len() == TIME.len() && word.iter().zip(TIME).all(fits)
}

fn leading_number(text: &[u8]) -> Option<usize> {
    let digits = text.split(|byte| !byte.is_ascii_digit()).next()?;
    str::from_utf8(digits).ok()?.parse().ok()
}

/// Where a line stands in its block, and what it says.
fn content(line: &[u8]) -> Option<(usize, &[u8])> {
    let colon = line.iter().take(17).position(|&byte| byte == b':')?;
    let (digits, rest) = line.split_at_checked(colon)?;
    let is_offset = digits.len() >= 4 && digits.iter().all(u8::is_ascii_hexdigit);
    let offset = usize::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    let said = rest.strip_prefix(b": ").or_else(|| rest.strip_prefix(b":"))?;
    is_offset.then_some((offset, said))
}

/// What was sent so far.
#[derive(Default)]
struct Sent {
    head: Vec<u8>,
    body: Vec<u8>,
    /// Whether some of it is as `--trace-ascii` writes it.
    ascii: bool,
    block: Option<Block>,
}

/// A block of what is sent.
struct Block {
    is_head: bool,
    length: usize,
    bytes: Vec<u8>,
}

impl Sent {
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        match mark(line) {
            Mark::None => match (&mut self.block, content(line)) {
                (Some(block), Some((offset, said))) => {
                    self.ascii |= block.push(offset, said)?;
                    Ok(())
                }
                _ => Ok(()),
            },
            Mark::Header(length) => {
                self.end()?;
                if !self.body.is_empty() || self.head.ends_with(b"\r\n\r\n") {
                    return Err(
                        "the trace has several requests: take one of a single one".to_owned()
                    );
                }
                self.block = Some(Block { is_head: true, length, bytes: Vec::new() });
                Ok(())
            }
            Mark::Data(length) => {
                self.end()?;
                self.block = Some(Block { is_head: false, length, bytes: Vec::new() });
                Ok(())
            }
            Mark::Other => self.end(),
        }
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(block) = self.block.take() else { return Ok(()) };
        let is_head = block.is_head;
        let bytes = block.whole()?;
        if is_head { &mut self.head } else { &mut self.body }.extend_from_slice(&bytes);
        Ok(())
    }
}

impl Block {
    /// Whether the line is as `--trace-ascii` writes it.
    fn push(&mut self, offset: usize, said: &[u8]) -> Result<bool, String> {
        if let Some(bytes) = hex(said) {
            self.bytes.extend_from_slice(&bytes);
            return Ok(false);
        }
        self.fill(offset)?;
        self.bytes.extend_from_slice(said);
        Ok(true)
    }

    fn whole(mut self) -> Result<Vec<u8>, String> {
        self.fill(self.length)?;
        Ok(self.bytes)
    }

    /// A line that begins two bytes later than the one before it ended had CR LF between them.
    fn fill(&mut self, offset: usize) -> Result<(), String> {
        match offset.checked_sub(self.bytes.len()) {
            Some(0) => {}
            Some(2) => self.bytes.extend_from_slice(b"\r\n"),
            _ => {
                return Err(format!(
                    "the trace is cut off or was changed: byte {offset} of what was sent comes after \
                     {} bytes of it",
                    self.bytes.len()
                ));
            }
        }
        Ok(())
    }
}

/// The bytes of a line of `--trace`: 16 columns of two digits, then the same as text. `None` if it is
/// none.
fn hex(said: &[u8]) -> Option<Vec<u8>> {
    let (columns, text) = said.split_at_checked(3 * WIDTH)?;
    let mut bytes = Vec::new();
    for column in columns.chunks(3) {
        match column {
            [b' ', b' ', b' '] => {}
            [high, low, b' '] => {
                let (high, low) = (char::from(*high).to_digit(16)?, char::from(*low).to_digit(16)?);
                bytes.push(u8::try_from(16 * high + low).ok()?);
            }
            _ => return None,
        }
    }
    (bytes.len() == text.len()).then_some(bytes)
}

/// curl writes the head of HTTP/2 as that of HTTP/1.1, but for the version.
fn as_http_1(head: &[u8]) -> Vec<u8> {
    let end = head.iter().position(|&byte| byte == b'\r').unwrap_or(head.len());
    let (line, rest) = head.split_at_checked(end).unwrap_or((head, &[]));
    match line.strip_suffix(b" HTTP/2").or_else(|| line.strip_suffix(b" HTTP/3")) {
        Some(target) => [target, b" HTTP/1.1", rest].concat(),
        None => head.to_vec(),
    }
}
