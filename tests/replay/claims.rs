//! When a request is claimed, and that claims of several requests do not get into each other's way.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use countersign::{
    ManualClock, MemoryReplay, Outcome, Reason, ReplayMode, SparkVerify, VerifyLayer,
};
use countersign_tests::acme::Acme;
use countersign_tests::script::{Script, Step};
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer, ServiceExt};

use super::probe::Probe;
use super::{
    Act, DAY, HANDLED, Handler, IN_FLIGHT, NOW, REPLAYED, Replay, Sent, UNAVAILABLE, memory, send,
    sent, signed, signed_by, spark,
};

const ACME: &str = "acme_secret";

fn acme(replay: impl Into<Replay>, clock: &ManualClock) -> VerifyLayer<Acme> {
    VerifyLayer::new(ACME).clock(clock.clone()).replay(replay)
}

#[tokio::test]
async fn strangers_do_not_reach_the_store() {
    let store = Probe::ready();
    let clock = ManualClock::at(NOW);
    let (layer, handler) = (acme(store.clone(), &clock), Handler::default());
    let genuine = signed_by(&Acme, ACME, "an event");

    let forged = genuine.clone().map(|_| Bytes::from("another"));
    let unsigned = Request::post("/").body(Bytes::from("an event")).expect("a request");
    let guessed = signed_by(&Acme, "acme_guess", "an event");
    for request in [forged, unsigned, guessed] {
        assert_eq!(send(&layer, &handler, request).await.0, StatusCode::UNAUTHORIZED);
    }
    let small = layer.clone().body_limit(1);
    assert_eq!(send(&small, &handler, genuine.clone()).await.1, Some(Reason::BodyTooLarge));
    clock.advance(Duration::from_secs(301));
    assert_eq!(send(&layer, &handler, genuine.clone()).await.1, Some(Reason::Stale));
    assert!(store.asked().is_empty() && handler.calls() == 0);

    clock.set(NOW);
    assert_eq!(send(&layer, &handler, genuine).await, HANDLED);
    assert_eq!(store.asked(), ["claim", "confirm"]);
}

/// A head that was sent in time, and a body that ends when the window is over: such a claim would be
/// born with no time left.
#[tokio::test]
async fn the_window_is_checked_again_when_it_is_claimed() {
    let store = Probe::ready();
    let clock = ManualClock::at(NOW);
    let layer = acme(store.clone(), &clock);
    let request = signed_by(&Acme, ACME, "late").map(|body| {
        let wait = Box::new(move || clock.advance(Duration::from_secs(301)));
        Script::new([Step::Data(body), Step::Pause, Step::Run(wait)])
    });
    let handler = Handler::default();
    let answer = layer.layer(handler.clone()).oneshot(request).await.expect("an answer");
    assert_eq!(sent(answer).1, Some(Reason::Stale));
    assert!(store.asked().is_empty() && handler.calls() == 0);
}

#[tokio::test]
async fn a_signed_handshake_is_answered_as_often_as_it_comes() {
    let store = Probe::ready();
    let (layer, handler) = (acme(store.clone(), &ManualClock::at(NOW)), Handler::default());
    for _ in 0..3 {
        assert_eq!(send(&layer, &handler, signed_by(&Acme, ACME, "ping:pong")).await, HANDLED);
    }
    assert!(store.asked().is_empty() && handler.calls() == 0);
}

#[tokio::test]
async fn offline_nothing_is_claimed() {
    let store = Probe::ready();
    let layer = spark(store.clone());
    for _ in 0..2 {
        assert!(matches!(layer.verify(signed("an event")), Ok(Outcome::Genuine(_))));
    }
    assert!(store.asked().is_empty());
}

/// What is remembered does not depend on the wall clock; and what was sent before it was set, in
/// either direction, is not handled again when it is set back.
#[tokio::test]
async fn clock_steps_of_an_hour_both_ways() {
    const HOUR: Duration = Duration::from_secs(3600);
    let clock = ManualClock::at(NOW);
    let (layer, handler) = (acme(memory(), &clock), Handler::default());
    let event = || signed_by(&Acme, ACME, "an event");
    assert_eq!(send(&layer, &handler, event()).await, HANDLED);
    for (now, reason) in [
        (NOW.plus(HOUR), Reason::Stale),
        (NOW, Reason::Replayed),
        (NOW.minus(HOUR), Reason::FromTheFuture),
        (NOW.minus(Duration::from_secs(300)), Reason::Replayed),
        (NOW.plus(Duration::from_secs(300)), Reason::Replayed),
    ] {
        clock.set(now);
        assert_eq!(send(&layer, &handler, event()).await.1, Some(reason), "at {now}");
    }
    // A step between the claim and the confirmation.
    for step in [NOW.plus(HOUR), NOW.minus(HOUR)] {
        let store = Probe::gated();
        clock.set(NOW);
        let (layer, handler) = (acme(store.clone(), &clock), Handler::default());
        let mut call = Box::pin(send(&layer, &handler, event()));
        assert!(poll(&mut call).is_pending());
        clock.set(step);
        store.permit(100);
        assert_eq!(call.await, HANDLED);
        clock.set(NOW);
        assert_eq!(send(&layer, &handler, event()).await, REPLAYED);
    }
}

/// A request from the far end of the window can pass for as long as both halves of it together.
#[tokio::test]
async fn what_comes_from_the_future_is_kept_for_the_whole_window() {
    let now = Arc::new(AtomicU64::new(0));
    let elapsed = Arc::clone(&now);
    let store =
        MemoryReplay::new().elapsed(move || Duration::from_millis(elapsed.load(Ordering::SeqCst)));
    let clock = ManualClock::at(NOW.minus(Duration::from_secs(300)));
    let (layer, handler) = (acme(store, &clock), Handler::default());
    let event = || signed_by(&Acme, ACME, "an event");
    assert_eq!(send(&layer, &handler, event()).await, HANDLED);
    for _ in 0..600 {
        clock.advance(Duration::from_secs(1));
        now.fetch_add(1000, Ordering::SeqCst);
        assert_eq!(send(&layer, &handler, event()).await, REPLAYED);
    }
    clock.advance(Duration::from_nanos(1));
    assert_eq!(send(&layer, &handler, event()).await.1, Some(Reason::Stale));
    assert_eq!(handler.calls(), 1);
}

#[tokio::test]
async fn an_owner_whose_lease_is_over_can_neither_confirm_nor_release() {
    for ending in [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR] {
        let now = Arc::new(AtomicU64::new(0));
        let elapsed = Arc::clone(&now);
        let store = MemoryReplay::new()
            .elapsed(move || Duration::from_secs(elapsed.load(Ordering::SeqCst)));
        let layer = spark(Replay::new(store).mode(ReplayMode::at_least_once()));
        let gate = Arc::new(tokio::sync::Notify::new());
        let (slow, opened) = (gate.clone(), Handler::told([Act::Hang]));
        let first = tower::service_fn(move |_: Request<Full<Bytes>>| {
            let slow = Arc::clone(&slow);
            async move {
                slow.notified().await;
                let response = http::Response::builder().status(ending);
                Ok::<_, &str>(response.body(Full::<Bytes>::default()).expect("a response"))
            }
        });
        let mut first = Box::pin(layer.layer(first).oneshot(signed("an event").map(Full::new)));
        assert!(poll(&mut first).is_pending());
        now.store(29, Ordering::SeqCst);
        assert_eq!(send(&layer, &opened, signed("an event")).await, IN_FLIGHT);

        // The lease is over: a successor takes over, and is at work when the first one ends.
        now.store(31, Ordering::SeqCst);
        let mut second = Box::pin(send(&layer, &opened, signed("an event")));
        assert!(poll(&mut second).is_pending());
        gate.notify_one();
        assert_eq!(first.await.expect("an answer").status(), ending);
        assert_eq!(send(&layer, &opened, signed("an event")).await, IN_FLIGHT);
        assert_eq!(opened.calls(), 1);
    }
}

#[tokio::test]
async fn a_partial_claim_is_undone() {
    let both = |store: &Probe| {
        SparkVerify::new(["new", "old"]).replay(Replay::new(store.clone()).retention(DAY))
    };
    let event = || signed_by(&countersign::Spark::default(), "old", "an event");
    for store in [Probe::ready(), Probe::later()] {
        // The store fails in the middle.
        let (layer, handler) = (both(&store), Handler::default());
        store.fail_after(1);
        assert_eq!(send(&layer, &handler, event()).await, UNAVAILABLE);
        assert_eq!((store.asked(), store.held()), (vec!["claim", "claim", "release"], 0));
        store.fail_after(usize::MAX);

        // One of them was seen: under the old secret alone.
        let old = SparkVerify::new("old").replay(Replay::new(store.clone()).retention(DAY));
        assert_eq!(send(&old, &handler, event()).await, HANDLED);
        assert_eq!(send(&layer, &handler, event()).await, REPLAYED);
        assert_eq!((store.held(), handler.calls()), (1, 1));
    }
}

/// Every order in which the store can answer two requests with keys in common: one is handled, the
/// other is not, and nothing is left in flight.
#[tokio::test]
async fn every_interleaving_of_two_requests() {
    let event = |secret| signed_by(&countersign::Spark::default(), secret, "an event");
    let secrets = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (one, other) in [
        (&["new", "old"][..], &["new", "old"][..]),
        (&["new", "old"], &["old", "new"]),
        (&["new", "old"], &["old"]),
        (&["old"], &["new", "old"]),
        (&["new", "old"], &["old", "older"]),
    ] {
        for mode in [ReplayMode::AtMostOnce, ReplayMode::at_least_once()] {
            // Each takes five turns at most: two claims and two confirmations to wait for, and an end.
            for schedule in (0_u32..1 << 10).filter(|schedule| schedule.count_ones() == 5) {
                let (store, handler) = (Probe::later(), Handler::default());
                let layer = |names: &[&str]| {
                    let replay = Replay::new(store.clone()).mode(mode).retention(DAY);
                    SparkVerify::new(secrets(names)).replay(replay)
                };
                let layers = [layer(one), layer(other)];
                let mut calls: [Pin<Box<dyn Future<Output = Sent> + '_>>; 2] = [
                    Box::pin(send(&layers[0], &handler, event("old"))),
                    Box::pin(send(&layers[1], &handler, event("old"))),
                ];
                let mut answers = [None, None];
                for turn in (0..10).map(|bit| (schedule >> bit & 1) as usize) {
                    if answers[turn].is_none()
                        && let Poll::Ready(answer) = poll(&mut calls[turn])
                    {
                        answers[turn] = Some(answer);
                    }
                }
                let answers = answers.map(|answer| answer.expect("it has ended"));
                let lost = usize::from(answers[0] == HANDLED);
                assert_eq!(answers[1 - lost], HANDLED, "{one:?} {other:?} {schedule:b}");
                assert!([REPLAYED, IN_FLIGHT].contains(&answers[lost]), "{answers:?}");
                assert_eq!(handler.calls(), 1);
                assert_eq!(store.held(), if lost == 0 { other.len() } else { one.len() });
                assert_eq!(send(&layers[0], &handler, event("old")).await, REPLAYED);
                assert_eq!(send(&layers[1], &handler, event("old")).await, REPLAYED);
            }
        }
    }
}

/// On real threads, with the store in memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_race_on_threads() {
    let (layer, handler) = (spark(memory()), Handler::default());
    for round in 0..200 {
        let racers: Vec<_> = (0..8)
            .map(|_| {
                let (layer, handler) = (layer.clone(), handler.clone());
                let request = signed(&format!("event {round}"));
                tokio::spawn(async move { send(&layer, &handler, request).await })
            })
            .collect();
        let mut handled = 0;
        for racer in racers {
            handled += usize::from(racer.await.expect("no panic") == HANDLED);
        }
        assert_eq!((handled, handler.calls()), (1, round + 1));
    }
    assert_eq!(send(&layer, &handler, signed("event 0")).await, REPLAYED);
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
