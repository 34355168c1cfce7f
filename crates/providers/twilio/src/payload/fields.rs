//! The fields of a verified form.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};

use countersign_core::{Covered, PayloadBytes, PayloadError};
use countersign_form::{Form, MAX_FIELDS};
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

    /// Reads what was signed as fields. A body that its digest vouches for is none of that, whatever it looks
    /// like: who can have a text signed could choose it.
    pub(super) fn read(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        if bytes.covered() == Some(Covered::Body) {
            return Err(PayloadError::new("the body was not signed as a form"));
        }
        let form = Form::decode_repeating(bytes, MAX_FIELDS).map_err(|reason| {
            PayloadError::new(format!("the verified fields cannot be read: {reason}"))
        })?;
        let mut fields = Self::default();
        for field in form.fields() {
            let values = fields.0.entry(field.name.to_owned()).or_default();
            values.push(field.value.unwrap_or_default().to_owned());
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
