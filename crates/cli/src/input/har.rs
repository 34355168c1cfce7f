//! Requests in a HAR, as browsers and proxies export them (HTTP Archive 1.2).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign::Timestamp;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use serde::Deserialize;

use super::Input;
use crate::target::as_received;
use crate::vectors::without_values;

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    request: Raw,
    /// When it was sent, in RFC 3339: as near to when it arrived as a HAR knows.
    started_date_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
    post_data: Option<PostData>,
    #[serde(default)]
    body_size: i64,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct PostData {
    text: Option<String>,
    /// Not in the format, but written by some for a body that is no text.
    #[serde(alias = "_encoding")]
    encoding: Option<String>,
}

/// Reads the request of an entry; the first is 0, and a HAR with one entry needs no number.
pub(super) fn parse(text: &[u8], entry: Option<usize>) -> Result<Input, String> {
    let har: Har = serde_json::from_slice(text)
        .map_err(|error| format!("the HAR: {}", without_values(&error)))?;
    let count = har.log.entries.len();
    let index = match (entry, count) {
        (_, 0) => return Err("the HAR has no entries".to_owned()),
        (Some(index), _) => index,
        (None, 1) => 0,
        (None, _) => {
            return Err(format!(
                "the HAR has {count} entries: give --har-entry, from 0 to {}",
                count - 1
            ));
        }
    };
    let entry = har.log.entries.into_iter().nth(index);
    let entry = entry
        .ok_or_else(|| format!("the HAR has no entry {index}: they are 0 to {}", count - 1))?;
    input(entry).map_err(|error| format!("entry {index} of the HAR: {error}"))
}

fn input(entry: Entry) -> Result<Input, String> {
    let now = entry.started_date_time.as_deref().map(time).transpose()?;
    Ok(Input { now, ..request(entry.request)?.into() })
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp =
        text.parse().map_err(|_| "startedDateTime is not a time".to_owned())?;
    Ok(Timestamp::from_millis(time.as_millisecond()))
}

fn request(raw: Raw) -> Result<Request<Bytes>, String> {
    let body = match raw.post_data {
        Some(PostData { text: Some(text), encoding }) => body(text, encoding.as_deref())?,
        // One that was taken apart into its fields is not the one that was signed.
        posted if posted.is_some() || raw.body_size > 0 => {
            return Err("its body was not recorded: export the HAR with its content".to_owned());
        }
        _ => Bytes::new(),
    };
    let mut request = Request::new(body);
    *request.method_mut() = Method::from_bytes(raw.method.as_bytes())
        .map_err(|_| "the method is not one of HTTP".to_owned())?;
    *request.uri_mut() = Uri::try_from(raw.url).map_err(|_| "the URL is malformed".to_owned())?;
    // Those that begin with a colon are the first line of HTTP/2.
    for Header { name, value } in raw.headers.into_iter().filter(|it| !it.name.starts_with(':')) {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| "a header has a name that HTTP does not allow".to_owned())?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| format!("the value of {name} is not one of HTTP"))?;
        request
            .headers_mut()
            .try_append(name, value)
            .map_err(|_| "there are too many headers".to_owned())?;
    }
    Ok(as_received(request))
}

fn body(text: String, encoding: Option<&str>) -> Result<Bytes, String> {
    match encoding {
        Some("base64") => BASE64_STANDARD
            .decode(text)
            .map(Bytes::from)
            .map_err(|_| "the body is said to be base64, and is not".to_owned()),
        _ => Ok(Bytes::from(text)),
    }
}
