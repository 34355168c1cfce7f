//! Each claim is counted as it is taken, and each fresh one once more when it is settled.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use countersign::{Replay, ReplayMode, SparkVerify};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::time::{sleep, timeout};
use tower::{Layer, ServiceExt, service_fn};

use super::{Recorder, Series};
use crate::replay::probe::Probe;
use crate::replay::{Act, Handler, SECRET, modes, signed};

/// What is counted of claims and of their ends.
fn outcomes(recorder: &Recorder) -> Series<u64> {
    let of = |series: String| {
        let series = series.strip_prefix("countersign_replay_")?;
        let (name, labels) = series.split_once("_total{scheme=\"spark\",outcome=\"")?;
        Some(format!("{name} {}", labels.strip_suffix("\"}")?))
    };
    recorder.counted().into_iter().filter_map(|(name, count)| Some((of(name)?, count))).collect()
}

fn are<const N: usize>(expected: [(&str, u64); N]) -> Series<u64> {
    expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

fn layer(replay: Replay, secrets: &[&str]) -> SparkVerify {
    let secrets: Vec<_> = secrets.iter().map(|&secret| secret.to_owned()).collect();
    SparkVerify::new(secrets).replay(replay.retention(Duration::from_secs(3600)))
}

/// Sends it, and does not wait for what never comes.
async fn send(layer: &SparkVerify, act: Act) {
    let request: Request<_> = signed("an event").map(Full::new);
    let answer = layer.layer(Handler::told([act])).oneshot(request);
    // It may panic.
    let patience = Duration::from_millis(if matches!(act, Act::Hang) { 20 } else { 60_000 });
    drop(tokio::spawn(timeout(patience, answer)).await);
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

const OK: Act = Act::Answer(StatusCode::OK);
const FAILED: Act = Act::Answer(StatusCode::INTERNAL_SERVER_ERROR);

#[tokio::test]
async fn a_claim_is_counted_as_it_ends() {
    for mode in modes() {
        for probe in [Probe::ready, Probe::later] {
            let recorder = Recorder::start();
            let layer = layer(Replay::new(probe()).mode(mode), &[SECRET]);
            send(&layer, FAILED).await;
            assert_eq!(outcomes(&recorder), are([("claims fresh", 1), ("settled released", 1)]));
            send(&layer, OK).await;
            assert_eq!(outcomes(&recorder), are([("claims fresh", 1), ("settled confirmed", 1)]));
            send(&layer, OK).await;
            assert_eq!(outcomes(&recorder), are([("claims replayed", 1)]));
        }
    }
}

#[tokio::test]
async fn handling_that_breaks_off() {
    for act in [Act::Panic, Act::Fail, Act::Hang] {
        for probe in [Probe::ready, Probe::later] {
            let recorder = Recorder::start();
            let once = layer(Replay::new(probe()), &[SECRET]);
            send(&once, act).await;
            assert_eq!(outcomes(&recorder), are([("claims fresh", 1), ("settled broken-off", 1)]));
            send(&once, OK).await;
            assert_eq!(outcomes(&recorder), are([("claims in-flight", 1)]));
            let mode = ReplayMode::at_least_once();
            send(&layer(Replay::new(probe()).mode(mode), &[SECRET]), act).await;
            assert_eq!(outcomes(&recorder), are([("claims fresh", 1), ("settled released", 1)]));
        }
    }
}

#[tokio::test]
async fn a_store_that_is_down() {
    for probe in [Probe::ready(), Probe::later()] {
        let recorder = Recorder::start();
        probe.fail(true);
        send(&layer(Replay::new(probe.clone()), &[SECRET]), OK).await;
        assert_eq!(outcomes(&recorder), are([("claims unavailable", 1)]));
        send(&layer(Replay::new(probe.clone()).danger_fail_open(), &[SECRET]), OK).await;
        assert_eq!(outcomes(&recorder), are([("claims open", 1)]));
    }
}

/// The handler has answered, and the store cannot be told.
#[tokio::test]
async fn a_store_that_goes_down_meanwhile() {
    for probe in [Probe::ready(), Probe::later()] {
        let recorder = Recorder::start();
        let layer = layer(Replay::new(probe.clone()), &[SECRET]);
        let handler = service_fn(async |_: Request<Full<Bytes>>| {
            probe.fail(true);
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        layer.layer(handler).oneshot(signed("an event").map(Full::new)).await.unwrap();
        assert_eq!(outcomes(&recorder), are([("claims fresh", 1), ("settled failed", 1)]));
    }
}

/// The lease is over, and another handler has the request.
#[tokio::test]
async fn a_lease_that_is_too_short() {
    let recorder = Recorder::start();
    let mode = ReplayMode::AtLeastOnce { lease: Duration::from_millis(1) };
    let layer = layer(Replay::new(Probe::ready()).mode(mode), &[SECRET]);
    let handler = service_fn(async |_: Request<Full<Bytes>>| {
        sleep(Duration::from_millis(20)).await;
        send(&layer, OK).await;
        assert_eq!(outcomes(&recorder), are([("claims fresh", 2), ("settled confirmed", 1)]));
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    layer.layer(handler).oneshot(signed("an event").map(Full::new)).await.unwrap();
    assert_eq!(outcomes(&recorder), are([("settled lost", 1)]));
}

/// A request has a claim for each key that is configured.
#[tokio::test]
async fn while_keys_rotate_a_request_has_two_claims() {
    let recorder = Recorder::start();
    let layer = layer(Replay::new(Probe::ready()), &["a-newer-secret", SECRET]);
    send(&layer, OK).await;
    assert_eq!(outcomes(&recorder), are([("claims fresh", 2), ("settled confirmed", 2)]));
    send(&layer, OK).await;
    assert_eq!(outcomes(&recorder), are([("claims replayed", 1)]));
}
