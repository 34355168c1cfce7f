//! Reads a file of vectors, strictly.

use std::fmt::{self, Display, Formatter};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign::{JsonObject, Timestamp};
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Expect, Vector};
use crate::registry::{self, Provider, Settings};
use crate::target::as_received;

/// Reads the vectors of one file; the text is what is in it.
///
/// # Errors
///
/// When anything in it is not as described, or it has no vectors at all.
pub fn read(text: &[u8]) -> Result<Vec<Vector>, VectorError> {
    let file: File = strict(text)?;
    let provider =
        registry::find(&file.provider).map_err(|error| VectorError(error.to_string()))?;
    if file.vectors.is_empty() {
        return Err(VectorError("it has no vectors".to_owned()));
    }
    let vectors = file.vectors.iter().enumerate();
    vectors
        .map(|(index, raw)| vector(provider, raw).map_err(|error| error.of(index, raw)))
        .collect()
}

/// Reads one vector that stands alone, of that provider.
pub(crate) fn read_one(
    provider: &'static dyn Provider,
    text: &[u8],
) -> Result<Vector, VectorError> {
    let raw: &RawValue =
        serde_json::from_slice(text).map_err(|error| VectorError(without_values(&error)))?;
    vector(provider, raw)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: String,
    vectors: Vec<Box<RawValue>>,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    #[serde(default)]
    why: String,
    config: Members,
    request: JsonObject<RawRequest>,
    now: i64,
    expect: Expect,
    #[serde(default)]
    handler_must_not_see: Vec<String>,
    #[serde(default, rename = "unconfirmed")]
    _unconfirmed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_base64: Option<String>,
}

fn vector(provider: &'static dyn Provider, raw: &RawValue) -> Result<Vector, VectorError> {
    let raw: Raw = strict(raw.get().as_bytes()).map_err(VectorError::without_position)?;
    let members = provider.members();
    let mut settings = Settings::default();
    for (name, value) in raw.config.0 {
        settings.put(&members, &name, value).map_err(|error| {
            VectorError(format!("config of {}: {error}", provider.facts().name))
        })?;
    }
    Ok(Vector {
        name: raw.name,
        why: raw.why,
        provider,
        settings,
        request: request(raw.request.0)?,
        now: Timestamp::from_secs(raw.now),
        expect: raw.expect,
        hidden: raw.handler_must_not_see,
    })
}

/// As a server gets it: the target is a path, the rest of the URL is in `Host`.
fn request(raw: RawRequest) -> Result<Request<Bytes>, VectorError> {
    let bad = |what: &str| VectorError(format!("request: {what}"));
    let body = match (raw.body, raw.body_base64) {
        (Some(text), None) => Bytes::from(text),
        (None, Some(base64)) => BASE64_STANDARD
            .decode(base64)
            .map_err(|error| bad(&format!("body_base64 is not base64: {error}")))?
            .into(),
        (Some(_), Some(_)) => return Err(bad("body and body_base64 are both there")),
        (None, None) => return Err(bad("neither body nor body_base64 is there")),
    };
    let mut request = Request::new(body);
    *request.method_mut() = Method::from_bytes(raw.method.as_bytes())
        .map_err(|_| bad("the method is not one of HTTP"))?;
    *request.uri_mut() = Uri::try_from(raw.url).map_err(|_| bad("the URL is malformed"))?;
    for (name, value) in raw.headers {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| bad(&format!("HTTP does not allow a header named `{name}`")))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| bad(&format!("HTTP does not allow this value of `{name}`")))?;
        request.headers_mut().append(header, value);
    }
    Ok(as_received(request))
}

/// The members of an object in their order, each name once: a map would keep the last one only.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

fn strict<T: DeserializeOwned>(text: &[u8]) -> Result<T, VectorError> {
    match serde_json::from_slice(text) {
        Ok(JsonObject(value)) => Ok(value),
        Err(error) => Err(VectorError(without_values(&error))),
    }
}

/// What serde says, but for the value that it found instead of another: that could be a secret.
pub(crate) fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.find(": string \""), text.rfind("\", expected")) {
        (Some(start), Some(end)) if start < end => {
            let (before, after) = text.split_at(start);
            let after = after.get(end - start + 1..).unwrap_or_default();
            format!("{before}: a text{after}")
        }
        _ => text,
    }
}

/// What is wrong with a file of vectors, in one line; it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorError(String);

impl VectorError {
    /// A line and column within the vector would be taken for those of the file.
    fn without_position(self) -> Self {
        match self.0.rsplit_once(" at line ") {
            Some((message, _)) => Self(message.to_owned()),
            None => self,
        }
    }

    /// Names the vector, if it has a name.
    fn of(self, index: usize, raw: &RawValue) -> Self {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }

        Self(match serde_json::from_str::<Named>(raw.get()) {
            Ok(Named { name }) => format!("vector `{name}`: {self}"),
            Err(_) => format!("vector number {}: {self}", index.saturating_add(1)),
        })
    }
}

impl Display for VectorError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for VectorError {}
