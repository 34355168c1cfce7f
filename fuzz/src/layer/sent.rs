//! A request on its way through a layer, piece by piece.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use countersign::{Outcome, Reason, Scheme, VerifyError, VerifyLayer};
use http::header::{HeaderMap, HeaderValue};
use http::{Request, StatusCode};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tower::{Layer, ServiceExt};

use super::case::{Case, Declared};
use crate::script::{Script, Step};
use crate::spy::Spy;

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The handler got these bytes.
    Genuine(Bytes),
    Answered(StatusCode),
    Refused(Reason),
}

/// The layer's, for a request that is already in memory; and by which key it was genuine.
pub(super) fn offline<S: Scheme>(
    layer: &VerifyLayer<S>,
    request: Request<Bytes>,
) -> (Verdict, Option<usize>) {
    match layer.verify(request) {
        Ok(Outcome::Genuine(proof)) => (Verdict::Genuine(proof.body().clone()), Some(proof.key())),
        Ok(Outcome::Answer(answer)) => (Verdict::Answered(answer.status()), None),
        Ok(_) => unreachable!("another outcome"),
        Err(error) => (Verdict::Refused(error.reason()), None),
    }
}

/// The pieces in which a body comes.
pub(super) struct Pieces {
    steps: Vec<Step>,
    /// How many frames, and how many pauses.
    frames: usize,
    pauses: usize,
    /// Whether it breaks off.
    pub(super) broken: bool,
}

impl Pieces {
    /// A byte a piece: nothing, a pause, trailers, the end of the connection, all the rest in single bytes, or so
    /// many bytes.
    pub(super) fn of(body: &Bytes, case: &Case) -> Self {
        let mut pieces = Self { steps: Vec::new(), frames: 0, pauses: 0, broken: false };
        let mut rest = body.clone();
        for &piece in &case.frames {
            match piece {
                0 => pieces.data(Bytes::new()),
                1 => pieces.pause(),
                2 => pieces.trailers(),
                3 => {
                    pieces.broken = true;
                    pieces.steps.push(Step::Fail);
                    return pieces;
                }
                255 => {
                    while !rest.is_empty() {
                        pieces.data(rest.split_to(1));
                    }
                }
                size => pieces.data(rest.split_to(usize::from(size - 3).min(rest.len()))),
            }
        }
        if !rest.is_empty() {
            pieces.data(rest);
        }
        pieces
    }

    fn data(&mut self, data: Bytes) {
        self.frames += 1;
        self.steps.push(Step::Data(data));
    }

    fn pause(&mut self) {
        self.pauses += 1;
        self.steps.push(Step::Pause);
    }

    fn trailers(&mut self) {
        self.frames += 1;
        let mut trailers = HeaderMap::new();
        trailers.insert("x-hub-signature-256", HeaderValue::from_static("sha256=00"));
        self.steps.push(Step::Trailers(trailers));
    }
}

/// The layer's, for a request whose body comes in these pieces.
pub(super) fn streamed<S: Scheme>(
    layer: &VerifyLayer<S>,
    request: Request<Bytes>,
    pieces: Pieces,
    declared: Declared,
) -> Verdict {
    let held = Arc::new(());
    let most = pieces.pauses + pieces.frames / 64 + 4;
    let length = request.body().len() as u64;
    let steps = [Step::Held(Arc::clone(&held))].into_iter().chain(pieces.steps);
    let script = Script::new(steps);
    let script = match declared {
        Declared::Nothing => script,
        Declared::Rightly => script.declare(length),
        Declared::Wrongly(by) => script.declare(length.saturating_add_signed(by.into())),
    };
    let spy = Spy::default();
    let service = layer.layer(spy.clone());
    let verdict = RUNTIME.with(|runtime| {
        // A body that is refused by its head is read on in a task.
        let entered = runtime.enter();
        let response = {
            let mut response = pin!(service.oneshot(request.map(|_| script)));
            let mut turns = 0;
            loop {
                match response.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(Ok(response)) => break response,
                    Poll::Ready(Err(never)) => match never {},
                    Poll::Pending => turns += 1,
                }
                assert!(turns <= most, "{}: it turns without an end", S::NAME);
            }
        };
        drop(entered);
        let verdict =
            match (runtime.block_on(spy.last()), response.extensions().get::<VerifyError>()) {
                (Some((_, body)), None) => Verdict::Genuine(body),
                (None, None) => Verdict::Answered(response.status()),
                (None, Some(error)) => Verdict::Refused(error.reason()),
                (Some(_), Some(error)) => panic!("{}: handled, and refused: {error}", S::NAME),
            };
        if let Verdict::Refused(reason) = verdict {
            assert_eq!(response.status(), reason.status());
        }
        runtime.block_on(async {
            let mut turns = 0;
            while Arc::strong_count(&held) > 1 {
                turns += 1;
                assert!(turns <= 4 * most, "{}: the body is kept", S::NAME);
                yield_now().await;
            }
        });
        verdict
    });
    assert_eq!(spy.calls(), usize::from(matches!(verdict, Verdict::Genuine(_))));
    verdict
}

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().build().expect("a runtime");
}
