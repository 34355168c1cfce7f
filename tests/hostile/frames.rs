//! Frames of HTTP/2 (RFC 9113), written by hand: a client library would not do what is done here.

use bytes::Bytes;
use http::Request;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;

const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const RST_STREAM: u8 = 0x3;
const SETTINGS: u8 = 0x4;
const PING: u8 = 0x6;
const GOAWAY: u8 = 0x7;
const WINDOW_UPDATE: u8 = 0x8;
const CONTINUATION: u8 = 0x9;

/// What a client begins with.
pub(super) fn preface() -> Vec<u8> {
    [PREFACE, &settings()].concat()
}

pub(super) fn settings() -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[])
}

pub(super) fn ping() -> Vec<u8> {
    frame(PING, 0, 0, &[0; 8])
}

pub(super) fn window_update(stream: u32, by: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &by.to_be_bytes())
}

/// The head of a request.
pub(super) fn headers(stream: u32, flags: u8, request: &Request<Bytes>) -> Vec<u8> {
    frame(HEADERS, flags | END_HEADERS, stream, &fields(request))
}

/// The head of a request whose end is still to come.
pub(super) fn open_headers(stream: u32, request: &Request<Bytes>) -> Vec<u8> {
    frame(HEADERS, 0, stream, &fields(request))
}

/// More of a head, and not the end of it.
pub(super) fn continuation(stream: u32) -> Vec<u8> {
    frame(CONTINUATION, 0, stream, &field("x-more", &"a".repeat(1000)))
}

pub(super) fn data(stream: u32, flags: u8, bytes: &[u8]) -> Vec<u8> {
    frame(DATA, flags, stream, bytes)
}

/// The stream is given up (`CANCEL`).
pub(super) fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())
}

/// Whether the server has said among these frames that the connection ends, and with what error.
pub(super) fn goaway(mut frames: &[u8]) -> Option<u32> {
    while let Some((head, rest)) = frames.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let (payload, rest) = rest.split_at_checked(length)?;
        if head[3] == GOAWAY {
            return Some(u32::from_be_bytes(payload[4..8].try_into().expect("four bytes")));
        }
        frames = rest;
    }
    None
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a small frame").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// HPACK (RFC 7541): each as a literal, and nothing is remembered.
fn fields(request: &Request<Bytes>) -> Vec<u8> {
    let mut block = field(":method", request.method().as_str());
    block.extend(field(":scheme", "http"));
    block.extend(field(":authority", "localhost"));
    block.extend(field(":path", request.uri().path()));
    for (name, value) in request.headers() {
        block.extend(field(name.as_str(), value.to_str().expect("a text")));
    }
    block
}

fn field(name: &str, value: &str) -> Vec<u8> {
    [&[0][..], &text(name), &text(value)].concat()
}

fn text(text: &str) -> Vec<u8> {
    let mut coded = Vec::new();
    // A prefix of seven bits, and then seven bits a byte.
    match text.len().checked_sub(127) {
        None => coded.push(text.len() as u8),
        Some(mut rest) => {
            coded.push(127);
            while rest >= 128 {
                coded.push((rest % 128) as u8 | 128);
                rest /= 128;
            }
            coded.push(rest as u8);
        }
    }
    coded.extend(text.as_bytes());
    coded
}
