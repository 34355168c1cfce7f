//! Takes a check apart, for people who ask why a request was refused.
//!
//! **Nothing here accepts a request.** No function of this module hands out a [`Proof`] or
//! calls a handler, and what it returns cannot be turned into either. It does hold what must never be
//! in an answer over HTTP: the signature that was expected. Who has it can forge the request.
//!
//! `countersign-explain` is made of it, and so is the command `countersign explain`.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::request::Parts;

use crate::engine::Judged;
use crate::error::Reason;
use crate::evidence::{Algorithm, Content, Evidence, Message, Need, Signature};
use crate::head::Head;
use crate::keys::{KeyHint, KeySet, Lookup};
use crate::layer::{Config, VerifyLayer};
use crate::looked::record;
use crate::method::{Hmac, Method};
use crate::offline::judge_now;
use crate::proof::{Covered, Proof};
use crate::scheme::{Inspect, KeyOf, Scheme, asks_challenge};
use crate::time::Timestamp;
use crate::window::Window;

pub use crate::looked::Found;

/// A request as its scheme reads it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dissection {
    /// The headers and fields that were looked for, in that order, and what was there. Of what
    /// is read out of JSON, those that the scheme says with [`looked_for`](crate::looked_for).
    pub looked: Vec<(Box<str>, Found)>,
    /// What the request claims, or why that cannot be said.
    pub claimed: Result<Claimed, Reason>,
    /// Whether the request may hold a secret in the clear: as its signature, or in an unsigned challenge
    /// or handshake.
    pub bears_secret: bool,
}

/// What a request claims, and what it would have to claim. None of it is believed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Claimed {
    /// The signatures.
    pub signatures: Vec<Signature>,
    /// Whether one of them has to hold, or all.
    pub need: Need,
    /// The candidates for the signed text, each in full.
    pub texts: Vec<Text>,
    /// The time that stands beside the signature.
    pub timestamp: Option<Timestamp>,
    /// The id of the request.
    pub id: Option<Arc<str>>,
    /// How many keys there are for it; `None` where they are not at hand.
    pub keys: Option<usize>,
    /// For each text under each key, the tag of every algorithm that there is one of. A public key
    /// says only whether a signature is right, and a token is compared by its digest: of these there
    /// is none.
    pub tags: Vec<Tag>,
}

/// A candidate for the signed text.
#[derive(Clone)]
#[non_exhaustive]
pub struct Text {
    /// All of it.
    pub bytes: Bytes,
    /// What of the body is in it.
    pub covered: Covered,
}

/// What the signature of a text would be under a key. **Never to be sent to anybody.**
#[derive(Clone)]
#[non_exhaustive]
pub struct Tag {
    /// The index of the key; 0 is the newest.
    pub key: usize,
    /// The index of the text.
    pub text: usize,
    /// How it is made.
    pub algorithm: Algorithm,
    /// The signature.
    pub bytes: Box<[u8]>,
}

/// A signature that holds, whatever the clock says.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Held {
    /// The index of the key that made it; `None` of a handshake that carries no signature.
    pub key: Option<usize>,
    /// The signed time. One inside the body is read where the layer has a window; then it may be
    /// there and not be readable.
    pub timestamp: Result<Option<Timestamp>, Reason>,
    /// Whether it is a handshake or a challenge, signed or not, which the layer answers itself.
    pub answered: bool,
}

/// Reads a request as the layer would, and says what was found. Only keys that are at hand are used.
#[must_use]
pub fn dissect<S: Scheme>(layer: &VerifyLayer<S>, request: &Request<Bytes>) -> Dissection {
    let config = layer.config();
    let (mut parts, body) = request.clone().into_parts();
    let tenant = config.locate(&mut parts);
    let head = Head::new(&parts).with_tenant(tenant.as_deref());
    let (read, looked) = record(|| inspect(config, &head, &body));
    let claimed = read.map(|evidence| Claimed::of(config, &head, &body, evidence));
    Dissection { looked, claimed, bears_secret: config.scheme.bears_secret(&head) }
}

/// Whether the signature holds, whatever the time: the layer's own check without its window.
///
/// # Errors
///
/// When it does not, or there is none.
pub fn holds<S: Scheme>(layer: &VerifyLayer<S>, request: &Request<Bytes>) -> Result<Held, Reason> {
    let (mut parts, body) = request.clone().into_parts();
    let tenant = layer.config().locate(&mut parts);
    let timeless = Config {
        window: Window { max_age: None, ..layer.config().window },
        ..layer.config().clone()
    };
    let mut proof = None;
    let judged = judge_at_hand(&timeless, &parts, tenant.as_deref(), &body, &mut proof)?;
    let answered = matches!(judged, Judged::Answer(_));
    let Some(proof) = proof else { return Ok(Held { key: None, timestamp: Ok(None), answered }) };
    let inside = || match layer.config().window.is_set() {
        true => layer.config().scheme.timestamp(proof.body()),
        false => Ok(None),
    };
    let timestamp = proof.timestamp().map_or_else(inside, |time| Ok(Some(time)));
    Ok(Held { key: Some(proof.key()), timestamp, answered })
}

/// What the layer would say to the request, without a word to the log. The bytes stay behind.
///
/// # Errors
///
/// When the layer would refuse it.
pub fn verdict<S: Scheme>(layer: &VerifyLayer<S>, request: &Request<Bytes>) -> Result<(), Reason> {
    let (mut parts, body) = request.clone().into_parts();
    let tenant = layer.config().locate(&mut parts);
    judge_at_hand(layer.config(), &parts, tenant.as_deref(), &body, &mut None).map(drop)
}

/// The largest age and the furthest future of a signed time; `None` where there is no window.
#[must_use]
pub fn window<S: Scheme>(layer: &VerifyLayer<S>) -> Option<(Duration, Duration)> {
    let Window { max_age, max_future } = layer.config().window;
    max_age.map(|max_age| (max_age, max_future))
}

fn judge_at_hand<S: Scheme>(
    config: &Config<S>,
    parts: &Parts,
    tenant: Option<&str>,
    body: &Bytes,
    proof: &mut Option<Proof<S>>,
) -> Result<Judged, Reason> {
    judge_now(config, &Head::new(parts).with_tenant(tenant), body, proof)
}

const UNSIGNED: Reason = Reason::Unexpected("it is a handshake, which carries no signature");

fn inspect<S: Scheme>(
    config: &Config<S>,
    head: &Head<'_>,
    body: &Bytes,
) -> Result<Evidence, Reason> {
    if body.len() > config.body_limit {
        return Err(Reason::BodyTooLarge);
    }
    if asks_challenge::<S>(head)
        && let Lookup::Ready(Ok(keys)) = config.keys.keys(&KeyHint::new(*head, None))
        && config.scheme.challenge(head, keys.keys())?.is_some()
    {
        return Err(UNSIGNED);
    }
    let mut found = config.scheme.inspect(head, None)?;
    if let Inspect::NeedBody = found {
        found = config.scheme.inspect(head, Some(body))?;
    }
    match found {
        Inspect::Evidence(evidence) => Ok(evidence),
        Inspect::Handshake(_) => Err(UNSIGNED),
        Inspect::NeedBody => Err(Reason::Missing("the evidence")),
    }
}

impl Claimed {
    fn of<S: Scheme>(
        config: &Config<S>,
        head: &Head<'_>,
        body: &Bytes,
        evidence: Evidence,
    ) -> Self {
        let Evidence { claim, mut messages, timestamp, id, key_id } = evidence;
        if messages.is_empty() {
            messages.push(Message::body());
        }
        let texts: Vec<_> = messages
            .iter()
            .take(Evidence::MAX_MESSAGES)
            .map(|message| Text::of(message, body))
            .collect();
        let keys = match config.keys.keys(&KeyHint::new(*head, key_id.as_deref())) {
            Lookup::Ready(Ok(keys)) => Some(keys),
            Lookup::Ready(Err(_)) | Lookup::Later(_) => None,
        };
        Self {
            signatures: claim.signatures().iter().take(Evidence::MAX_SIGNATURES).cloned().collect(),
            need: claim.need(),
            tags: keys.as_ref().map(|keys| tags::<S>(keys, &texts)).unwrap_or_default(),
            texts,
            timestamp,
            id: id.map(|id| id.as_str().into()),
            keys: keys.map(|keys| keys.keys().len()),
        }
    }
}

fn tags<S: Scheme>(keys: &KeySet<KeyOf<S>>, texts: &[Text]) -> Vec<Tag> {
    let mut tags = Vec::new();
    for (text, candidate) in texts.iter().enumerate() {
        for (key, held) in keys.keys().iter().enumerate() {
            for algorithm in Hmac::ALGORITHMS {
                if let Some(bytes) = S::Method::tag(held, algorithm, &candidate.bytes) {
                    tags.push(Tag { key, text, algorithm, bytes: bytes.into() });
                }
            }
        }
    }
    tags
}

impl Text {
    fn of(message: &Message, body: &Bytes) -> Self {
        let (prefix, suffix) = message.beside();
        let mut text = prefix.to_vec();
        let covered = match &message.content {
            Content::Body => {
                text.extend_from_slice(body);
                Covered::Body
            }
            Content::Nothing | Content::Digest(_) => Covered::Nothing,
            Content::Canonical(canonical) => {
                canonical.feed(&mut |piece| text.extend_from_slice(piece));
                Covered::Canonical
            }
        };
        text.extend_from_slice(suffix);
        Self { bytes: text.into(), covered }
    }
}

/// Shows how long the text is: it may be confidential.
impl Debug for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .field("covered", &self.covered)
            .finish()
    }
}

/// It is a valid signature, so it is not printed.
impl Debug for Tag {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tag")
            .field("key", &self.key)
            .field("text", &self.text)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
