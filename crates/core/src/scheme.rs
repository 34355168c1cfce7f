//! Where a provider puts its signature, and what the signature covers.

use std::time::Duration;

use bytes::Bytes;
use http::{Method as HttpMethod, Response};

use crate::error::{ConfigError, Reason};
use crate::evidence::Evidence;
use crate::head::Head;
use crate::id::Id;
use crate::method::Method;
use crate::secret::Secret;
use crate::time::Timestamp;

/// A provider's rules: where the signature is and what it covers. No I/O, no clock.
///
/// The engine calls the hooks in the order in which they stand here. Only [`key`](Self::key) and
/// [`inspect`](Self::inspect) have to be written.
pub trait Scheme: Send + Sync + 'static {
    /// The cryptography behind the signature.
    type Method: Method;

    /// The name in logs and on the command line, in kebab-case.
    const NAME: &'static str;

    /// Whether every genuine request has an id that is signed, in its [`Evidence`] or
    /// [`Attested`]. Only then can requests be remembered whose method does not
    /// [distinguish](Method::DISTINGUISHES) them.
    const SIGNED_ID: bool = false;

    /// The window and the body limit that hold unless the layer is told otherwise.
    fn defaults(&self) -> Defaults {
        Defaults::default()
    }

    /// Makes the key of what the vendor shows: a text as it is, base64 behind a prefix, hex, a PEM.
    ///
    /// # Errors
    ///
    /// When the secret does not have the vendor's shape.
    fn key(&self, secret: &Secret) -> Result<KeyOf<Self>, ConfigError>;

    /// A key that nobody has the other half of. A request whose tenant or key id is unknown is
    /// checked with it before it is refused, so that it takes as long as one with a wrong signature
    /// for a tenant with one key that is at hand. How many keys a tenant has, or that its keys had to
    /// be fetched, still shows.
    ///
    /// By default a key of some bytes. Where these have not the shape of a key and no other is given,
    /// the request is refused at once, and the time tells strangers which names are known.
    fn decoy(&self) -> Option<KeyOf<Self>> {
        self.key(&Secret::new(*b"nobody's, and believed by nobody").ok()?).ok()
    }

    /// Whether [`challenge`](Self::challenge) is to be asked. Without it no keys are looked up for a
    /// GET that carries no signature.
    const CHALLENGES: bool = false;

    /// Whether the provider also sends GETs that are signed, for the handler:
    /// [`VerifyLayer::route`](crate::VerifyLayer) mounts it for them too.
    const SIGNED_GETS: bool = false;

    /// Answers a challenge that carries no signature, such as a subscription that is confirmed by
    /// a GET. Where [`CHALLENGES`](Self::CHALLENGES) says so, it is asked before anything else, for
    /// GET and HEAD only.
    ///
    /// # Errors
    ///
    /// When it is a challenge, but not a good one.
    fn challenge(
        &self,
        head: &Head<'_>,
        keys: &[KeyOf<Self>],
    ) -> Result<Option<Response<Bytes>>, Reason> {
        let _ = (head, keys);
        Ok(None)
    }

    /// Reads what the request claims.
    ///
    /// It is called with `None` first, when only the head is there. A scheme that signs the raw
    /// body answers with its [`Evidence`] then, and the body is hashed as it arrives. One that
    /// signs a form of the parsed body answers [`Inspect::NeedBody`], and is called again.
    ///
    /// # Errors
    ///
    /// When something is missing, repeated, malformed, or cannot be brought into the signed form.
    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason>;

    /// Reads what is inside the signed body besides the payload, once the signature holds: an id, a handshake
    /// to be answered. By default nothing.
    ///
    /// # Errors
    ///
    /// When the body is genuine but not one to be handled, such as an empty one.
    fn attest(&self, verified: &[u8], key: &KeyOf<Self>) -> Result<Attested, Reason> {
        let _ = (verified, key);
        Ok(Attested::default())
    }

    /// Reads the time inside the signed body, once the signature holds. It is asked only where a
    /// window is set and the [`Evidence`] has no time, so that nobody else pays for reading it.
    ///
    /// # Errors
    ///
    /// When there is a time, but not a readable one.
    fn timestamp(&self, verified: &[u8]) -> Result<Option<Timestamp>, Reason> {
        let _ = verified;
        Ok(None)
    }

    /// Whether a request with this head may hold a secret in the clear, so that nothing of it is to be
    /// kept or shown: see [`Refused::bears_secret`](crate::Refused::bears_secret).
    ///
    /// It is asked of a request that was refused, where somebody is told of it. By default one whose
    /// signature is the secret itself, and one that [`challenge`](Self::challenge) is asked about. To be
    /// written where a handshake in a body brings a secret.
    fn bears_secret(&self, head: &Head<'_>) -> bool {
        !Self::Method::DISTINGUISHES || asks_challenge::<Self>(head)
    }
}

/// Whether [`Scheme::challenge`] is asked about it.
pub(crate) fn asks_challenge<S: Scheme + ?Sized>(head: &Head<'_>) -> bool {
    S::CHALLENGES && matches!(*head.method(), HttpMethod::GET | HttpMethod::HEAD)
}

/// The key of a scheme's method.
pub type KeyOf<S> = <<S as Scheme>::Method as Method>::Key;

/// A scheme that needs nothing but a secret: its layer can be made by `new(secret)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` needs settings besides its secret, so its layer has no `new(secret)`",
    label = "this scheme has settings of its own",
    note = "make the scheme with its settings and call `with(scheme, secret)` or `try_with(scheme, secret)`"
)]
pub trait SecretOnly: Scheme + Default {}

/// The weak tier: a scheme that signs nothing, where a token in the request equals the secret.
///
/// **No byte of the request is protected.** Who has seen one request can send any other, and there
/// is no window and nothing to tell a replay by. Every scheme whose method is
/// [`Token`](crate::Token) is of this tier, and can be told by this bound.
pub trait TokenOnly: Scheme<Method = crate::Token> {}

impl<S: Scheme<Method = crate::Token>> TokenOnly for S {}

/// What holds for a scheme unless its layer is told otherwise.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Defaults {
    /// How old a signed time may be; `None` where the provider signs none.
    pub max_age: Option<Duration>,
    /// How far ahead of the clock a signed time may be, once there is a `max_age`.
    pub max_future: Duration,
    /// The largest body in bytes.
    pub body_limit: usize,
}

impl Defaults {
    /// A window of its own.
    #[must_use]
    pub fn window(mut self, max_age: Duration, max_future: Duration) -> Self {
        self.max_age = Some(max_age);
        self.max_future = max_future;
        self
    }

    /// A body limit of its own, in bytes.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }
}

/// No window, bodies up to 1 MiB; clocks that differ by 60 s once a window is set.
impl Default for Defaults {
    fn default() -> Self {
        Self { max_age: None, max_future: Duration::from_secs(60), body_limit: 1024 * 1024 }
    }
}

/// What [`Scheme::inspect`] found.
#[derive(Debug)]
#[non_exhaustive]
pub enum Inspect {
    /// All that is claimed.
    Evidence(Evidence),
    /// What is claimed is in the body, or over a form of it: call again with the body.
    NeedBody,
    /// It is a handshake that carries no signature: this answer is sent, and nothing is handled.
    Handshake(Response<Bytes>),
}

impl From<Evidence> for Inspect {
    fn from(evidence: Evidence) -> Self {
        Self::Evidence(evidence)
    }
}

/// What [`Scheme::attest`] found inside the verified body.
#[derive(Debug, Default)]
pub struct Attested {
    pub(crate) id: Option<Id>,
    /// In a box, since hardly any request has one.
    pub(crate) answer: Option<Box<Response<Bytes>>>,
}

impl Attested {
    /// The id of the request that stands in the body.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The answer to a signed handshake, if it is one: it is sent, and the handler never sees the request.
    #[must_use]
    pub fn answer(mut self, response: impl Into<Option<Response<Bytes>>>) -> Self {
        self.answer = response.into().map(Box::new);
        self
    }
}
