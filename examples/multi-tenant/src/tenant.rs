//! The names of tenants.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// 1 to 63 of `a-z`, `0-9` and `-`, which is neither first nor last: a name that is the same in a path,
/// in a host, in a shell and in a log.
#[derive(Clone)]
pub(crate) struct TenantName(Box<str>);

impl TenantName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (1..=63).contains(&text.len())
            && text.bytes().all(fits)
            && !text.starts_with('-')
            && !text.ends_with('-');
        is_name.then(|| Self(text.into())).ok_or(
            "the name of a tenant is 1 to 63 of a-z, 0-9 and '-', which is neither first nor last",
        )
    }
}

impl Display for TenantName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
