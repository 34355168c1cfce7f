//! Payloads that come as a form.

use countersign_core::{PayloadError, read_json};
use countersign_form::{Form, MAX_FIELDS};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The fields, each as a text.
pub(crate) fn read_fields<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PayloadError> {
    let fields: Map<_, _> = decode(bytes)?
        .fields()
        .map(|field| (field.name.to_owned(), Value::from(field.value.unwrap_or_default())))
        .collect();
    Ok(T::deserialize(Value::Object(fields))?)
}

/// The JSON in the field `payload`.
pub(crate) fn read_payload<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PayloadError> {
    let form = decode(bytes)?;
    let json = form.get("payload").ok_or_else(|| PayloadError::new("missing field `payload`"))?;
    read_json(json.as_bytes())
}

fn decode(bytes: &[u8]) -> Result<Form, PayloadError> {
    Form::decode(bytes, MAX_FIELDS).map_err(|reason| PayloadError::new(reason.to_string()))
}
