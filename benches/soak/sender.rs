//! Who sends: every kind of request, at every layer, as fast as it is answered.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use countersign::{Timestamp, VerifyError};
use fastrand::Rng;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;

use crate::frames::Frames;
use crate::handler::Ticket;
use crate::hook::{Hook, LIMIT, MAX_AGE, MAX_FUTURE};
use crate::tally::{Kind, Tally, Verdict};

/// For how long after it was signed a request is sure to be within the window and remembered. A verdict that took
/// longer, since the process stood still, is not judged.
const SURE: Duration = Duration::from_secs(3);

/// The size of the requests whose signing is timed.
const YARDSTICK: usize = 4 << 10;

/// How many requests that were handled are kept to be replayed, of each provider.
const KEPT: usize = 32;

/// Sends one request after the other; many senders do so in turns.
pub(crate) struct Sender {
    hooks: Vec<Hook>,
    /// What was handled, for each of the hooks.
    handled: Vec<Vec<Signed>>,
    rng: Rng,
    tally: Arc<Tally>,
    sent: u64,
    number: u64,
}

/// A request that is complete but for the way its body comes, and when it was signed.
#[derive(Clone)]
struct Signed {
    request: Request<Bytes>,
    since: Instant,
}

impl Sender {
    pub(crate) fn new(number: u64, hooks: &[Hook], tally: &Arc<Tally>) -> Self {
        Self {
            hooks: hooks.to_vec(),
            handled: vec![Vec::with_capacity(KEPT); hooks.len()],
            rng: Rng::with_seed(number),
            tally: Arc::clone(tally),
            sent: 0,
            number,
        }
    }

    pub(crate) async fn run(mut self) {
        while !self.tally.is_over() {
            self.send().await;
        }
    }

    async fn send(&mut self) {
        let at = self.rng.usize(..self.hooks.len());
        let hook = self.hooks[at].clone();
        match self.rng.u8(..100) {
            0..40 => self.genuine(&hook, at).await,
            40..65 => self.forged(&hook).await,
            65..75 => self.untimely(&hook).await,
            75..90 => self.replayed(&hook, at).await,
            90..93 => self.twins(&hook).await,
            93..95 => self.retried(&hook).await,
            _ => self.oversized(&hook).await,
        }
    }

    async fn genuine(&mut self, hook: &Hook, at: usize) {
        let signed = self.signed(hook);
        let verdict = self.verdict(hook, &signed, StatusCode::OK).await;
        self.judge(Kind::Genuine, hook, &signed, &verdict, verdict.is(200, None, 1));
        // Not each of them, so that some are kept for a while.
        let handled = &mut self.handled[at];
        if handled.len() < KEPT {
            handled.push(signed);
        } else if self.rng.u8(..16) == 0 {
            handled[self.rng.usize(..KEPT)] = signed;
        }
    }

    async fn forged(&mut self, hook: &Hook) {
        let (name, mut signed) = (HeaderName::from_static(hook.signature), self.signed(hook));
        let headers = signed.request.headers_mut();
        let why = match self.rng.u8(..10) {
            0..4 => {
                signed.request = hook.forge(now(), self.unsigned());
                "mismatch"
            }
            4..7 => {
                let mut body = signed.request.body().to_vec();
                body[self.rng.usize(..signed.request.body().len())] ^= 1 << self.rng.u8(..8);
                *signed.request.body_mut() = body.into();
                "mismatch"
            }
            7 => {
                let length = signed.request.body().len();
                signed.request.body_mut().truncate(self.rng.usize(..length));
                "mismatch"
            }
            8 => {
                headers.remove(name);
                "missing"
            }
            _ => {
                headers.append(name, HeaderValue::from_static("another"));
                "repeated"
            }
        };
        let verdict = self.verdict(hook, &signed, StatusCode::OK).await;
        self.judge(Kind::Forged, hook, &signed, &verdict, verdict.is(401, Some(why), 0));
    }

    /// Signed well, but too old, or too far ahead. What signs no time cannot be.
    async fn untimely(&mut self, hook: &Hook) {
        if !hook.timed {
            return self.forged(hook).await;
        }
        let hours = Duration::from_secs(self.rng.u64(3..7200));
        let (time, kind, why) = if self.rng.u8(..5) == 0 {
            (now().plus(MAX_FUTURE + hours), Kind::Future, "from-the-future")
        } else {
            (now().minus(MAX_AGE + hours), Kind::Stale, "stale")
        };
        let mut signed = self.signed(hook);
        signed.request = hook.sign(time, self.unsigned());
        let verdict = self.verdict(hook, &signed, StatusCode::OK).await;
        // In whole seconds, and these go by: what was three seconds ahead is not, two seconds later.
        self.judge_within(
            Duration::from_secs(1),
            kind,
            hook,
            &signed,
            &verdict,
            verdict.is(401, Some(why), 0),
        );
    }

    async fn replayed(&mut self, hook: &Hook, at: usize) {
        let handled = &self.handled[at];
        if handled.is_empty() {
            return self.genuine(hook, at).await;
        }
        let index = self.rng.usize(..handled.len());
        let signed = handled[index].clone();
        if signed.since.elapsed() > SURE / 2 {
            self.handled[at].swap_remove(index);
            return self.genuine(hook, at).await;
        }
        let verdict = self.verdict(hook, &signed, StatusCode::OK).await;
        self.judge(Kind::Replayed, hook, &signed, &verdict, verdict.is(401, Some("replayed"), 0));
    }

    /// The same twice at a time: one of them is handled, whichever.
    async fn twins(&mut self, hook: &Hook) {
        let signed = self.signed(hook);
        let frames = [self.rng.usize(1..LIMIT), self.rng.usize(1..LIMIT)];
        let [one, other] = frames.map(|size| self.attempt(hook, &signed, size, StatusCode::OK));
        let (one, other) = tokio::join!(one, other);
        let refused = |verdict: &Verdict| {
            verdict.is(401, Some("replayed"), 0) || verdict.is(409, Some("in-flight"), 0)
        };
        let right =
            one.is(200, None, 1) && refused(&other) || refused(&one) && other.is(200, None, 1);
        self.judge(Kind::Twin, hook, &signed, &one, right);
        self.judge(Kind::Twin, hook, &signed, &other, right);
    }

    /// The handler fails, the provider tries again, and then again although it was handled.
    async fn retried(&mut self, hook: &Hook) {
        let signed = self.signed(hook);
        let verdict = self.verdict(hook, &signed, StatusCode::INTERNAL_SERVER_ERROR).await;
        self.judge(Kind::Failed, hook, &signed, &verdict, verdict.is(500, None, 1));
        let verdict = self.verdict(hook, &signed, StatusCode::OK).await;
        self.judge(Kind::Retried, hook, &signed, &verdict, verdict.is(200, None, 1));
        let verdict = self.verdict(hook, &signed, StatusCode::OK).await;
        self.judge(Kind::Replayed, hook, &signed, &verdict, verdict.is(401, Some("replayed"), 0));
    }

    /// Signed well, and larger than the limit by a byte or more.
    async fn oversized(&mut self, hook: &Hook) {
        let size = LIMIT + self.rng.usize(1..=LIMIT);
        let signed = self.of_size(hook, size);
        let verdict = self.verdict(hook, &signed, StatusCode::OK).await;
        self.judge(
            Kind::Oversized,
            hook,
            &signed,
            &verdict,
            verdict.is(413, Some("body-too-large"), 0),
        );
    }

    fn signed(&mut self, hook: &Hook) -> Signed {
        let size = *self.rng.choice([0, 300, 1 << 10, YARDSTICK].as_slice()).unwrap_or(&0);
        self.of_size(hook, size)
    }

    fn of_size(&mut self, hook: &Hook, size: usize) -> Signed {
        let since = Instant::now();
        let request = hook.sign(now(), self.event(size));
        if size == YARDSTICK {
            self.tally.note_signing(since.elapsed());
        }
        Signed { request, since }
    }

    fn unsigned(&mut self) -> Request<Bytes> {
        self.event(300)
    }

    /// An event that is like no other, of that many bytes and a few more.
    fn event(&mut self, size: usize) -> Request<Bytes> {
        self.sent += 1;
        let id = format!("msg_{}_{}", self.number, self.sent);
        let mut body = Vec::with_capacity(size + 64);
        body.extend_from_slice(br#"{"id":""#);
        body.extend_from_slice(id.as_bytes());
        body.extend_from_slice(br#"","text":""#);
        body.resize(size.max(body.len()), b'x');
        body.extend_from_slice(br#""}"#);
        Request::post("/hook")
            .header("host", "hooks.example.com")
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .body(body.into())
            .expect("a request")
    }

    /// Sends it, in frames of some size.
    async fn verdict(&mut self, hook: &Hook, signed: &Signed, answer: StatusCode) -> Verdict {
        let size = self.rng.usize(64..LIMIT);
        self.attempt(hook, signed, size, answer).await
    }

    async fn attempt(
        &self,
        hook: &Hook,
        signed: &Signed,
        size: usize,
        answer: StatusCode,
    ) -> Verdict {
        let (parts, body) = signed.request.clone().into_parts();
        let ticket = Ticket::new(body.clone(), answer);
        let body = Frames::new(body, size, size.is_multiple_of(2));
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(Arc::clone(&ticket));
        let start = Instant::now();
        let answer = hook.call(request).await;
        let status = answer.status();
        let code = answer.extensions().get().map(|error: &VerifyError| error.reason().code());
        let Ok(body) = answer.into_body().collect().await;
        let time = start.elapsed();
        let expected: &[u8] = if code.is_none() { b"handled" } else { b"" };
        let told = body.to_bytes() == expected;
        Verdict { status, code, handed: ticket.handed().filter(|_| told), time }
    }

    fn judge(&self, kind: Kind, hook: &Hook, signed: &Signed, verdict: &Verdict, right: bool) {
        self.judge_within(SURE, kind, hook, signed, verdict, right);
    }

    fn judge_within(
        &self,
        sure: Duration,
        kind: Kind,
        hook: &Hook,
        signed: &Signed,
        verdict: &Verdict,
        right: bool,
    ) {
        let right = (signed.since.elapsed() < sure).then_some(right);
        self.tally.note(kind, hook.name, verdict, right);
    }
}

fn now() -> Timestamp {
    SystemTime::now().into()
}
