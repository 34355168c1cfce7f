//! The organisations that are allowed.

use std::collections::HashSet;

use countersign_core::ConfigError;

/// One organisation, or several: `"org"`, `["a", "b"]` and `vec![..]` all do.
///
/// The ids are those that the API gives as `personOrgId`, and are compared as they are.
pub trait IntoOrgs {
    /// The ids.
    fn into_orgs(self) -> Vec<String>;
}

impl IntoOrgs for &str {
    fn into_orgs(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl IntoOrgs for String {
    fn into_orgs(self) -> Vec<String> {
        vec![self]
    }
}

impl<T: Into<String>> IntoOrgs for Vec<T> {
    fn into_orgs(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<String>, const N: usize> IntoOrgs for [T; N] {
    fn into_orgs(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl IntoOrgs for &[String] {
    fn into_orgs(self) -> Vec<String> {
        self.to_vec()
    }
}

/// At least one id, none of them blank.
#[derive(Clone, Debug)]
pub(super) struct AllowList(HashSet<String>);

impl AllowList {
    pub(super) fn new(orgs: impl IntoOrgs) -> Result<Self, ConfigError> {
        let orgs = orgs.into_orgs();
        if orgs.is_empty() {
            return Err(ConfigError::new(
                "the list of allowed organisations is empty; give the id of at least one, as the \
                 API has it in `personOrgId`",
            ));
        }
        if orgs.iter().any(|org| org.trim().is_empty()) {
            return Err(ConfigError::new(
                "the id of an allowed organisation is blank; give it as the API has it in \
                 `personOrgId`",
            ));
        }
        if orgs.iter().any(|org| org.contains(char::is_whitespace)) {
            return Err(ConfigError::new(
                "the id of an allowed organisation has white space in it, so it would match \
                 nobody; give one id an entry, without white space",
            ));
        }
        Ok(Self(orgs.into_iter().collect()))
    }

    pub(super) fn has(&self, org: &str) -> bool {
        self.0.contains(org)
    }
}
