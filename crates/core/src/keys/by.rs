//! Which of the names that a request gives is meant.

use super::KeyHint;

/// The name that chooses an entry.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// That of the key, which the scheme has read.
    KeyId,
    /// That of the tenant, which the layer has located.
    Tenant,
}

impl By {
    pub(super) fn name<'a>(self, hint: &KeyHint<'a>) -> Option<&'a str> {
        let name = match self {
            Self::KeyId => hint.key_id(),
            Self::Tenant => hint.tenant(),
        };
        name.map(super::UnverifiedName::as_unverified_str)
    }
}
