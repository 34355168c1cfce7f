//! The check, step by step, in words.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign_core::dissect::{Claimed, Dissection, Found, Held, Tag};
use countersign_core::{Algorithm, Covered, Need, Reason, Signature, Timestamp};
use http::Request;
use memchr::memmem;

use crate::explanation::{State, Step};
use crate::search::{End, Limits, Searched};
use crate::show::{Show, escape};
use crate::wire::Note;

/// The steps so far.
pub(crate) struct Walk {
    show: Show,
    provider: &'static str,
    /// Whether signatures are written in base64, so that they can be compared by eye.
    base64: bool,
    steps: Vec<Step>,
}

impl Walk {
    pub(crate) fn new(show: Show, provider: &'static str) -> Self {
        Self { show, provider, base64: false, steps: Vec::new() }
    }

    pub(crate) fn steps(self) -> Vec<Step> {
        self.steps
    }

    /// Of one that may bear a secret, the URL is shown without its query.
    pub(crate) fn request(&mut self, request: &Request<Bytes>, bears_secret: bool) {
        let uri = request.uri();
        let url = match uri.query() {
            Some(query) if bears_secret => {
                let (path, length) = (self.show.value(uri.path().as_bytes()), bytes(query.len()));
                format!("{path} and a query of {length}, not shown")
            }
            _ => self.show.value(uri.to_string().as_bytes()),
        };
        let length = request.body().len();
        self.add(
            "request",
            State::Info,
            format!("{} {url}, a body of {}", request.method(), bytes(length)),
        );
    }

    /// What the server noted that refused it.
    pub(crate) fn note(&mut self, note: Option<&Note>) {
        let Some(note) = note else { return };
        let why = self.show.value(note.refused.as_bytes());
        self.add("captured", State::Info, format!("by the server that refused it: {why}"));
        if note.body_missing {
            let text = "the server refused it before the body was read, so the body is not here: \
                        what follows is about a request without one";
            self.add("captured", State::Bad, text);
        }
    }

    pub(crate) fn remark(&mut self, remark: Option<&str>) {
        if let Some(remark) = remark {
            self.add("captured", State::Info, remark);
        }
    }

    pub(crate) fn dissection(&mut self, dissection: &Dissection, held: &Result<Held, Reason>) {
        for (name, found) in &dissection.looked {
            let name = escape(name.as_bytes());
            match found {
                Found::Once(value) if dissection.bears_secret => {
                    let length = bytes(value.len());
                    self.add("found", State::Good, format!("{name}: {length}, not shown"));
                }
                Found::Once(value) => {
                    let value = self.show.value(value);
                    self.add("found", State::Good, format!("{name}: {value}"));
                }
                Found::Nothing => self.add("missing", State::Info, name),
                Found::Repeated => self.add("repeated", State::Bad, name),
            }
        }
        match &dissection.claimed {
            Ok(claimed) => self.claimed(claimed, dissection),
            // Of a handshake that carries no signature.
            Err(_) if matches!(held, Ok(Held { key: None, .. })) => {}
            Err(reason) => self.add("claim", State::Bad, format!("cannot be read: {reason}")),
        }
    }

    fn claimed(&mut self, claimed: &Claimed, dissection: &Dissection) {
        self.base64 =
            claimed.signatures.iter().any(|signature| is_in_base64(signature, dissection));
        for signature in &claimed.signatures {
            let (name, length) = (name(signature.algorithm()), bytes(signature.bytes().len()));
            let text = match dissection.bears_secret {
                true => format!("{name}, {length}, not shown"),
                false => format!("{name}, {length}: {}", self.digits(signature.bytes())),
            };
            self.add("given", State::Info, text);
        }
        if claimed.need == Need::All && claimed.signatures.len() > 1 {
            self.add("given", State::Info, "all of them have to hold, under one secret");
        }
        let texts = claimed.texts.len();
        for (index, text) in claimed.texts.iter().enumerate() {
            let which = if texts > 1 {
                format!("candidate {} of {texts}, ", index + 1)
            } else {
                String::new()
            };
            let covered = match text.covered {
                Covered::Body => "with the body as it came",
                Covered::Canonical => "a form of the body",
                _ => "without the body",
            };
            let (length, shown) = (bytes(text.bytes.len()), self.show.text(&text.bytes));
            self.add("signed", State::Info, format!("{which}{length}, {covered}: {shown}"));
        }
        self.expected(claimed);
    }

    fn expected(&mut self, claimed: &Claimed) {
        let is_token = |given: &Signature| given.algorithm() == Algorithm::Token;
        match claimed.keys {
            None => self.add("expected", State::Bad, "there is no key for what the request names"),
            Some(0) => self.add("expected", State::Bad, "there is no key"),
            Some(_) if claimed.signatures.iter().all(is_token) => {
                let text = "the secret itself, which is not shown; no byte of the request is protected by it";
                self.add("expected", State::Info, text);
            }
            Some(_) if claimed.tags.is_empty() => {
                let text = "cannot be said: a public key only tells whether a signature is right";
                self.add("expected", State::Info, text);
            }
            Some(_) => {
                for tag in &claimed.tags {
                    self.tag(tag, claimed);
                }
            }
        }
    }

    /// Of those algorithms that are claimed.
    fn tag(&mut self, tag: &Tag, claimed: &Claimed) {
        let mut given =
            claimed.signatures.iter().filter(|given| given.algorithm() == tag.algorithm);
        let Some(first) = given.next() else { return };
        let same = std::iter::once(first).chain(given).any(|given| given.bytes() == &*tag.bytes);
        let (state, outcome) = match same {
            true => (State::Good, "as given"),
            false => (State::Info, "another than given"),
        };
        let of = if claimed.texts.len() > 1 {
            format!("of candidate {} ", tag.text + 1)
        } else {
            String::new()
        };
        let (name, digits) = (name(tag.algorithm), self.digits(&tag.bytes));
        let key = tag.key + 1;
        self.add("expected", state, format!("{name} {of}under secret {key}: {digits}, {outcome}"));
    }

    pub(crate) fn signature(&mut self, held: &Result<Held, Reason>, secrets: usize) {
        match held {
            Ok(Held { key: Some(key), .. }) if secrets > 0 => {
                let text = format!("holds under secret {} of {secrets}", key + 1);
                self.add("signature", State::Good, text);
            }
            Ok(Held { key: Some(_), .. }) => self.add("signature", State::Good, "holds"),
            Ok(_) => self.add("signature", State::Info, "none is wanted: it is a handshake"),
            Err(reason) => self.add("signature", State::Bad, format!("does not hold: {reason}")),
        }
    }

    /// Until the signature holds, the time is only claimed.
    pub(crate) fn time(
        &mut self,
        held: &Result<Held, Reason>,
        claimed: Option<Timestamp>,
        window: Option<(Duration, Duration)>,
        now: Timestamp,
        from_capture: bool,
    ) {
        let (found, how) = match held {
            Ok(held) => (held.timestamp, "signed"),
            Err(_) => (Ok(claimed), "claimed"),
        };
        let limits = match window {
            Some((age, future)) => {
                format!("the window is {} back and {} ahead", duration(age), duration(future))
            }
            None => "no window is set, so no time is checked".to_owned(),
        };
        let arrived = if from_capture { ", when it arrived as the capture says" } else { "" };
        let (state, text) = match found {
            Ok(Some(time)) => {
                let (distance, direction, most) = match now.since(time) {
                    Some(age) => (age, "before", window.map(|(age, _)| age)),
                    None => {
                        let ahead = time.since(now).unwrap_or_default();
                        (ahead, "after", window.map(|(_, future)| future))
                    }
                };
                let state = match most {
                    None => State::Info,
                    Some(most) if distance <= most => State::Good,
                    Some(_) => State::Bad,
                };
                (
                    state,
                    format!("{time} is {how}, {} {direction} {now}{arrived}", duration(distance)),
                )
            }
            // Of a handshake that carries no signature.
            Ok(None) if matches!(held, Ok(Held { key: None, .. })) => return,
            Ok(None) if window.is_some() && held.is_ok() => {
                (State::Bad, "none is signed".to_owned())
            }
            Ok(None) => return self.add("time", State::Info, limits),
            Err(reason) => (State::Bad, reason.to_string()),
        };
        self.add("time", state, format!("{text}; {limits}"));
    }

    pub(crate) fn search(&mut self, searched: &Searched, limits: Limits) {
        let tries = searched.tries;
        let (found, end) = (searched.causes.len(), searched.end);
        let end = match end {
            End::Done if found > 0 => String::new(),
            End::Done => ", one and two at a time".to_owned(),
            End::Tries => ": more are not tried".to_owned(),
            End::Budget => {
                format!(": the {} are over; a larger budget gives more", duration(limits.budget))
            }
            End::BrokenOff => ": it broke off".to_owned(),
        };
        let text = match found {
            0 => format!("no cause was found; {tries} changes were tried{end}"),
            // How many were tried depends on the providers that there are: no news where one is found.
            1 => format!("one cause was found{end}"),
            _ => format!("{found} causes were found{end}"),
        };
        self.add("search", State::Info, text);
    }

    pub(crate) fn verdict(&mut self, verdict: Result<(), Reason>, held: &Result<Held, Reason>) {
        let provider = self.provider;
        match verdict {
            Ok(()) => {
                let what = match held {
                    Ok(Held { answered: true, .. }) => {
                        "it is a handshake, which the layer answers itself"
                    }
                    _ => "it is genuine",
                };
                self.add("verdict", State::Good, format!("accepted: {provider}: {what}"))
            }
            Err(reason) => {
                self.add("verdict", State::Bad, format!("rejected: {provider}: {reason}"))
            }
        }
    }

    fn digits(&self, signature: &[u8]) -> String {
        self.show.signature(&match self.base64 {
            true => BASE64_STANDARD.encode(signature),
            false => base16ct::lower::encode_string(signature),
        })
    }

    fn add(&mut self, step: &'static str, state: State, text: impl Into<String>) {
        self.steps.push(Step { step, state, text: text.into() });
    }
}

/// Whether the signature stands in base64 in one of the values that were looked for.
fn is_in_base64(signature: &Signature, dissection: &Dissection) -> bool {
    let text = BASE64_STANDARD.encode(signature.bytes());
    dissection.looked.iter().any(|(_, found)| match found {
        Found::Once(value) => memmem::find(value, text.as_bytes()).is_some(),
        _ => false,
    })
}

fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::HmacSha1 => "HMAC-SHA1",
        Algorithm::HmacSha256 => "HMAC-SHA256",
        Algorithm::HmacSha384 => "HMAC-SHA384",
        Algorithm::HmacSha512 => "HMAC-SHA512",
        Algorithm::RsaPkcs1Sha512 => "RSA PKCS #1 with SHA-512",
        Algorithm::Ed25519 => "Ed25519",
        Algorithm::EcdsaP256Sha256 => "ECDSA P-256 with SHA-256",
        Algorithm::Token => "a token",
        _ => "another algorithm",
    }
}

fn bytes(count: usize) -> String {
    match count {
        1 => "1 byte".to_owned(),
        count => format!("{count} bytes"),
    }
}

/// In the two largest units that it has.
fn duration(duration: Duration) -> String {
    let secs = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = secs;
    let mut parts = Vec::new();
    for (length, name) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        }
    }
    parts.truncate(2);
    match (parts.is_empty(), duration.subsec_millis()) {
        (true, millis) if millis > 0 => format!("{millis} ms"),
        (true, _) => "0 s".to_owned(),
        (false, _) => parts.join(" "),
    }
}
