//! What `curl --trace-ascii` and `curl --trace` write.
//!
//! A trace is made of blocks: a line such as `=> Send header, 120 bytes (0x78)`, and then lines that
//! begin with where in the block they are, in hexadecimal digits. `--trace` writes each byte;
//! `--trace-ascii` starts a line anew at CR LF, which it leaves out, and writes `.` for what is not
//! printable. So the first is exact, and the second for text.

use std::mem;

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
    let blocks = blocks(text);
    // One trace is written in one way: a line of text may look like digits, but not all of them do.
    let exact = blocks.iter().flat_map(|block| &block.lines).all(|(_, said)| hex(said).is_some());
    let mut head = Vec::new();
    let mut body = Vec::new();
    for block in blocks {
        let bytes = block.bytes(exact)?;
        if !block.is_head {
            body.extend_from_slice(&bytes);
        } else if body.is_empty() && !head.ends_with(b"\r\n\r\n") {
            head.extend_from_slice(&bytes);
        } else {
            return Err("the trace has several requests: take one of a single one".to_owned());
        }
    }
    if head.is_empty() {
        return Err("the trace has no `=> Send header`: curl has sent no request".to_owned());
    }
    let mut wire = as_http_1(&head);
    wire.extend_from_slice(&body);
    let request = capture::parse(&wire).map_err(|error| format!("the trace: {error}"))?;
    let remark = (!exact).then_some(
        "--trace-ascii writes `.` for each byte that is not printable ASCII: for a body that is not \
         plain text, take --trace",
    );
    Ok(Input { remark, ..request.into() })
}

/// The blocks of what was sent.
fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut block = None;
    for line in text.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let begun = match mark(line) {
            Mark::None => {
                if let Some(Block { lines, .. }) = &mut block {
                    lines.extend(content(line));
                }
                continue;
            }
            Mark::Header(length) => Some(Block { is_head: true, length, lines: Vec::new() }),
            Mark::Data(length) => Some(Block { is_head: false, length, lines: Vec::new() }),
            Mark::Other => None,
        };
        blocks.extend(mem::replace(&mut block, begun));
    }
    blocks.extend(block);
    blocks
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

/// A block of what is sent.
struct Block<'a> {
    is_head: bool,
    length: usize,
    /// Where each line stands in the block, and what it says.
    lines: Vec<(usize, &'a [u8])>,
}

impl Block<'_> {
    /// What was sent: the digits of `--trace`, or the text of `--trace-ascii`.
    fn bytes(&self, exact: bool) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        for &(offset, said) in &self.lines {
            fill(&mut bytes, offset)?;
            match hex(said) {
                Some(digits) if exact => bytes.extend_from_slice(&digits),
                _ => bytes.extend_from_slice(said),
            }
        }
        fill(&mut bytes, self.length)?;
        Ok(bytes)
    }
}

/// A line that begins two bytes later than the one before it ended had CR LF between them.
fn fill(bytes: &mut Vec<u8>, offset: usize) -> Result<(), String> {
    match offset.checked_sub(bytes.len()) {
        Some(0) => {}
        Some(2) => bytes.extend_from_slice(b"\r\n"),
        _ => {
            return Err(format!(
                "the trace is cut off or was changed: byte {offset} of what was sent comes after \
                 {} bytes of it",
                bytes.len()
            ));
        }
    }
    Ok(())
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
