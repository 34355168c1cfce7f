//! Secrets: never empty, never printed, wiped when dropped.

mod load;

use std::fmt::{self, Debug, Formatter};

use zeroize::Zeroizing;

use crate::error::ConfigError;

/// A secret shared with a provider: bytes, at least one of them.
///
/// It is wiped from memory when dropped, prints as `Secret(..)`, and can be neither compared nor
/// serialised, so that it does not end up in a log or in a comparison that takes longer the more
/// of it is right.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes as they are: nothing is trimmed or decoded. What a text stands for (base64
    /// after a prefix, hex, a PEM) is the scheme's to say.
    ///
    /// # Errors
    ///
    /// An empty secret is refused. With it, anybody could sign.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, ConfigError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(ConfigError::empty_secret());
        }
        Ok(Self(bytes))
    }

    /// The bytes, for a scheme that makes its key of them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What can stand for one secret: a text, bytes, or a [`Secret`].
pub trait IntoSecret {
    /// The secret.
    ///
    /// # Errors
    ///
    /// When it is empty.
    fn into_secret(self) -> Result<Secret, ConfigError>;
}

impl IntoSecret for Secret {
    fn into_secret(self) -> Result<Secret, ConfigError> {
        Ok(self)
    }
}

impl IntoSecret for &Secret {
    fn into_secret(self) -> Result<Secret, ConfigError> {
        Ok(self.clone())
    }
}

impl IntoSecret for String {
    fn into_secret(self) -> Result<Secret, ConfigError> {
        Secret::new(self)
    }
}

impl IntoSecret for &String {
    fn into_secret(self) -> Result<Secret, ConfigError> {
        Secret::new(self.as_bytes())
    }
}

impl IntoSecret for &str {
    fn into_secret(self) -> Result<Secret, ConfigError> {
        Secret::new(self)
    }
}

impl IntoSecret for Vec<u8> {
    fn into_secret(self) -> Result<Secret, ConfigError> {
        Secret::new(self)
    }
}

impl IntoSecret for &[u8] {
    fn into_secret(self) -> Result<Secret, ConfigError> {
        Secret::new(self)
    }
}

/// One secret, or several with the newest first, so that a rotation refuses nobody.
///
/// `"secret"`, `["new", "old"]` and `vec![..]` all do.
pub trait IntoSecrets {
    /// The secrets, newest first.
    ///
    /// # Errors
    ///
    /// When there is none, or one of them is empty.
    fn into_secrets(self) -> Result<Vec<Secret>, ConfigError>;
}

impl<T: IntoSecret> IntoSecrets for T {
    fn into_secrets(self) -> Result<Vec<Secret>, ConfigError> {
        Ok(vec![self.into_secret()?])
    }
}

impl<T: IntoSecret, const N: usize> IntoSecrets for [T; N] {
    fn into_secrets(self) -> Result<Vec<Secret>, ConfigError> {
        collect(self)
    }
}

impl<T: IntoSecret> IntoSecrets for Vec<T> {
    fn into_secrets(self) -> Result<Vec<Secret>, ConfigError> {
        collect(self)
    }
}

fn collect<T: IntoSecret>(
    secrets: impl IntoIterator<Item = T>,
) -> Result<Vec<Secret>, ConfigError> {
    let secrets: Vec<_> = secrets.into_iter().map(T::into_secret).collect::<Result<_, _>>()?;
    if secrets.is_empty() {
        return Err(ConfigError::no_secret());
    }
    Ok(secrets)
}
