//! Keys that are fetched from a Space server: kept, rotated, asked for once.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use countersign::space::{Installation, SpaceKeys};
use countersign::{KeyTable, Outcome, Reason, SpacePublicKey, SpacePublicKeyVerify, VerifyError};
use countersign_tests::logs::Logs;
use countersign_tests::space::{Answers, CLIENT_SECRET, Space, key, signed, typing};
use countersign_tests::spy::Spy;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::{Layer, ServiceExt};

fn keys(space: &Space) -> SpaceKeys {
    SpaceKeys::new(space.installation())
}

fn layer(keys: SpaceKeys) -> SpacePublicKeyVerify {
    SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), keys)
}

/// A request that the server signed with that key of the stand-in.
fn by(index: usize) -> Request<Bytes> {
    signed(index, "/space", &typing())
}

async fn verdict(layer: &SpacePublicKeyVerify, request: Request<Bytes>) -> Result<(), Reason> {
    match timeout(Duration::from_secs(20), layer.verify_async(request)).await.unwrap() {
        Ok(Outcome::Genuine(_)) => Ok(()),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.reason()),
    }
}

const DOWN: Result<(), Reason> = Err(Reason::KeysUnavailable);
const FORGED: Result<(), Reason> = Err(Reason::Mismatch);

#[tokio::test]
async fn they_are_fetched_once_and_kept() {
    for plain in [false, true] {
        let space = Space::start(0).await;
        if plain {
            space.publish(key(0).jwks());
        }
        let layer = layer(keys(&space));
        for _ in 0..3 {
            assert_eq!(verdict(&layer, by(0)).await, Ok(()));
        }
        assert_eq!(space.asked(), (1, 1));
    }
}

/// The old key is gone and the new one is there: one question, and the request is accepted.
#[tokio::test]
async fn a_rotation_is_followed() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space));
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    space.rotate(1);
    assert_eq!(verdict(&layer, by(1)).await, Ok(()));
    assert_eq!(space.asked(), (2, 2));
    // What was withdrawn is believed no more, and is no reason to ask again within the minute.
    assert_eq!(verdict(&layer, by(0)).await, FORGED);
    assert_eq!(verdict(&layer, by(1)).await, Ok(()));
    assert_eq!(space.asked(), (2, 2));
}

/// As the documentation says: junk can use up the one question, so a rotation may be noticed late.
#[tokio::test]
async fn junk_can_delay_a_rotation_until_the_pause_is_over() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space).refetch_pause(Duration::from_secs(2)));
    let start = Instant::now();
    assert_eq!(verdict(&layer, by(2)).await, FORGED);
    space.rotate(1);
    let late = verdict(&layer, by(1)).await;
    if start.elapsed() < Duration::from_millis(1900) {
        assert_eq!((late, space.asked()), (FORGED, (2, 2)));
    }
    sleep(Duration::from_millis(2100)).await;
    assert_eq!(verdict(&layer, by(1)).await, Ok(()));
    assert_eq!(space.asked(), (3, 3));
}

/// 1,000 requests at a time with a signature that nobody knows, from cold and again: the keys are
/// fetched once, and once more in the minute.
#[tokio::test]
async fn a_storm_asks_once_a_minute() {
    let space = Space::start(0).await;
    space.answers(Answers::Late(Duration::from_millis(50)));
    let layer = layer(keys(&space));
    let junk = by(2);
    for asked in [2, 2] {
        let mut storm = JoinSet::new();
        for _ in 0..1000 {
            let service = layer.layer(Spy::default());
            storm.spawn(service.oneshot(junk.clone().map(Full::new)));
        }
        while let Some(answer) = storm.join_next().await {
            let Ok(answer) = answer.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
            let reason = answer.extensions().get().map(VerifyError::reason);
            assert_eq!(reason, Some(Reason::Mismatch));
        }
        assert_eq!(space.asked(), (asked, asked));
    }
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    assert_eq!(space.asked(), (2, 2));
}

/// The same with requests that are genuine, after a rotation: all get through by one question.
#[tokio::test]
async fn a_storm_of_genuine_requests_gets_through_a_rotation() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space));
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    space.rotate(1);
    space.answers(Answers::Late(Duration::from_millis(50)));
    let request = by(1);
    let mut storm = JoinSet::new();
    for _ in 0..200 {
        let (layer, request) = (layer.clone(), request.clone());
        storm.spawn(async move { verdict(&layer, request).await });
    }
    while let Some(verdict) = storm.join_next().await {
        assert_eq!(verdict.unwrap(), Ok(()));
    }
    assert_eq!(space.asked(), (2, 2));
}

#[tokio::test]
async fn without_keys_it_is_503_until_there_are_some() {
    let (logs, _guard) = Logs::start();
    let space = Space::start(0).await;
    let layer = layer(keys(&space));
    space.answers(Answers::Status(500));
    assert_eq!(verdict(&layer, by(0)).await, DOWN);
    space.answers(Answers::Well);
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    let text = logs.text();
    assert!(text.contains("oauth/token: the answer has status 500"), "{text}");
    assert!(!text.contains(CLIENT_SECRET) && !text.contains("access-token"), "{text}");
}

/// A server that is down is not asked with every request.
#[tokio::test]
async fn questions_without_answer_become_rare() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space));
    space.answers(Answers::Status(503));
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(verdict(&layer, by(0)).await, DOWN);
    }
    // At once, at once again, after 1 s, after 2 s more, ..
    let most = 2 + usize::try_from(start.elapsed().as_secs()).unwrap();
    assert!(space.asked().0 <= most, "{:?} in {:?}", space.asked(), start.elapsed());
}

#[tokio::test]
async fn a_refetch_that_fails_keeps_the_old_keys() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space));
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    space.rotate(1);
    space.answers(Answers::Status(500));
    // Whether it is genuine could not be found out: the provider is to try again.
    assert_eq!(verdict(&layer, by(1)).await, DOWN);
    // For a minute there is no other question.
    assert_eq!(verdict(&layer, by(1)).await, FORGED);
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    assert_eq!(space.asked(), (2, 1));
}

/// What the server withdrew is believed no longer than keys are kept.
#[tokio::test]
async fn keys_grow_old() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space).max_age(Duration::from_millis(20)));
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    space.rotate(1);
    sleep(Duration::from_millis(40)).await;
    assert_eq!(verdict(&layer, by(0)).await, FORGED);
    assert_eq!(verdict(&layer, by(1)).await, Ok(()));
    assert_eq!(space.asked(), (2, 2));
}

/// Neither age nor a mismatch asks within the pause: the longer of the two times counts.
#[tokio::test]
async fn keys_grow_no_older_than_the_pause_either() {
    let space = Space::start(0).await;
    let keys = keys(&space).max_age(Duration::from_millis(20));
    let layer = layer(keys.refetch_pause(Duration::from_secs(2)));
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    sleep(Duration::from_millis(40)).await;
    // The first fetch does not count, so the keys are renewed by their age.
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    let renewed = Instant::now();
    assert_eq!(space.asked(), (2, 2));
    space.rotate(1);
    sleep(Duration::from_millis(40)).await;
    let withdrawn = verdict(&layer, by(0)).await;
    if renewed.elapsed() < Duration::from_millis(1900) {
        assert_eq!((withdrawn, space.asked()), (Ok(()), (2, 2)));
    }
    sleep(Duration::from_millis(2100)).await;
    assert_eq!(verdict(&layer, by(0)).await, FORGED);
    assert_eq!(verdict(&layer, by(1)).await, Ok(()));
}

/// Old keys that cannot be renewed are asked for once in a pause, and nobody waits in between.
#[tokio::test]
async fn old_keys_are_not_asked_for_with_every_request() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space).max_age(Duration::ZERO));
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    space.answers(Answers::Status(500));
    for _ in 0..50 {
        assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    }
    assert_eq!(space.asked(), (2, 1));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_not_waited_for() {
    let space = Space::start(0).await;
    let layer = layer(keys(&space).timeout(Duration::from_millis(200)));
    space.answers(Answers::Never);
    let request = by(0);
    let mut waiting = JoinSet::new();
    for _ in 0..100 {
        let (layer, request) = (layer.clone(), request.clone());
        waiting.spawn(async move { verdict(&layer, request).await });
    }
    while let Some(verdict) = waiting.join_next().await {
        assert_eq!(verdict.unwrap(), DOWN);
    }
    assert!(space.asked().0 <= 3, "{:?}", space.asked());
}

/// Of what is too large, no more is read; what is no set of keys is none.
#[tokio::test]
async fn answers_that_are_none() {
    let many = format!("{{\"keys\":[{}]}}", vec![key(0).jwk(); 33].join(","));
    let large = format!("{{\"keys\":[{}],\"x\":\"{}\"}}", key(0).jwk(), "x".repeat(256 * 1024));
    for bad in ["", "null", "[]", "{}", "\"\"", "\"[]\"", "{\"keys\":{}}", "<html>", &many, &large]
    {
        let space = Space::start(0).await;
        space.publish(bad);
        assert_eq!(verdict(&layer(keys(&space)), by(0)).await, DOWN, "{bad:.40}");
    }
    let space = Space::start(0).await;
    space.answers(Answers::Endless);
    assert_eq!(verdict(&layer(keys(&space)), by(0)).await, DOWN);
    assert_eq!(space.asked(), (1, 1));

    // A set without a usable key is one. It verifies nothing.
    space.answers(Answers::Well);
    space.publish(json!({ "keys": [{ "kty": "EC", "crv": "P-256" }, {}, 1] }).to_string());
    assert_eq!(verdict(&layer(keys(&space)), by(0)).await, FORGED);
}

/// The client secret and the token go to the server that they are for.
#[tokio::test]
async fn redirects_are_followed_at_home_only() {
    let (home, other) = (Space::start(0).await, Space::start(0).await);
    home.answers(Answers::Elsewhere(other.url().to_owned()));
    assert_eq!(verdict(&layer(keys(&home)), by(0)).await, DOWN);
    assert_eq!((home.asked(), other.asked()), ((1, 0), (0, 0)));

    home.answers(Answers::Moved);
    assert_eq!(verdict(&layer(keys(&home)), by(0)).await, Ok(()));
    assert_eq!(home.asked(), (3, 2));
}

/// Who goes away in the middle does not take the question along.
#[tokio::test]
async fn a_request_that_is_given_up_does_not_stop_the_question() {
    let space = Space::start(0).await;
    space.answers(Answers::Late(Duration::from_millis(100)));
    let layer = layer(keys(&space));
    let given_up = timeout(Duration::from_millis(30), layer.verify_async(by(0))).await;
    assert!(given_up.is_err());
    assert_eq!(verdict(&layer, by(0)).await, Ok(()));
    assert_eq!(space.asked(), (1, 1));
}

/// The question ends with its runtime; the next request asks anew.
#[test]
fn a_runtime_that_ends_takes_no_key_along() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let servers = runtime();
    let space = servers.block_on(Space::start(0));
    let layer = layer(keys(&space));
    space.answers(Answers::Never);
    let first = runtime();
    let given_up = async { timeout(Duration::from_millis(50), layer.verify_async(by(0))).await };
    assert!(first.block_on(given_up).is_err());
    first.shutdown_timeout(Duration::from_secs(5));
    space.answers(Answers::Well);
    assert_eq!(runtime().block_on(verdict(&layer, by(0))), Ok(()));

    // Without any runtime, what is kept is good enough, and what is not cannot be had.
    assert!(layer.verify(by(0)).is_ok());
    let cold = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), keys(&space));
    assert_eq!(cold.verify(by(0)).unwrap_err().reason(), Reason::KeysUnavailable);
}

/// The HTTP client needs timers. Without them requests are told to come back; nothing ends.
#[test]
fn a_runtime_without_timers_has_no_keys() {
    let servers = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let space = servers.block_on(Space::start(0));
    let layer = layer(keys(&space));
    let bare = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    for _ in 0..2 {
        let error = bare.block_on(layer.verify_async(by(0))).unwrap_err();
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(servers.block_on(verdict(&layer, by(0))), Ok(()));
}

/// Clones share what was fetched, unless one is configured otherwise.
#[tokio::test]
async fn clones_share_their_keys() {
    let space = Space::start(0).await;
    let keys = keys(&space);
    assert_eq!(verdict(&layer(keys.clone()), by(0)).await, Ok(()));
    assert_eq!(verdict(&layer(keys.clone()), by(0)).await, Ok(()));
    assert_eq!(space.asked(), (1, 1));
    assert_eq!(verdict(&layer(keys.timeout(Duration::from_secs(9))), by(0)).await, Ok(()));
    assert_eq!(space.asked(), (2, 2));
}

/// An application that is installed in two organisations.
#[tokio::test]
async fn each_organisation_has_keys_of_its_own() {
    let (one, two) = (Space::start(0).await, Space::start(1).await);
    let table = KeyTable::by_key_id();
    table.insert("one", keys(&one)).unwrap();
    table.insert("two", keys(&two)).unwrap();
    let scheme = SpacePublicKey::default().by_client_id();
    let layer = SpacePublicKeyVerify::with_keys(scheme, table.clone());
    let from = |index, client: &str| {
        let body = json!({ "className": "ListCommandsPayload", "clientId": client });
        signed(index, "/space", &body)
    };
    for (index, client) in [(0, "one"), (1, "two"), (0, "one")] {
        let outcome = layer.verify_async(from(index, client)).await.unwrap();
        let Outcome::Genuine(proof) = outcome else { panic!("{outcome:?}") };
        assert_eq!(proof.tenant(), Some(client));
    }
    assert_eq!((one.asked(), two.asked()), ((1, 1), (1, 1)));

    // Neither signs for the other.
    assert_eq!(verdict(&layer, from(1, "one")).await, FORGED);
    assert_eq!(verdict(&layer, from(0, "two")).await, FORGED);
    // Nobody is asked about an organisation that is not in the table.
    let asked = (one.asked(), two.asked());
    assert_eq!(verdict(&layer, from(0, "three")).await, Err(Reason::UnknownKey));
    table.remove("two");
    assert_eq!(verdict(&layer, from(1, "two")).await, Err(Reason::UnknownKey));
    assert_eq!((one.asked(), two.asked()), asked);
}

/// Nobody is asked for keys because of a request that is refused anyhow.
#[tokio::test]
async fn what_is_stale_or_malformed_asks_nobody() {
    let space = Space::start(0).await;
    let table = KeyTable::by_key_id();
    table.insert(countersign_tests::space::CLIENT_ID, keys(&space)).unwrap();
    let by_client = SpacePublicKey::default().by_client_id();
    let by_client = SpacePublicKeyVerify::with_keys(by_client, table);
    for layer in [layer(keys(&space)), by_client] {
        let mut stale = by(0);
        stale.headers_mut().insert("x-space-timestamp", "1632844347462".parse().unwrap());
        assert_eq!(verdict(&layer, stale).await, Err(Reason::Stale));
        let mut short = by(0);
        short.headers_mut().insert("x-space-public-key-signature", "AAAA".parse().unwrap());
        assert!(matches!(verdict(&layer, short).await, Err(Reason::Malformed(_))));
    }
    assert_eq!(space.asked(), (0, 0));
}

#[test]
fn nothing_secret_is_shown() {
    let installation = Installation::new("https://acme.jetbrains.space", "id", "the-secret");
    let shown = format!("{installation:?} {:?}", SpaceKeys::new(installation.clone()));
    assert!(shown.contains("acme.jetbrains.space") && !shown.contains("the-secret"), "{shown}");
}
