//! The check itself, without I/O: the layer and the offline entry both drive it.
//!
//! [`challenged`] and [`begin`] look at the head, [`Fed`] takes the body as it arrives, and [`conclude`]
//! says whether it was genuine. Keys that have to be waited for are handed to the driver, which
//! comes back with them: to [`challenge`] or [`usable`] before the body, to [`resume`] after it.

use std::hint::black_box;
use std::mem;

use bytes::Bytes;
use ctutils::CtEq;
use http::Response;
use sha2::{Digest, Sha256, Sha512};

use crate::error::Reason;
use crate::evidence::{Algorithm, Claim, Content, Evidence, Message, Signature};
use crate::head::Head;
use crate::keys::{KeyError, KeyFuture, KeyHint, KeySet, Lookup};
use crate::layer::Config;
use crate::method::{Match, Method};
use crate::proof::{Covered, Proof};
use crate::scheme::{Inspect, KeyOf, Scheme, asks_challenge};
use crate::time::Timestamp;

/// What a scheme read in a request. It is kept whole and looked at where it lies: evidence has hundreds of bytes.
pub(crate) type Found = Result<Inspect, Reason>;

/// What the head of a request led to.
pub(crate) enum Begun<S: Scheme> {
    /// Perhaps an unsigned challenge: [`challenge`] answers, when these keys are there.
    Challenge(KeyFuture<KeyOf<S>>),
    /// What was found is checked with these keys: the body is hashed as it arrives.
    Streaming(KeySet<KeyOf<S>>),
    /// The same, when these keys are there: [`usable`].
    Wanting(KeyFuture<KeyOf<S>>),
    /// The body is gathered, and read when it is there.
    NeedBody,
    /// A handshake that carries no signature: this is the answer.
    Answered(Box<Response<Bytes>>),
}

/// What was found of a request of which nothing was read: of a challenge.
pub(crate) const UNREAD: Found = Ok(Inspect::NeedBody);

/// Whether it is an unsigned challenge, or may be one. `None`: it is a request like any other.
#[inline]
pub(crate) fn challenged<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
) -> Option<Result<Begun<S>, Reason>> {
    if !asks_challenge::<S>(head) {
        return None;
    }
    match config.keys.keys(&KeyHint::new(*head, None)) {
        Lookup::Ready(keys) => challenge(config, head, keys),
        Lookup::Later(keys) => Some(Ok(Begun::Challenge(keys))),
    }
}

/// The same, when its keys are there.
pub(crate) fn challenge<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    keys: Result<KeySet<KeyOf<S>>, KeyError>,
) -> Option<Result<Begun<S>, Reason>> {
    let answer = match keys {
        Ok(keys) => config.scheme.challenge(head, keys.keys()),
        Err(error) => Err(error.into()),
    };
    answer.map(|answer| Some(Begun::Answered(answer?.into()))).transpose()
}

/// Has the head read by the scheme, and goes on with that: see [`begin`].
pub(crate) fn read<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
) -> (Found, Result<Begun<S>, Reason>) {
    let mut found = config.scheme.inspect(head, None);
    let begun = begin(config, head, &mut found);
    (found, begun)
}

/// Goes on with what the scheme found in the head: what is missing, malformed or stale is refused before keys
/// are looked up and before a byte of the body is read.
#[inline]
pub(crate) fn begin<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    found: &mut Found,
) -> Result<Begun<S>, Reason> {
    match found {
        Ok(Inspect::Evidence(evidence)) => {
            admissible(config, evidence)?;
            match look_up(config, head, evidence) {
                Lookup::Ready(keys) => usable(config, keys).map(Begun::Streaming),
                Lookup::Later(keys) => Ok(Begun::Wanting(keys)),
            }
        }
        Ok(Inspect::NeedBody) => Ok(Begun::NeedBody),
        Ok(Inspect::Handshake(answer)) => Ok(Begun::Answered(Box::new(mem::take(answer)))),
        Err(reason) => Err(*reason),
    }
}

fn look_up<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    evidence: &Evidence,
) -> Lookup<KeyOf<S>> {
    config.keys.keys(&hint(head, evidence))
}

fn hint<'a>(head: &Head<'a>, evidence: &'a Evidence) -> KeyHint<'a> {
    KeyHint::new(*head, evidence.key_id.as_deref())
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

/// The keys to check with. Whose keys are unknown is checked with a decoy and refused all the same, so that the time
/// until the answer does not tell which names are known.
#[inline]
pub(crate) fn usable<S: Scheme>(
    config: &Config<S>,
    keys: Result<KeySet<KeyOf<S>>, KeyError>,
) -> Result<KeySet<KeyOf<S>>, Reason> {
    match (keys, &config.decoy) {
        (Ok(keys), _) => Ok(keys),
        (Err(KeyError::Unknown), Some(decoy)) => Ok(decoy.clone()),
        (Err(error), _) => Err(error.into()),
    }
}

/// A check in progress, with the keys that it was started with. What is claimed is true once a signature holds.
pub(crate) struct Fed<S: Scheme> {
    keys: KeySet<KeyOf<S>>,
    found: Found,
    /// One a candidate, of a body that comes in several pieces. One that comes in a single piece is hashed when it
    /// is there: a state in progress has hundreds of bytes, which are then moved nowhere.
    streams: Box<[<S::Method as Method>::State]>,
}

/// How large a first piece waits for the second one, or the end.
const WAITS: usize = 64 * 1024;

impl<S: Scheme> Fed<S> {
    /// Starts the check of what was found. Of anything but evidence no check holds.
    #[inline]
    pub(crate) fn new(keys: KeySet<KeyOf<S>>, found: Found) -> Self {
        Self { keys, found, streams: Box::default() }
    }

    /// Takes the next piece of the body, after those of `before`.
    pub(crate) fn update(&mut self, before: &[u8], piece: &[u8]) {
        if self.streams.is_empty() {
            if before.is_empty() && piece.len() <= WAITS {
                return;
            }
            self.stream();
            self.feed(before);
        }
        self.feed(piece);
    }

    /// Starts to hash as it comes.
    #[cold]
    fn stream(&mut self) {
        let Ok(Inspect::Evidence(Evidence { claim, messages, .. })) = &self.found else { return };
        let keys = self.keys.keys();
        if messages.is_empty() {
            self.streams = Box::new([S::Method::start(keys, claim)]);
            return;
        }
        let start = |message: &Message| {
            let mut state = S::Method::start(keys, claim);
            S::Method::update(&mut state, message.beside().0);
            if let Content::Canonical(canonical) = &message.content {
                canonical.feed(&mut |piece| S::Method::update(&mut state, piece));
            }
            state
        };
        self.streams = messages.iter().map(start).collect();
    }

    fn feed(&mut self, piece: &[u8]) {
        let Ok(Inspect::Evidence(Evidence { messages, .. })) = &self.found else { return };
        for (index, state) in self.streams.iter_mut().enumerate() {
            let content = messages.get(index).map(|message| &message.content);
            if matches!(content, None | Some(Content::Body)) {
                S::Method::update(state, piece);
            }
        }
    }

    /// All candidates are finished, also when an earlier one matched.
    #[inline]
    fn finish(&mut self, body: &[u8]) -> Option<(Match, Content)> {
        let Ok(Inspect::Evidence(Evidence { claim, messages, .. })) = &mut self.found else {
            return None;
        };
        let keys = self.keys.keys();
        let mut streams = mem::take(&mut self.streams).into_iter();
        if messages.is_empty() {
            let matched = match streams.next() {
                Some(state) => S::Method::finish(state, keys, claim),
                None => S::Method::verify(keys, claim, &[body]),
            };
            return matched.map(|matched| (matched, Content::Body));
        }
        let mut found = None;
        for message in messages {
            let matched = match streams.next() {
                Some(mut state) => {
                    S::Method::update(&mut state, message.beside().1);
                    S::Method::finish(state, keys, claim)
                }
                None => verify::<S::Method>(keys, claim, message, body),
            };
            if let (Some(matched), None) = (matched, &found) {
                found = Some((matched, mem::replace(&mut message.content, Content::Nothing)));
            }
        }
        found
    }
}

/// The check of one candidate, with all of the body at hand.
#[inline]
fn verify<M: Method>(
    keys: &[M::Key],
    claim: &Claim,
    message: &Message,
    body: &[u8],
) -> Option<Match> {
    let (prefix, suffix) = message.beside();
    match &message.content {
        Content::Body => M::verify(keys, claim, &[prefix, body, suffix]),
        Content::Nothing | Content::Digest(_) => M::verify(keys, claim, &[prefix, suffix]),
        Content::Canonical(canonical) => {
            let mut state = M::start(keys, claim);
            M::update(&mut state, prefix);
            canonical.feed(&mut |piece| M::update(&mut state, piece));
            M::update(&mut state, suffix);
            M::finish(state, keys, claim)
        }
    }
}

/// Where the check of a whole request stands.
pub(crate) enum Verdict<S: Scheme> {
    /// It is over.
    Done(Result<Judged, Reason>),
    /// It needs keys that have to be waited for: [`resume`] with them.
    Wait(KeyFuture<KeyOf<S>>, Asked),
}

/// What a request is that is not refused.
pub(crate) enum Judged {
    /// Genuine: the proof is in its place.
    Genuine,
    /// A handshake, with its answer. Of one that is signed, the proof is in its place, too.
    Answer(Box<Response<Bytes>>),
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
/// [`Begun::NeedBody`]. It is used up where it is, and the proof is put into its place: both have hundreds of bytes.
#[inline]
pub(crate) fn conclude<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    fed: Option<&mut Fed<S>>,
    body: &Bytes,
    proof: &mut Option<Proof<S>>,
) -> Verdict<S> {
    if let Some(fed) = fed {
        return judge_or_newer(config, head, body, fed, Asked::Once, proof);
    }
    let mut found = config.scheme.inspect(head, Some(body));
    let keys = match claimed(&mut found) {
        Ok(evidence) => match admissible(config, evidence) {
            Ok(()) => look_up(config, head, evidence),
            Err(reason) => return Verdict::Done(Err(reason)),
        },
        Err(over) => return Verdict::Done(over),
    };
    match keys {
        Lookup::Ready(keys) => resume_with(config, head, body, keys, found, Asked::Once, proof),
        Lookup::Later(keys) => Verdict::Wait(keys, Asked::Once),
    }
}

/// The evidence in a whole request; or how the request ends without any.
fn claimed(found: &mut Found) -> Result<&Evidence, Result<Judged, Reason>> {
    match found {
        Ok(Inspect::Evidence(evidence)) => Ok(evidence),
        Ok(Inspect::Handshake(answer)) => Err(Ok(Judged::Answer(Box::new(mem::take(answer))))),
        // A scheme that asks for the body again has found no evidence in it.
        Ok(Inspect::NeedBody) => Err(Err(Reason::Missing("the evidence"))),
        Err(reason) => Err(Err(*reason)),
    }
}

/// Whether there is not too much of it, and whether it is in time, at the first look at the clock: nobody is asked for
/// keys because of what is refused anyhow.
#[inline]
fn admissible<S: Scheme>(config: &Config<S>, evidence: &Evidence) -> Result<(), Reason> {
    if evidence.claim.signatures.len() > Evidence::MAX_SIGNATURES {
        return Err(Reason::TooMany("signatures"));
    }
    if evidence.messages.len() > Evidence::MAX_MESSAGES {
        return Err(Reason::TooMany("candidates for the signed text"));
    }
    match evidence.timestamp {
        Some(timestamp) => config.window.glance(timestamp, &*config.clock),
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
    proof: &mut Option<Proof<S>>,
) -> Verdict<S> {
    let mut found = config.scheme.inspect(head, Some(body));
    match claimed(&mut found).map(|evidence| admissible(config, evidence)) {
        Ok(Ok(())) => resume_with(config, head, body, keys, found, asked, proof),
        Ok(Err(reason)) => Verdict::Done(Err(reason)),
        Err(over) => Verdict::Done(over),
    }
}

fn resume_with<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
    keys: Result<KeySet<KeyOf<S>>, KeyError>,
    found: Found,
    asked: Asked,
    proof: &mut Option<Proof<S>>,
) -> Verdict<S> {
    match usable(config, keys) {
        Ok(keys) => judge_or_newer(config, head, body, &mut Fed::new(keys, found), asked, proof),
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
    proof: &mut Option<Proof<S>>,
) -> Verdict<S> {
    // Nobody else has the decoy.
    let judged = if config.decoy.as_ref().is_some_and(|decoy| decoy.is_same(&fed.keys)) {
        // Nobody looks at what comes of it, and still it has to be done.
        black_box(fed.finish(body));
        Err(Reason::UnknownKey)
    } else {
        judge(config, fed, body, proof)
    };
    // A name that is unknown is asked for once more, too: it may be new, and the time until the answer
    // is that of a mismatch.
    let may_change = matches!(judged, Err(Reason::Mismatch | Reason::UnknownKey));
    if asked == Asked::Again || !may_change {
        return Verdict::Done(judged);
    }
    let newer = match &fed.found {
        Ok(Inspect::Evidence(evidence)) => config.keys.newer(&hint(head, evidence), &fed.keys),
        _ => None,
    };
    match newer {
        None => Verdict::Done(judged),
        Some(Lookup::Ready(keys)) => resume(config, head, body, keys, Asked::Again, proof),
        Some(Lookup::Later(keys)) => Verdict::Wait(keys, Asked::Again),
    }
}

#[inline]
fn judge<S: Scheme>(
    config: &Config<S>,
    fed: &mut Fed<S>,
    body: &Bytes,
    proof: &mut Option<Proof<S>>,
) -> Result<Judged, Reason> {
    let (matched, content) = fed.finish(body).ok_or(Reason::Mismatch)?;
    let Fed { keys, found: Ok(Inspect::Evidence(evidence)), .. } = fed else {
        return Err(Reason::Mismatch);
    };
    let (covered, verified) = match content {
        Content::Body => (Covered::Body, body.clone()),
        Content::Nothing => (Covered::Nothing, body.clone()),
        Content::Digest(digest) if is_digest_of(&digest, body) => (Covered::Body, body.clone()),
        Content::Digest(_) => return Err(Reason::BodyDigest),
        Content::Canonical(canonical) => (Covered::Canonical, canonical.reveal()),
    };
    let key = keys.keys().get(matched.key).ok_or(Reason::Mismatch)?;
    let attested = config.scheme.attest(&verified, key)?;
    let timestamp = check_window(config, evidence.timestamp, &verified)?;
    if matched.key > 0 {
        let (scheme, key, tenant) = (S::NAME, matched.key, keys.owner());
        let tenant = tenant.as_deref();
        tracing::info!(target: "countersign", scheme, key, tenant, "not the newest key matched");
    }
    let id = evidence.id.take().or(attested.id);
    *proof = Some(Proof::new(verified, matched, keys.owner(), timestamp, id, covered));
    Ok(match attested.answer {
        Some(answer) => Judged::Answer(answer),
        None => Judged::Genuine,
    })
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
