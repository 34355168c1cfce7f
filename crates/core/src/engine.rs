//! The check itself, without I/O: the layer and the offline entry both drive it.
//!
//! [`begin`] looks at the head, [`Fed`] takes the body as it arrives, and [`conclude`]
//! says whether it was genuine. Keys that have to be waited for are handed to the driver, which
//! comes back with them: to [`Fed::start`] before the body, to [`resume`] after it.

use std::sync::Arc;

use bytes::Bytes;
use ctutils::CtEq;
use http::Response;
use sha2::{Digest, Sha256, Sha512};
use smallvec::SmallVec;

use crate::error::Reason;
use crate::evidence::{Algorithm, Claim, Content, Evidence, Message, Messages, Signature};
use crate::head::Head;
use crate::keys::{KeyError, KeyFuture, KeyHint, KeySet, Lookup};
use crate::layer::Config;
use crate::method::{Match, Method};
use crate::outcome::Outcome;
use crate::proof::{Covered, Proof};
use crate::scheme::{Inspect, KeyOf, Scheme, asks_challenge};
use crate::time::Timestamp;

/// What the head of a request led to.
pub(crate) enum Begun<S: Scheme> {
    /// Perhaps an unsigned challenge: [`challenge`] answers, when these keys are there.
    Challenge(KeyFuture<KeyOf<S>>),
    /// The body is hashed as it arrives, by the check that was put in its place.
    Streaming,
    /// The same, when these keys are there: [`Fed::start`].
    Wanting(Evidence, KeyFuture<KeyOf<S>>),
    /// The body is gathered, and read when it is there.
    NeedBody,
    /// A handshake that carries no signature: this is the answer.
    Answered(Response<Bytes>),
}

/// Looks at the head: what is missing, malformed or stale is refused before keys are looked up and
/// before a byte of the body is read.
///
/// A check that is started is put into `fed` and not handed back: it has hundreds of bytes.
#[inline]
pub(crate) fn begin<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    fed: &mut Option<Fed<S>>,
) -> Result<Begun<S>, Reason> {
    if asks_challenge::<S>(head) {
        return match config.keys.keys(&KeyHint::new(*head, None)) {
            Lookup::Ready(keys) => challenge(config, head, keys, fed),
            Lookup::Later(keys) => Ok(Begun::Challenge(keys)),
        };
    }
    read_head(config, head, fed)
}

#[inline]
fn read_head<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    fed: &mut Option<Fed<S>>,
) -> Result<Begun<S>, Reason> {
    match config.scheme.inspect(head, None)? {
        Inspect::Evidence(evidence) => {
            in_time(config, &evidence)?;
            match look_up(config, head, &evidence) {
                Lookup::Ready(keys) => {
                    Fed::start(config, keys, evidence, fed)?;
                    Ok(Begun::Streaming)
                }
                Lookup::Later(keys) => Ok(Begun::Wanting(evidence, keys)),
            }
        }
        Inspect::NeedBody => Ok(Begun::NeedBody),
        Inspect::Handshake(answer) => Ok(Begun::Answered(answer)),
    }
}

/// Answers a challenge, or goes on with the head as of any other request.
pub(crate) fn challenge<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    keys: Result<KeySet<KeyOf<S>>, KeyError>,
    fed: &mut Option<Fed<S>>,
) -> Result<Begun<S>, Reason> {
    match config.scheme.challenge(head, keys?.keys())? {
        Some(answer) => Ok(Begun::Answered(answer)),
        None => read_head(config, head, fed),
    }
}

fn look_up<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    evidence: &Evidence,
) -> Lookup<KeyOf<S>> {
    config.keys.keys(&KeyHint::new(*head, evidence.key_id.as_deref()))
}

impl From<KeyError> for Reason {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown => Self::UnknownKey,
            KeyError::Unavailable(why) => {
                tracing::error!(target: "countersign", why = &*why, "no keys");
                Self::KeysUnavailable
            }
        }
    }
}

/// A check in progress, with the keys that it was started with.
pub(crate) struct Fed<S: Scheme> {
    keys: KeySet<KeyOf<S>>,
    check: Check<S::Method>,
}

impl<S: Scheme> Fed<S> {
    /// Starts the check, in its place. Whose keys are unknown is checked with a decoy and refused all the same,
    /// so that the time until the answer does not tell which names are known.
    #[inline(always)]
    pub(crate) fn start<'p>(
        config: &Config<S>,
        keys: Result<KeySet<KeyOf<S>>, KeyError>,
        evidence: Evidence,
        place: &'p mut Option<Self>,
    ) -> Result<&'p mut Self, Reason> {
        let keys = match (keys, &config.decoy) {
            (Ok(keys), _) => keys,
            (Err(KeyError::Unknown), Some(decoy)) => decoy.clone(),
            (Err(error), _) => return Err(error.into()),
        };
        let Evidence { claim, messages, timestamp, id, key_id } = evidence;
        let check = Check { claim, streams: SmallVec::new(), timestamp, id, key_id };
        let fed = place.insert(Self { keys, check });
        fed.check.start(fed.keys.keys(), messages)?;
        Ok(fed)
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.check.update(chunk);
    }
}

/// What is left to be checked while the body arrives. The time and the id are claimed as well, and true once a signature
/// holds.
struct Check<M: Method> {
    claim: Claim,
    streams: SmallVec<[Stream<M>; 1]>,
    timestamp: Option<Timestamp>,
    id: Option<Arc<str>>,
    key_id: Option<Box<str>>,
}

/// A candidate message on its way through the method.
struct Stream<M: Method> {
    state: M::State,
    /// What is particular about it; most are the body, and end with it.
    rest: Option<Box<Rest>>,
}

struct Rest {
    content: Content,
    suffix: SmallVec<[u8; 16]>,
}

impl<M: Method> Check<M> {
    #[inline]
    fn start(&mut self, keys: &[M::Key], messages: Messages) -> Result<(), Reason> {
        if self.claim.signatures.len() > Evidence::MAX_SIGNATURES {
            return Err(Reason::TooMany("signatures"));
        }
        if messages.len() > Evidence::MAX_MESSAGES {
            return Err(Reason::TooMany("candidates for the signed text"));
        }
        if messages.is_empty() {
            self.streams.push(Stream::of_body(keys, &self.claim));
        }
        for message in messages {
            self.streams.push(Stream::new(keys, &self.claim, message));
        }
        Ok(())
    }

    fn update(&mut self, chunk: &[u8]) {
        for stream in &mut self.streams {
            if stream.rest.as_ref().is_none_or(|rest| matches!(rest.content, Content::Body)) {
                M::update(&mut stream.state, chunk);
            }
        }
    }

    /// All candidates are finished, also when an earlier one matched, and none is left.
    #[inline]
    fn finish(&mut self, keys: &[M::Key]) -> Option<(Match, Content)> {
        let mut found = None;
        for Stream { mut state, rest } in self.streams.drain(..) {
            let content = match rest.map(|rest| *rest) {
                Some(Rest { content, suffix }) => {
                    M::update(&mut state, &suffix);
                    content
                }
                None => Content::Body,
            };
            if let Some(matched) = M::finish(state, keys, &self.claim) {
                found.get_or_insert((matched, content));
            }
        }
        found
    }
}

impl<M: Method> Stream<M> {
    #[inline]
    fn of_body(keys: &[M::Key], claim: &Claim) -> Self {
        Self { state: M::start(keys, claim), rest: None }
    }

    #[inline]
    fn new(keys: &[M::Key], claim: &Claim, message: Message) -> Self {
        let mut state = M::start(keys, claim);
        M::update(&mut state, &message.prefix);
        if let Content::Canonical(canonical) = &message.content {
            canonical.feed(&mut |piece| M::update(&mut state, piece));
        }
        let Message { content, suffix, .. } = message;
        let is_plain = matches!(content, Content::Body) && suffix.is_empty();
        Self { state, rest: (!is_plain).then(|| Box::new(Rest { content, suffix })) }
    }
}

/// Where the check of a whole request stands.
pub(crate) enum Verdict<S: Scheme> {
    /// It is over.
    Done(Result<Outcome<S>, Reason>),
    /// It needs keys that have to be waited for: [`resume`] with them.
    Wait(KeyFuture<KeyOf<S>>, Asked),
}

/// How often keys were asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Once: newer ones may be asked for.
    Once,
    /// For newer ones too: a mismatch stands.
    Again,
}

/// Says whether the request was genuine, now that its body is there.
///
/// `fed` is the check of [`Begun::Streaming`], fed with all of `body`, and its keys; `None` after
/// [`Begun::NeedBody`]. It is used up where it is: it has hundreds of bytes.
#[inline]
pub(crate) fn conclude<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    fed: Option<&mut Fed<S>>,
    body: &Bytes,
) -> Verdict<S> {
    if let Some(fed) = fed {
        return judge_or_newer(config, head, body, fed, Asked::Once);
    }
    let evidence = match read_body(config, head, body) {
        Ok(evidence) => evidence,
        Err(over) => return Verdict::Done(over),
    };
    if let Err(reason) = in_time(config, &evidence) {
        return Verdict::Done(Err(reason));
    }
    match look_up(config, head, &evidence) {
        Lookup::Ready(keys) => resume_with(config, head, body, keys, evidence, Asked::Once),
        Lookup::Later(keys) => Verdict::Wait(keys, Asked::Once),
    }
}

/// The first look at the clock: nobody is asked for keys because of what is stale anyhow.
fn in_time<S: Scheme>(config: &Config<S>, evidence: &Evidence) -> Result<(), Reason> {
    match evidence.timestamp {
        Some(timestamp) => config.window.check(timestamp, config.clock.now()),
        None => Ok(()),
    }
}

/// Goes on with keys that had to be waited for. The body is hashed again, or for the first time.
pub(crate) fn resume<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
    keys: Result<KeySet<KeyOf<S>>, KeyError>,
    asked: Asked,
) -> Verdict<S> {
    match read_body(config, head, body) {
        Ok(evidence) => resume_with(config, head, body, keys, evidence, asked),
        Err(over) => Verdict::Done(over),
    }
}

fn resume_with<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
    keys: Result<KeySet<KeyOf<S>>, KeyError>,
    evidence: Evidence,
    asked: Asked,
) -> Verdict<S> {
    match Fed::start(config, keys, evidence, &mut None) {
        Ok(fed) => {
            fed.update(body);
            judge_or_newer(config, head, body, fed, asked)
        }
        Err(reason) => Verdict::Done(Err(reason)),
    }
}

/// Asks for newer keys where none of these matched, once.
#[inline]
fn judge_or_newer<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
    fed: &mut Fed<S>,
    asked: Asked,
) -> Verdict<S> {
    let Fed { keys, check } = fed;
    // Nobody else has the decoy.
    let judged = if config.decoy.as_ref().is_some_and(|decoy| decoy.is_same(keys)) {
        check.finish(keys.keys());
        Err(Reason::UnknownKey)
    } else {
        judge(config, keys, check, body)
    };
    // A name that is unknown is asked for once more, too: it may be new, and the time until the answer
    // is that of a mismatch.
    let may_change = matches!(judged, Err(Reason::Mismatch | Reason::UnknownKey));
    if asked == Asked::Again || !may_change {
        return Verdict::Done(judged);
    }
    match config.keys.newer(&KeyHint::new(*head, check.key_id.as_deref()), keys) {
        None => Verdict::Done(judged),
        Some(Lookup::Ready(keys)) => resume(config, head, body, keys, Asked::Again),
        Some(Lookup::Later(keys)) => Verdict::Wait(keys, Asked::Again),
    }
}

/// What the request claims, with the body at hand; or how it ends without that.
#[expect(clippy::result_large_err, reason = "moved once a request; a box would cost more")]
fn read_body<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
) -> Result<Evidence, Result<Outcome<S>, Reason>> {
    match config.scheme.inspect(head, Some(body)) {
        Ok(Inspect::Evidence(evidence)) => Ok(evidence),
        Ok(Inspect::Handshake(answer)) => Err(Ok(Outcome::Answer(answer))),
        // A scheme that asks for the body again has found no evidence in it.
        Ok(Inspect::NeedBody) => Err(Err(Reason::Missing("the evidence"))),
        Err(reason) => Err(Err(reason)),
    }
}

#[inline]
fn judge<S: Scheme>(
    config: &Config<S>,
    keys: &KeySet<KeyOf<S>>,
    check: &mut Check<S::Method>,
    body: &Bytes,
) -> Result<Outcome<S>, Reason> {
    let (matched, content) = check.finish(keys.keys()).ok_or(Reason::Mismatch)?;
    let (covered, verified) = match content {
        Content::Body => (Covered::Body, body.clone()),
        Content::Nothing => (Covered::Nothing, body.clone()),
        Content::Digest(digest) if is_digest_of(&digest, body) => (Covered::Body, body.clone()),
        Content::Digest(_) => return Err(Reason::BodyDigest),
        Content::Canonical(canonical) => (Covered::Canonical, canonical.reveal()),
    };
    let key = keys.keys().get(matched.key).ok_or(Reason::Mismatch)?;
    let attested = config.scheme.attest(&verified, key)?;
    let timestamp = check_window(config, check.timestamp, &verified)?;
    if matched.key > 0 {
        let (scheme, key, tenant) = (S::NAME, matched.key, keys.owner());
        let tenant = tenant.as_deref();
        tracing::info!(target: "countersign", scheme, key, tenant, "not the newest key matched");
    }
    if let Some(answer) = attested.answer {
        return Ok(Outcome::Answer(*answer));
    }
    let id = check.id.take().or(attested.id);
    let proof = Proof::new(verified, matched, keys.owner(), timestamp, id, covered);
    Ok(Outcome::Genuine(proof))
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
        Algorithm::Sha256 => Sha256::digest(body).as_slice().ct_eq(digest.bytes()).to_bool(),
        Algorithm::Sha512 => Sha512::digest(body).as_slice().ct_eq(digest.bytes()).to_bool(),
        _ => false,
    }
}
