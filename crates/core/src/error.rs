//! What went wrong: with a request, with the configuration, or with a payload.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use bytes::Bytes;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

/// Why a request was refused.
///
/// It names headers and fields, never their values. It goes to `tracing` and, inside a
/// [`VerifyError`], into the extensions of the answer; the sender does not learn it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The named header or field is absent.
    Missing(&'static str),
    /// The named header or field is there more than once.
    Repeated(&'static str),
    /// The named header or field does not follow its grammar.
    Malformed(&'static str),
    /// There are more of the named thing than are looked at.
    TooMany(&'static str),
    /// The request is of a kind that the provider never sends; the text says in what.
    Unexpected(&'static str),
    /// The body cannot be brought into the form that is signed; the text says why.
    NotCanonical(&'static str),
    /// There is no key for what the request names.
    UnknownKey,
    /// The keys cannot be had at present.
    KeysUnavailable,
    /// The signature is that of no configured key.
    Mismatch,
    /// The body is not the one whose digest is signed.
    BodyDigest,
    /// The body is empty, which this provider never sends.
    EmptyBody,
    /// The signed time is older than the window allows.
    Stale,
    /// The signed time is further ahead of the clock than the window allows.
    FromTheFuture,
    /// A window is set, but the request signs no time.
    NoTimestamp,
    /// The request was handled already.
    Replayed,
    /// The request is being handled now, or its handling broke off: see
    /// [`ReplayMode`](crate::ReplayMode).
    InFlight,
    /// Whether the request was handled already cannot be said at present: the store is down or full.
    ReplayUnavailable,
    /// The body is larger than the limit, as declared or as received.
    BodyTooLarge,
    /// A deadline of an outer layer ran out before the body was there.
    BodyTimeout,
    /// The body broke off or could not be read.
    BodyUnreadable,
}

impl Reason {
    /// A stable name in kebab-case, for metrics and tools.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Repeated(_) => "repeated",
            Self::Malformed(_) => "malformed",
            Self::TooMany(_) => "too-many",
            Self::Unexpected(_) => "unexpected",
            Self::NotCanonical(_) => "not-canonical",
            Self::UnknownKey => "unknown-key",
            Self::KeysUnavailable => "keys-unavailable",
            Self::Mismatch => "mismatch",
            Self::BodyDigest => "body-digest",
            Self::EmptyBody => "empty-body",
            Self::Stale => "stale",
            Self::FromTheFuture => "from-the-future",
            Self::NoTimestamp => "no-timestamp",
            Self::Replayed => "replayed",
            Self::InFlight => "in-flight",
            Self::ReplayUnavailable => "replay-unavailable",
            Self::BodyTooLarge => "body-too-large",
            Self::BodyTimeout => "body-timeout",
            Self::BodyUnreadable => "body-unreadable",
        }
    }

    /// The status of the answer: 401, unless the body, the keys or the store of handled requests
    /// could not be had, or the same request is being handled now.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyUnreadable => StatusCode::BAD_REQUEST,
            Self::InFlight => StatusCode::CONFLICT,
            Self::KeysUnavailable | Self::ReplayUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "{what} is missing"),
            Self::Repeated(what) => write!(f, "{what} is there more than once"),
            Self::Malformed(what) => write!(f, "{what} is malformed"),
            Self::TooMany(what) => write!(f, "there are too many {what}"),
            Self::Unexpected(what) => write!(f, "{what}"),
            Self::NotCanonical(why) => write!(f, "the body has no canonical form: {why}"),
            Self::UnknownKey => f.write_str("there is no key for what the request names"),
            Self::KeysUnavailable => f.write_str("the keys cannot be had at present"),
            Self::Mismatch => f.write_str("the signature does not match under any configured key"),
            Self::BodyDigest => f.write_str("the body is not the one whose digest is signed"),
            Self::EmptyBody => f.write_str("the body is empty"),
            Self::Stale => f.write_str("the signed time is too old"),
            Self::FromTheFuture => f.write_str("the signed time is too far in the future"),
            Self::NoTimestamp => f.write_str("a window is set, but the request signs no time"),
            Self::Replayed => f.write_str("the request was handled already"),
            Self::InFlight => f.write_str("the request is being handled, or was broken off"),
            Self::ReplayUnavailable => f.write_str("the store of handled requests is down or full"),
            Self::BodyTooLarge => f.write_str("the body is larger than the limit"),
            Self::BodyTimeout => f.write_str("the body did not arrive before the deadline"),
            Self::BodyUnreadable => f.write_str("the body could not be read"),
        }
    }
}

/// A request that was refused: by which scheme, and why.
///
/// The answer carries it in its extensions, for layers outside of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyError {
    scheme: &'static str,
    reason: Reason,
}

impl VerifyError {
    pub(crate) fn new(scheme: &'static str, reason: Reason) -> Self {
        Self { scheme, reason }
    }

    /// The name of the scheme that refused the request.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The status of the default answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.reason.status()
    }

    /// The default answer: a status, for 401 a constant `WWW-Authenticate`, for 409 a `Retry-After` in
    /// seconds, and no body.
    #[must_use]
    pub fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = self.status();
        let header = match self.status() {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, "Signature")),
            StatusCode::CONFLICT => Some((RETRY_AFTER, "5")),
            _ => None,
        };
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// Strangers cause all but the last: what is unavailable is an operator's business.
    pub(crate) fn log(&self) {
        self.log_as(self.status());
    }

    /// For an answer with another status.
    pub(crate) fn log_as(&self, status: StatusCode) {
        let (scheme, reason, status) = (self.scheme, self.reason, status.as_u16());
        let code = reason.code();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(target: "countersign", scheme, %reason, code, status, "refused");
        } else {
            tracing::debug!(target: "countersign", scheme, %reason, code, status, "refused");
        }
    }
}

impl Display for VerifyError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.scheme, self.reason)
    }
}

impl Error for VerifyError {}

/// A verifier that cannot be built as configured.
///
/// It says what is wrong and names the scheme once it is known; it never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    scheme: Option<&'static str>,
    message: String,
}

impl ConfigError {
    /// An error with a message of its own, which should say what to do.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { scheme: None, message: message.into() }
    }

    pub(crate) fn empty_secret() -> Self {
        Self::new(
            "the secret is empty, so anybody could sign; give the secret that the provider uses",
        )
    }

    pub(crate) fn no_secret() -> Self {
        Self::new("the list of secrets is empty; give at least one, the newest first")
    }

    pub(crate) fn of(self, scheme: &'static str) -> Self {
        Self { scheme: Some(scheme), ..self }
    }
}

impl Display for ConfigError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Some(scheme) => write!(f, "{scheme}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl Error for ConfigError {}

/// A genuine body that is not the payload that the handler asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadError {
    message: String,
}

impl PayloadError {
    /// The message is for the log; it should hold no values of the body.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl Display for PayloadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for PayloadError {}
