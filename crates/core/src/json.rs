//! Payloads that come as JSON.

mod members;
mod objects;

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::error::PayloadError;
use crate::payload::{Payload, PayloadBytes};
use crate::scheme::Scheme;

pub use self::members::{Members, Sensitive};

/// A payload of the user's own type: the verified bytes of scheme `S`, read as JSON.
///
/// It dereferences to the value: `Verified(event): Verified<SignedJson<Spark, MyEvent>>` gives an
/// `event` with the members of `MyEvent`.
pub struct SignedJson<S, T> {
    value: T,
    scheme: PhantomData<fn() -> S>,
}

impl<S, T> SignedJson<S, T> {
    /// The value itself.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<S, T> Deref for SignedJson<S, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<S, T: Debug> Debug for SignedJson<S, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<S: Scheme, T: DeserializeOwned> Payload for SignedJson<S, T> {
    type Scheme = S;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        Ok(Self { value: read_json(bytes)?, scheme: PhantomData })
    }
}

/// Reads verified bytes as JSON.
///
/// # Errors
///
/// When they are no JSON, or not of this shape; the error holds no value of theirs.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PayloadError> {
    serde_json::from_slice(bytes).map_err(PayloadError::from)
}

/// A struct that is read from a JSON object and from nothing else.
///
/// What serde derives for a struct takes an array as well, its elements for the members in order.
/// Where a member that is absent means something, that would be another way to say it.
#[derive(Debug)]
pub struct JsonObject<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = JsonObject<T>;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<JsonObject<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(JsonObject)
            }
        }

        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// Says what is wrong and where, without the value that is wrong.
impl From<serde_json::Error> for PayloadError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        // These name members of the wanted type; other messages quote the body.
        let what = if text.starts_with("missing field") || text.starts_with("duplicate field") {
            return Self::new(text);
        } else if error.is_data() {
            "a value of another type than expected"
        } else {
            "no valid JSON"
        };
        Self::new(format!("{what} at line {} column {}", error.line(), error.column()))
    }
}
