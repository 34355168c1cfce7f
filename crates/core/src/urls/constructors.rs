//! The constructors of schemes that sign the URL, written once: each has the same two, and what is promised of them
//! is the same.

/// Declares `at` and `try_at` in the `impl` of a scheme: for the URL as it is configured at the provider. The
/// documentation says what is particular, and the function makes the scheme of [`Urls`](crate::Urls), or refuses them.
#[macro_export]
macro_rules! scheme_at_urls {
    ($(#[$doc:meta])* $of:path) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// At start-up, if there is none, there are more than
        /// [`Evidence::MAX_MESSAGES`](countersign_core::Evidence::MAX_MESSAGES), or one of them is no `http` or
        /// `https` URL. [`try_at`](Self::try_at) returns the error instead.
        #[must_use]
        #[expect(clippy::panic, reason = "start-up is the time to stop; `try_at` does not")]
        pub fn at(urls: impl $crate::IntoUrls) -> Self {
            Self::try_at(urls).unwrap_or_else(|error| panic!("countersign: {error}"))
        }

        /// Like [`at`](Self::at), for URLs that may turn out to be unusable.
        ///
        /// # Errors
        ///
        /// As [`at`](Self::at) panics.
        pub fn try_at(urls: impl $crate::IntoUrls) -> Result<Self, $crate::ConfigError> {
            $crate::Urls::exact(urls).and_then($of)
        }
    };
}

/// Declares `under` and `try_under` in the `impl` of a scheme: for the URL that is made of a base and of the path and
/// query of each request. The crate needs a feature `axum` that turns on `axum-router` of this one.
#[macro_export]
macro_rules! scheme_under_urls {
    ($of:path) => {
        /// For the URL that is made of this base, such as `https://example.com`, and of the path and query of each
        /// request, as the server got them. Several bases are tried each.
        ///
        /// A proxy must not have changed path or query. Under axum's `Router::nest` they are those from before,
        /// with the feature `axum` of this crate.
        ///
        /// # Panics
        ///
        /// At start-up, if there is none, there are more than
        /// [`Evidence::MAX_MESSAGES`](countersign_core::Evidence::MAX_MESSAGES), or one of them is no `http` or
        /// `https` URL, ends with `/` or has a query. [`try_under`](Self::try_under) returns the error instead.
        #[must_use]
        #[expect(clippy::panic, reason = "start-up is the time to stop; `try_under` does not")]
        pub fn under(bases: impl $crate::IntoUrls) -> Self {
            Self::try_under(bases).unwrap_or_else(|error| panic!("countersign: {error}"))
        }

        /// Like [`under`](Self::under), for bases that may turn out to be unusable.
        ///
        /// # Errors
        ///
        /// As [`under`](Self::under) panics.
        pub fn try_under(bases: impl $crate::IntoUrls) -> Result<Self, $crate::ConfigError> {
            $crate::Urls::under(bases).and_then($of)
        }
    };
}
