//! The check itself, without I/O: the layer and the offline entry both drive it.
//!
//! [`begin`] looks at the head, [`Check::update`] takes the body as it arrives, and [`complete`]
//! says whether it was genuine.

use bytes::Bytes;
use http::{Method as HttpMethod, Response};
use sha2::{Digest, Sha256, Sha512};
use smallvec::SmallVec;
use subtle::ConstantTimeEq;

use crate::error::Reason;
use crate::evidence::{Algorithm, Claim, Content, Evidence, Message, Signature};
use crate::head::Head;
use crate::layer::Config;
use crate::method::{Match, Method};
use crate::proof::{Covered, Proof};
use crate::scheme::{Inspect, KeyOf, Scheme};
use crate::time::Timestamp;

/// What the head of a request led to.
pub(crate) enum Begun<M: Method> {
    /// An unsigned challenge: this is the answer.
    Answered(Response<Bytes>),
    /// The body is hashed as it arrives.
    Streaming(Check<M>),
    /// The body is gathered, and read when it is there.
    NeedBody,
}

/// Looks at the head: what is missing, malformed or stale is refused before a byte of the body is
/// read.
pub(crate) fn begin<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
) -> Result<Begun<S::Method>, Reason> {
    let keys = config.keys.keys();
    if matches!(*head.method(), HttpMethod::GET | HttpMethod::HEAD)
        && let Some(answer) = config.scheme.challenge(head, keys)?
    {
        return Ok(Begun::Answered(answer));
    }
    match config.scheme.inspect(head, None)? {
        Inspect::Evidence(evidence) => {
            if let Some(timestamp) = evidence.timestamp {
                config.window.check(timestamp, config.clock.now())?;
            }
            Check::new(keys, evidence).map(Begun::Streaming)
        }
        Inspect::NeedBody => Ok(Begun::NeedBody),
    }
}

/// What is left to be checked while the body arrives.
pub(crate) struct Check<M: Method> {
    claim: Claim,
    streams: SmallVec<[Stream<M>; 1]>,
    timestamp: Option<Timestamp>,
    id: Option<Box<str>>,
    body_digest: Option<Box<Signature>>,
}

/// A candidate message on its way through the method.
struct Stream<M: Method> {
    state: M::State,
    content: Content,
    suffix: Box<[u8]>,
}

impl<M: Method> Check<M> {
    fn new(keys: &[M::Key], evidence: Evidence) -> Result<Self, Reason> {
        let Evidence { claim, mut messages, timestamp, id, body_digest } = evidence;
        if claim.signatures.len() > Evidence::MAX_SIGNATURES {
            return Err(Reason::TooMany("signatures"));
        }
        if messages.len() > Evidence::MAX_MESSAGES {
            return Err(Reason::TooMany("candidates for the signed text"));
        }
        if messages.is_empty() {
            messages.push(Message::body());
        }
        let streams =
            messages.into_iter().map(|message| Stream::new(keys, &claim, message)).collect();
        Ok(Self { claim, streams, timestamp, id, body_digest: body_digest.map(Box::new) })
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        for stream in &mut self.streams {
            if let Content::Body = stream.content {
                M::update(&mut stream.state, chunk);
            }
        }
    }

    /// All candidates are finished, also when an earlier one matched.
    fn finish(self, keys: &[M::Key]) -> (Option<(Match, Content)>, Claimed) {
        let mut found = None;
        for mut stream in self.streams {
            M::update(&mut stream.state, &stream.suffix);
            if let Some(matched) = M::finish(stream.state, keys, &self.claim) {
                found.get_or_insert((matched, stream.content));
            }
        }
        let claimed =
            Claimed { timestamp: self.timestamp, id: self.id, body_digest: self.body_digest };
        (found, claimed)
    }
}

/// What a request claimed besides its signatures; true, once one of them holds.
struct Claimed {
    timestamp: Option<Timestamp>,
    id: Option<Box<str>>,
    body_digest: Option<Box<Signature>>,
}

impl<M: Method> Stream<M> {
    fn new(keys: &[M::Key], claim: &Claim, message: Message) -> Self {
        let mut state = M::start(keys, claim);
        M::update(&mut state, &message.prefix);
        if let Content::Canonical(canonical) = &message.content {
            canonical.feed(&mut |piece| M::update(&mut state, piece));
        }
        Self { state, content: message.content, suffix: message.suffix.into_vec().into() }
    }
}

/// A request that is genuine.
pub(crate) struct Genuine<S> {
    pub(crate) proof: Proof<S>,
    /// The answer to a signed handshake, which the handler does not see.
    pub(crate) answer: Option<Response<Bytes>>,
}

/// Says whether the request was genuine, now that its body is there.
///
/// `check` is that of [`Begun::Streaming`], fed with all of `body`; `None` after
/// [`Begun::NeedBody`].
pub(crate) fn complete<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    check: Option<Check<S::Method>>,
    body: &Bytes,
) -> Result<Genuine<S>, Reason> {
    let check = match check {
        Some(check) => check,
        None => read_body(config, head, body)?,
    };
    let keys = config.keys.keys();
    let (found, claimed) = check.finish(keys);
    let (matched, content) = found.ok_or(Reason::Mismatch)?;
    if claimed.body_digest.as_deref().is_some_and(|digest| !is_digest_of(digest, body)) {
        return Err(Reason::BodyDigest);
    }
    let (covered, verified) = match content {
        Content::Body => (Covered::Body, body.clone()),
        Content::Nothing if claimed.body_digest.is_some() => (Covered::Body, body.clone()),
        Content::Nothing => (Covered::Nothing, body.clone()),
        Content::Canonical(canonical) => (Covered::Canonical, canonical.reveal()),
    };
    let key = keys.get(matched.key).ok_or(Reason::Mismatch)?;
    let attested = config.scheme.attest(&verified, key)?;
    let timestamp = check_window(config, claimed.timestamp, &verified)?;
    let proof = Proof::new(
        verified,
        matched,
        config.keys.owner(),
        timestamp,
        claimed.id.or(attested.id),
        covered,
    );
    Ok(Genuine { proof, answer: attested.answer })
}

fn read_body<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
) -> Result<Check<S::Method>, Reason> {
    match config.scheme.inspect(head, Some(body))? {
        Inspect::Evidence(evidence) => {
            let mut check = Check::new(config.keys.keys(), evidence)?;
            check.update(body);
            Ok(check)
        }
        // A scheme that asks for the body again has found no evidence in it.
        Inspect::NeedBody => Err(Reason::Missing("the evidence")),
    }
}

/// The second look at the clock: the body may have taken long, or have the time in it.
fn check_window<S: Scheme>(
    config: &Config<S>,
    claimed: Option<Timestamp>,
    verified: &[u8],
) -> Result<Option<Timestamp>, Reason> {
    if !config.window.is_set() {
        return Ok(claimed);
    }
    let inside = || config.scheme.timestamp(verified).transpose();
    let timestamp = claimed.map(Ok).or_else(inside).ok_or(Reason::NoTimestamp)??;
    config.window.check(timestamp, config.clock.now())?;
    Ok(Some(timestamp))
}

fn is_digest_of(digest: &Signature, body: &[u8]) -> bool {
    match digest.algorithm() {
        Algorithm::Sha256 => Sha256::digest(body).ct_eq(digest.bytes()).into(),
        Algorithm::Sha512 => Sha512::digest(body).ct_eq(digest.bytes()).into(),
        _ => false,
    }
}

/// The keys that a scheme makes of its secrets.
pub(crate) type Keys<S> = crate::keys::KeySet<KeyOf<S>>;
