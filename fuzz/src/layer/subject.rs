//! A provider: its layer, what signs for it, and what its requests are checked with a second time.

use bytes::Bytes;
use countersign::{ManualClock, Scheme, Secret, Sign, Timestamp, VerifyLayer};
use http::Request;
use http::header::CONTENT_TYPE;

use super::agree::Came;
use super::case::{Case, Declared};
use super::change::change;
use super::counted::count;
use super::sent::{Pieces, Verdict, offline, streamed};
use crate::wire;

/// The time at which everything is signed.
pub(super) const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

/// Less than an input may hold.
const LIMIT: usize = 3000;

pub(super) struct Subject<S: Scheme> {
    pub(super) layer: VerifyLayer<S>,
    pub(super) clock: ManualClock,
    pub(super) scheme: S,
    /// What signs: the newest, the one before it, and one that is not believed. Of a key pair there is one.
    pub(super) signers: Vec<Secret>,
    pub(super) sample: Sample,
    /// What is let through of what the scheme signs.
    pub(super) is_sent: fn(&[u8]) -> bool,
    pub(super) agrees: fn(&Came<'_>) -> bool,
}

/// What is signed where the input has no body.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) content_type: &'static str,
    pub(super) body: &'static str,
}

/// A subject of whichever scheme.
pub(super) trait Run {
    fn run(&self, case: &Case);
}

impl<S: Scheme + Sign> Run for Subject<S> {
    fn run(&self, case: &Case) {
        let Some((signed, genuine)) = self.signed(case) else { return };
        let (mut request, mut now) = (signed.clone(), NOW);
        for &edit in &case.edits {
            change(&mut request, &mut now, edit, &case.text);
        }
        self.clock.set(now);

        let (verdict, key) = offline(&self.layer, request.clone());
        let is_untouched = genuine && case.edits.is_empty();
        if is_untouched && request.body().len() <= LIMIT && (self.is_sent)(request.body()) {
            let is_through = matches!(verdict, Verdict::Genuine(_) | Verdict::Answered(_));
            assert!(is_through, "{}: genuine, and {verdict:?}", S::NAME);
            assert!(key.is_none_or(|key| key == case.signer % self.signers.len()));
        }
        let handed = match &verdict {
            Verdict::Genuine(body) => Some(Some(body)),
            Verdict::Answered(_) => Some(None),
            Verdict::Refused(_) => None,
        };
        if let Some(handed) = handed {
            let (head, body) = request.clone().into_parts();
            let signed = genuine.then_some(&signed);
            let came = Came { head: &head, body: &body, handed, now, signed };
            assert!((self.agrees)(&came), "{}: let through: {head:?} {body:?}", S::NAME);
        }
        self.in_pieces(&verdict, request, case);
        count(handed.is_some_and(|it| it.is_some()), handed == Some(None), !is_untouched);
    }
}

impl<S: Scheme + Sign> Subject<S> {
    /// The request, signed where it is to be, and whether by a key that is believed.
    fn signed(&self, case: &Case) -> Option<(Request<Bytes>, bool)> {
        if case.raw {
            return wire::request(&case.body).map(|request| (request, false));
        }
        let signer = &self.signers[case.signer % self.signers.len()];
        let unsigned = |body: &[u8]| {
            let request = Request::post("/hook").header(CONTENT_TYPE, self.sample.content_type);
            request.body(Bytes::copy_from_slice(body)).expect("a request")
        };
        let signed = self.scheme.sign(signer, NOW, unsigned(&case.body)).ok();
        let signed = signed.filter(|_| !case.body.is_empty()).unwrap_or_else(|| {
            let sample = unsigned(self.sample.body.as_bytes());
            self.scheme.sign(signer, NOW, sample).expect("the sample can be signed")
        });
        // Of three, the last is not believed.
        Some((signed, case.signer % self.signers.len() < 2))
    }

    fn in_pieces(&self, whole: &Verdict, request: Request<Bytes>, case: &Case) {
        let pieces = Pieces::of(request.body(), case);
        let broken = pieces.broken;
        let verdict = streamed(&self.layer, request, pieces, case.declared);
        let what = S::NAME;
        match case.declared {
            _ if broken => {
                assert!(!matches!(verdict, Verdict::Genuine(_)), "{what}: it broke off");
            }
            // More than was said is not read.
            Declared::Wrongly(_) if verdict != *whole => {
                let reason = countersign::Reason::BodyTooLarge;
                assert_eq!(verdict, Verdict::Refused(reason), "{what}, and whole {whole:?}");
            }
            _ => assert_eq!(verdict, *whole, "{what}"),
        }
    }
}

/// A layer with that clock and limit.
pub(super) fn timed<S: Scheme>(layer: VerifyLayer<S>) -> (VerifyLayer<S>, ManualClock) {
    let clock = ManualClock::at(NOW);
    (layer.clock(clock.clone()).body_limit(LIMIT), clock)
}
