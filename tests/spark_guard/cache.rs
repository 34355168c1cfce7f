//! Verdicts that are kept.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::sync::Arc;
use std::time::Duration;

use countersign_tests::webex::{Page, Seen, StandIn, event, joined, json_answer, message_in};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::{guard, judge, ours, theirs};

const LONG: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn without_a_cache_every_event_asks() {
    let api = StandIn::with_pages(vec![ours(), theirs()]).await;
    for guard in [guard(&api), guard(&api).cache(Duration::ZERO)] {
        let _ = judge(&guard, "ROOM").await;
        let _ = judge(&guard, "ROOM").await;
    }
    assert_eq!(api.count(|_| true), 4);
}

#[tokio::test]
async fn a_verdict_is_kept_for_its_room_and_its_clones() {
    let api = StandIn::with_pages(vec![ours(), theirs()]).await;
    let guard = guard(&api).cache(LONG);
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    assert_eq!(judge(&guard.clone(), "ROOM").await, Ok(()));
    assert_eq!(api.count(|_| true), 1);
    assert!(judge(&guard, "OTHER").await.is_err());
    assert!(judge(&guard, "OTHER").await.is_err());
    assert_eq!(api.count(|_| true), 2);
}

#[tokio::test]
async fn a_verdict_expires() {
    let api = StandIn::with_pages(vec![ours(), theirs()]).await;
    let guard = guard(&api).cache(Duration::from_millis(100));
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    sleep(Duration::from_millis(300)).await;
    assert!(judge(&guard, "ROOM").await.is_err());
}

#[tokio::test]
async fn failures_are_not_kept() {
    let api = StandIn::with_pages(vec![Page::status(500), ours()]).await;
    let guard = guard(&api).cache(LONG);
    assert!(judge(&guard, "ROOM").await.is_err());
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    assert_eq!(api.count(|_| true), 2);
}

#[tokio::test]
async fn a_membership_event_drops_the_verdict_on_its_room_only() {
    let api = StandIn::with_pages(vec![ours(), ours(), theirs()]).await;
    let guard = guard(&api).cache(LONG);
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    assert_eq!(judge(&guard, "OTHER").await, Ok(()));
    assert!(guard.judge(&event(&joined("ROOM"))).await.is_err());
    assert!(judge(&guard, "ROOM").await.is_err());
    assert_eq!(judge(&guard, "OTHER").await, Ok(()));
    assert_eq!(api.count(|_| true), 3);
    guard.observe(&event(&joined("OTHER")));
    guard.observe(&event(&message_in("ROOM")));
    assert!(judge(&guard, "OTHER").await.is_err());
    assert!(judge(&guard, "ROOM").await.is_err());
    assert_eq!(api.count(|_| true), 4);
}

#[tokio::test]
async fn other_settings_do_not_share_verdicts() {
    let (ours, theirs) =
        (StandIn::with_pages(vec![ours()]).await, StandIn::with_pages(vec![theirs()]).await);
    let guard = guard(&ours).cache(LONG);
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    assert!(judge(&guard.clone().api(theirs.url()), "ROOM").await.is_err());
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    assert_eq!(ours.count(|_| true), 1);
}

/// An API that answers each request when it gets a permit: the first with ours, the rest without.
async fn slow_api(gate: &Arc<Semaphore>) -> StandIn {
    let (gate, first) = (Arc::clone(gate), Arc::new(Semaphore::new(1)));
    StandIn::start(move |_: Seen| {
        let (gate, first) = (Arc::clone(&gate), Arc::clone(&first));
        async move {
            let is_first = first.try_acquire().map(|permit| permit.forget()).is_ok();
            gate.acquire().await.unwrap().forget();
            let org = if is_first { "our-org" } else { "another-org" };
            json_answer(&json!({ "items": [{ "id": "m", "personOrgId": org }] }))
        }
    })
    .await
}

#[tokio::test]
async fn those_who_come_meanwhile_wait_for_the_same_answer() {
    let gate = Arc::new(Semaphore::new(0));
    let api = slow_api(&gate).await;
    let guard = guard(&api).cache(LONG);
    let (one, two) = (guard.clone(), guard.clone());
    let one = tokio::spawn(async move { judge(&one, "ROOM").await });
    api.until(1, |_| true).await;
    let two = tokio::spawn(async move { judge(&two, "ROOM").await });
    sleep(Duration::from_millis(50)).await;
    gate.add_permits(10);
    assert_eq!((one.await.unwrap(), two.await.unwrap()), (Ok(()), Ok(())));
    assert_eq!(api.count(|_| true), 1);
}

/// Who waited for somebody else's answer asks itself, if there was none.
#[tokio::test]
async fn who_waited_in_vain_asks_itself() {
    let gate = Arc::new(Semaphore::new(0));
    let (opened, first) = (Arc::clone(&gate), Arc::new(Semaphore::new(1)));
    let api = StandIn::start(move |_: Seen| {
        let (gate, first) = (Arc::clone(&opened), Arc::clone(&first));
        async move {
            let is_first = first.try_acquire().map(|permit| permit.forget()).is_ok();
            gate.acquire().await.unwrap().forget();
            let items = if is_first { json!(null) } else { json!([{ "personOrgId": "our-org" }]) };
            json_answer(&json!({ "items": items }))
        }
    })
    .await;
    let guard = guard(&api).cache(LONG);
    let (one, two) = (guard.clone(), guard.clone());
    let one = tokio::spawn(async move { judge(&one, "ROOM").await });
    api.until(1, |_| true).await;
    let two = tokio::spawn(async move { judge(&two, "ROOM").await });
    sleep(Duration::from_millis(50)).await;
    gate.add_permits(10);
    assert!(one.await.unwrap().is_err());
    assert_eq!(two.await.unwrap(), Ok(()));
    assert_eq!(api.count(|_| true), 2);
}

/// Who asked first went away: the next one asks.
#[tokio::test]
async fn nobody_waits_for_an_answer_that_nobody_asks_for_any_more() {
    let gate = Arc::new(Semaphore::new(0));
    let api = slow_api(&gate).await;
    let guard = guard(&api).cache(LONG);
    let (one, two) = (guard.clone(), guard.clone());
    let one = tokio::spawn(async move { judge(&one, "ROOM").await });
    api.until(1, |_| true).await;
    let two = tokio::spawn(async move { judge(&two, "ROOM").await });
    one.abort();
    api.until(2, |_| true).await;
    gate.add_permits(10);
    assert!(two.await.unwrap().is_err());
}

/// The list was read before somebody joined, and the answer came after.
#[tokio::test]
async fn what_was_being_asked_when_the_members_changed_is_not_kept() {
    let gate = Arc::new(Semaphore::new(0));
    let api = slow_api(&gate).await;
    let guard = guard(&api).cache(LONG);
    let under_way = guard.clone();
    let under_way = tokio::spawn(async move { judge(&under_way, "ROOM").await });
    api.until(1, |_| true).await;
    guard.observe(&event(&joined("ROOM")));
    gate.add_permits(10);
    assert_eq!(under_way.await.unwrap(), Ok(()));
    assert!(judge(&guard, "ROOM").await.is_err());
    assert_eq!(api.count(|_| true), 2);
}
