//! A request as a curl call to be pasted into a shell.
//!
//! What curl would add of its own (`Accept`, `User-Agent`, a `Content-Type` for forms, `Expect`)
//! is taken out, so exactly the request is sent. A body of printable text is an argument of
//! `--data-raw`, which, unlike `--data`, takes a leading `@` for what it is. Any other body, and a
//! large one, which a system would not take as an argument, goes through `base64` in a here-document.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderName, HeaderValue, USER_AGENT,
};

use crate::failure::Failure;
use crate::target::Target;

/// Linux takes 128 KiB in one argument; quoting may add to it.
const ARGUMENT_LIMIT: usize = 32 * 1024;

/// The call, with a line end.
pub(crate) fn command(target: &Target, request: &Request<Bytes>) -> Result<Vec<u8>, Failure> {
    let mut call = Call(b"curl -q -isS --http1.1".to_vec());
    if target.as_str().contains("/.") {
        call.plain("--path-as-is");
    }
    if target.as_str().contains(['[', ']', '{', '}']) {
        call.plain("--globoff");
    }
    call.plain("-X");
    call.word(request.method().as_str().as_bytes())?;
    for (name, value) in request.headers() {
        if name == CONTENT_LENGTH || (name == HOST && target.host_header()? == value) {
            continue;
        }
        call.plain("-H");
        call.word(&header(name, value))?;
    }
    for added in [ACCEPT, CONTENT_TYPE, EXPECT, USER_AGENT] {
        if !request.headers().contains_key(&added) {
            call.plain("-H");
            call.word(format!("{added}:").as_bytes())?;
        }
    }
    let body = request.body();
    if printable(body) && body.len() <= ARGUMENT_LIMIT {
        call.plain("--data-raw");
        call.word(body)?;
        call.plain("--");
        call.word(target.as_str().as_bytes())?;
        call.0.push(b'\n');
        return Ok(call.0);
    }
    call.plain("--data-binary @- --");
    call.word(target.as_str().as_bytes())?;
    Ok(through_base64(body, &call.0))
}

/// `base64 -d <<'EOF' | curl ..`: the here-document has no limit, and nothing in it is special.
fn through_base64(body: &[u8], call: &[u8]) -> Vec<u8> {
    let mut script = b"base64 -d <<'EOF' | ".to_vec();
    script.extend_from_slice(call);
    script.push(b'\n');
    for line in BASE64_STANDARD.encode(body).as_bytes().chunks(76) {
        script.extend_from_slice(line);
        script.push(b'\n');
    }
    script.extend_from_slice(b"EOF\n");
    script
}

/// curl takes `Name:` for "leave it out", and `Name;` for one that is empty.
fn header(name: &HeaderName, value: &HeaderValue) -> Vec<u8> {
    if value.is_empty() {
        return format!("{name};").into_bytes();
    }
    [name.as_str().as_bytes(), b": ", value.as_bytes()].concat()
}

/// Whether a terminal takes it as it is: a TAB that is pasted would be completed, and a NUL is not
/// in any argument.
fn printable(body: &[u8]) -> bool {
    str::from_utf8(body).is_ok_and(|text| !text.chars().any(|c| c.is_control() && c != '\n'))
}

struct Call(Vec<u8>);

impl Call {
    fn plain(&mut self, word: &str) {
        self.0.push(b' ');
        self.0.extend_from_slice(word.as_bytes());
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Failure> {
        let quoted = shlex::bytes::try_quote(word)
            .map_err(|error| Failure::new(format!("no shell takes this as a word: {error}")))?;
        self.0.push(b' ');
        self.0.extend_from_slice(&quoted);
        Ok(())
    }
}
