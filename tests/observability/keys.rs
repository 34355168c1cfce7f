//! How old keys are: in generations, and in time where they are read anew.

use std::fs;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{
    CachedKeys, HeaderTenant, HmacKey, KeySet, KeyTable, ReloadedKeys, Scheme, Secret, Sign,
    SparkVerify, Timestamp,
};
use http::header::HeaderName;
use http::{Request, StatusCode};
use http_body_util::Full;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use tower::{Layer, ServiceExt};

use super::{Recorder, sum};
use crate::replay::Handler;

const LOADED: &str = r#"countersign_keys_loaded_timestamp_seconds{scheme="spark"}"#;
const OK: &str = r#"countersign_keys_loads_total{scheme="spark",outcome="ok"}"#;
const FAILED: &str = r#"countersign_keys_loads_total{scheme="spark",outcome="failed"}"#;

fn signed(secret: &str) -> Request<Full<Bytes>> {
    let request = Request::post("/").header("tenant", "acme").body(Bytes::from("{}")).unwrap();
    let secret = Secret::new(secret).unwrap();
    let signed = Spark::default().sign(&secret, Timestamp::from_secs(0), request).unwrap();
    signed.map(Full::new)
}

async fn send(layer: &SparkVerify, secret: &str) -> StatusCode {
    layer.layer(Handler::default()).oneshot(signed(secret)).await.unwrap().status()
}

#[tokio::test]
async fn an_old_key_is_counted_by_its_generation() {
    let recorder = Recorder::start();
    let secrets: Vec<_> = (0..7).map(|age| format!("secret-{age}")).collect();
    let layer = SparkVerify::new(secrets.clone());
    for (age, secret) in secrets.iter().enumerate() {
        assert_eq!(send(&layer, secret).await, StatusCode::OK);
        let counted = recorder.counted();
        let label = if age < 4 { age.to_string() } else { "4+".to_owned() };
        let series = format!("countersign_accepted_total{{scheme=\"spark\",key=\"{label}\"}}");
        assert_eq!(counted.get(&series), Some(&1), "{counted:?}");
        assert_eq!(sum(&counted, "countersign_accepted_total"), 1);
    }
}

fn unix(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

/// A file is looked at once a second and read a look later; with a slow machine, within a minute.
async fn soon(mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn files_that_are_read_anew_say_when_they_were() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "one").unwrap();
    let before = unix(SystemTime::now());
    let keys = ReloadedKeys::from_files(Spark::default(), [&path]).unwrap();
    let after = unix(SystemTime::now());
    let layer = SparkVerify::with_keys(Spark::default(), keys);

    // The recorder comes last, and still learns when that was.
    let recorder = Recorder::start();
    assert_eq!(send(&layer, "one").await, StatusCode::OK);
    let first = recorder.gauges()[LOADED];
    assert!((before..=after).contains(&first), "{before} {first} {after}");

    let recorder = Recorder::start();
    let keys = ReloadedKeys::from_files(Spark::default(), [&path]).unwrap();
    let layer = SparkVerify::with_keys(Spark::default(), keys);
    assert_eq!(send(&layer, "one").await, StatusCode::OK);
    assert_eq!(recorder.counted().get(OK), Some(&1));

    fs::write(&path, "another").unwrap();
    soon(async || send(&layer, "another").await == StatusCode::OK).await;
    // A snapshot takes what it shows, so each is asked for once.
    assert_eq!(recorder.counted().get(OK), Some(&1));
    fs::write(&path, "").unwrap();
    soon(async || {
        send(&layer, "another").await;
        recorder.counted().get(FAILED) == Some(&1)
    })
    .await;
    fs::write(&path, "the last").unwrap();
    soon(async || send(&layer, "the last").await == StatusCode::OK).await;
    let last = recorder.gauges()[LOADED];
    assert!(last >= first && last <= unix(SystemTime::now()), "{first} {last}");
}

#[tokio::test]
async fn a_cache_counts_what_it_had() {
    let recorder = Recorder::start();
    let key: HmacKey = Spark::default().key(&Secret::new("one").unwrap()).unwrap();
    let table = KeyTable::by_tenant();
    table.insert("acme", KeySet::new([key])).unwrap();
    let keys = CachedKeys::by_tenant(table);
    let layer = SparkVerify::with_keys(Spark::default(), keys)
        .tenant(HeaderTenant::new(HeaderName::from_static("tenant")));
    for (hits, misses) in [(0, 1), (1, 0), (1, 0)] {
        assert_eq!(send(&layer, "one").await, StatusCode::OK);
        let counted = recorder.counted();
        let of = |outcome| format!("countersign_cached_keys_total{{outcome=\"{outcome}\"}}");
        let counts = ["hit", "miss"].map(|outcome| counted.get(&of(outcome)).copied());
        assert_eq!(counts.map(Option::unwrap_or_default), [hits, misses]);
    }
}
