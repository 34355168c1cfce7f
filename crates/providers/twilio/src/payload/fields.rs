//! The fields of a verified form.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};

use countersign_core::PayloadError;
use serde::Serialize;

/// Fields of a verified form by name, each with its values. `Debug` shows their names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    /// The value of a field that has one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.values(name) {
            [value] => Some(value),
            _ => None,
        }
    }

    /// All values of a field; none if there is no such field.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn read(form: &[u8]) -> Result<Self, PayloadError> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(form)
            .map_err(|_| PayloadError::new("the verified fields cannot be read"))?;
        let mut fields = Self::default();
        for (name, value) in pairs {
            fields.0.entry(name).or_default().push(value);
        }
        Ok(fields)
    }

    pub(super) fn required(&mut self, name: &str) -> Result<String, PayloadError> {
        self.optional(name)
            .ok_or_else(|| PayloadError::new(format!("there is not one field `{name}`")))
    }

    /// Takes a field out that has one value. One with several stays: which of them is meant, nobody said.
    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        self.text(name)?;
        self.0.remove(name)?.pop()
    }
}

impl Debug for Fields {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
