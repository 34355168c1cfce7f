//! Reads one request, from whatever it was captured with.
//!
//! What it is shows in its first bytes, and nothing has to be said: JSON is a HAR or a vector, what has
//! the marks of a curl trace is one, and the rest is an HTTP/1.1 request. Each reader is total, as that
//! of [`capture`] is.

mod har;
mod trace;

use bytes::Bytes;
use countersign::Timestamp;
use countersign::explain::{Note, take_note};
use http::Request;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::capture;
use crate::registry::{Provider, Settings};
use crate::vectors::{self, Vector, without_values};

/// A request, and what was captured with it.
#[derive(Debug)]
pub struct Input {
    /// The request.
    pub request: Request<Bytes>,
    /// When it arrived, where the capture says so.
    pub now: Option<Timestamp>,
    /// What the server noted that refused it.
    pub note: Option<Note>,
    /// How its receiver is configured, where that is known.
    pub settings: Option<Settings>,
    /// What is to be known of how it was captured.
    pub remark: Option<&'static str>,
}

/// Which request is meant, where there are several.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// The entry of a HAR; the first is 0.
    pub har_entry: Option<usize>,
    /// The name of a vector.
    pub vector: Option<&'a str>,
}

/// Reads the request that `text` holds, to be received by that provider's layer.
///
/// # Errors
///
/// When there is none, or there are several; the one line says what to do.
pub fn read(
    text: &[u8],
    provider: &'static dyn Provider,
    choice: Choice<'_>,
) -> Result<Input, String> {
    if text.len() > capture::LIMIT {
        return Err(format!("it has more than {} bytes", capture::LIMIT));
    }
    // Some editors and exporters write a byte order mark, which no kind of capture begins with.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.trim_ascii_start().starts_with(b"{") {
        return json(text, provider, choice);
    }
    if choice.har_entry.is_some() {
        return Err("--har-entry is for a HAR, and this is none".to_owned());
    }
    if choice.vector.is_some() {
        return Err("--vector is for a file of vectors, and this is none".to_owned());
    }
    if trace::is_one(text) {
        return trace::parse(text);
    }
    let mut request = capture::parse(text).map_err(|error| error.to_string())?;
    // Only here: in the other kinds, headers stand in the order that the sender chose.
    let note = take_note(&mut request);
    Ok(Input { note, ..request.into() })
}

impl From<Request<Bytes>> for Input {
    fn from(request: Request<Bytes>) -> Self {
        Self { request, now: None, note: None, settings: None, remark: None }
    }
}

fn json(text: &[u8], provider: &'static dyn Provider, choice: Choice<'_>) -> Result<Input, String> {
    /// What tells the kinds of files apart.
    #[derive(Deserialize)]
    struct Outline {
        log: Option<IgnoredAny>,
        vectors: Option<IgnoredAny>,
        request: Option<IgnoredAny>,
    }

    let outline: Outline = serde_json::from_slice(text)
        .map_err(|error| format!("it is not JSON: {}", without_values(&error)))?;
    match outline {
        Outline { log: Some(_), .. } => har::parse(text, choice.har_entry),
        Outline { vectors: Some(_), .. } => {
            of_several(text, choice.vector).and_then(|vector| of(vector, provider))
        }
        Outline { request: Some(_), .. } => vectors::read_one(provider, text)
            .map_err(|error| error.to_string())
            .and_then(|vector| of(vector, provider)),
        Outline { .. } => {
            Err("it is JSON, but no HAR (`log`), no vector (`request`) and no file of \
                               vectors (`vectors`)"
                .to_owned())
        }
    }
}

fn of_several(text: &[u8], name: Option<&str>) -> Result<Vector, String> {
    let vectors = vectors::read(text).map_err(|error| error.to_string())?;
    let several = vectors.len() > 1;
    let mut meant = vectors.into_iter().filter(|vector| match name {
        Some(name) => vector.name == name,
        None => !several,
    });
    meant.next().ok_or_else(|| match name {
        Some(name) => format!("there is no vector `{name}` in it"),
        None => "it has several vectors: give --vector NAME".to_owned(),
    })
}

fn of(vector: Vector, provider: &'static dyn Provider) -> Result<Input, String> {
    let (of, settings, request, now) = vector.into_parts();
    let (of, asked) = (of.facts().name, provider.facts().name);
    if of != asked {
        return Err(format!("the vector is of `{of}`, not of `{asked}`"));
    }
    Ok(Input { now: Some(now), settings: Some(settings), ..request.into() })
}
