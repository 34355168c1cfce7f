//! What every store has to do, tried on each of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countersign::{
    ClaimOutcome, MemoryReplay, Nonce, Owner, ReplayError, ReplayKey, ReplayStore, Reply,
};

pub(super) fn key(name: &str) -> ReplayKey {
    ReplayKey::of_fingerprint("tests", None, &Nonce::of(name.as_bytes()))
}

pub(super) async fn wait<T>(reply: Reply<T>) -> Result<T, ReplayError> {
    match reply {
        Reply::Ready(answer) => answer,
        Reply::Later(answer) => answer.await,
    }
}

pub(super) async fn fresh(store: &dyn ReplayStore, key: &ReplayKey, lease: Duration) -> Owner {
    match wait(store.claim(key, lease)).await {
        Ok(ClaimOutcome::Fresh(owner)) => owner,
        other => panic!("not fresh: {other:?}"),
    }
}

/// `pass` lets at least that much time pass; `lease` is longer than a few questions take.
pub(super) async fn behaves(
    store: &dyn ReplayStore,
    lease: Duration,
    pass: impl AsyncFn(Duration),
) {
    let long = Duration::from_secs(3600);
    let claim = async |key: &ReplayKey| wait(store.claim(key, long)).await.expect("it answers");
    let confirm = async |key: &ReplayKey, owner, keep| {
        wait(store.confirm(key, owner, keep)).await.expect("it answers")
    };
    let release =
        async |key: &ReplayKey, owner| wait(store.release(key, owner)).await.expect("it answers");

    // Claimed, confirmed.
    let done = key("done");
    let owner = fresh(store, &done, long).await;
    assert_eq!(claim(&done).await, ClaimOutcome::InFlight);
    assert!(confirm(&done, owner, long).await);
    assert_eq!(claim(&done).await, ClaimOutcome::Done);
    // What is done belongs to nobody.
    assert!(!confirm(&done, owner, long).await && !release(&done, owner).await);
    assert_eq!(claim(&done).await, ClaimOutcome::Done);

    // Claimed, released, claimed by another: the first owner has no say.
    let again = key("again");
    let first = fresh(store, &again, long).await;
    assert!(release(&again, first).await);
    assert!(!release(&again, first).await);
    let second = fresh(store, &again, long).await;
    assert_ne!(first, second);
    assert!(!release(&again, first).await && !confirm(&again, first, long).await);
    assert_eq!(claim(&again).await, ClaimOutcome::InFlight);
    assert!(release(&again, second).await);

    // An owner of one key is none of another, and nobody owns what was never claimed.
    let third = fresh(store, &again, long).await;
    let others = key("another's");
    fresh(store, &others, long).await;
    assert!(!confirm(&others, third, long).await && !release(&others, third).await);
    assert!(!release(&key("never"), third).await);

    // Over: the owner can neither confirm nor release what a successor claimed. If there is none, or
    // it has given up, what was handled is done.
    let over = key("over");
    let alone = key("over, and nobody came");
    let first = fresh(store, &over, lease).await;
    let lonely = fresh(store, &alone, lease).await;
    let failed = key("over, and a successor failed");
    let early = fresh(store, &failed, lease).await;
    assert_eq!(claim(&over).await, ClaimOutcome::InFlight);
    pass(lease).await;
    assert!(!release(&alone, lonely).await && confirm(&alone, lonely, long).await);
    assert_eq!(claim(&alone).await, ClaimOutcome::Done);
    assert!(!confirm(&alone, lonely, long).await && !release(&alone, lonely).await);
    let gone = fresh(store, &failed, long).await;
    assert!(!confirm(&failed, early, long).await && release(&failed, gone).await);
    assert!(confirm(&failed, early, long).await);
    assert_eq!(claim(&failed).await, ClaimOutcome::Done);
    let second = fresh(store, &over, long).await;
    assert!(!confirm(&over, first, long).await && !release(&over, first).await);
    assert_eq!(claim(&over).await, ClaimOutcome::InFlight);
    assert!(confirm(&over, second, lease).await);
    // What is done is over in its time, too.
    assert_eq!(claim(&over).await, ClaimOutcome::Done);
    pass(lease).await;
    fresh(store, &over, long).await;

    // To be confirmed extends the lease.
    let extended = key("extended");
    let owner = fresh(store, &extended, lease).await;
    assert!(confirm(&extended, owner, long).await);
    pass(lease).await;
    assert_eq!(claim(&extended).await, ClaimOutcome::Done);

    // The longest time there is, and the shortest.
    for time in [Duration::MAX, Duration::from_nanos(1)] {
        let owner = fresh(store, &key(&format!("{time:?}")), time).await;
        wait(store.confirm(&key(&format!("{time:?}")), owner, time)).await.expect("it answers");
    }
    assert_eq!(claim(&key(&format!("{:?}", Duration::MAX))).await, ClaimOutcome::Done);
}

/// A store in memory whose time passes when it is told to.
pub(super) fn manual(capacity: usize) -> (MemoryReplay, impl Fn(Duration)) {
    let now = Arc::new(AtomicU64::new(0));
    let elapsed = Arc::clone(&now);
    let store = MemoryReplay::with_capacity(capacity)
        .elapsed(move || Duration::from_nanos(elapsed.load(Ordering::SeqCst)));
    let pass = move |time: Duration| {
        now.fetch_add(time.as_nanos().try_into().expect("it fits"), Ordering::SeqCst);
    };
    (store, pass)
}

#[tokio::test]
async fn in_memory() {
    let (store, pass) = manual(1000);
    behaves(&store, Duration::from_secs(30), async |time| pass(time + LATE)).await;
    // By the clock of the process.
    let real = MemoryReplay::new();
    let tick = Duration::from_millis(20);
    behaves(&real, Duration::from_secs(2), async |time| tokio::time::sleep(time + tick).await)
        .await;
}

/// Not a nanosecond too early, and at most a little more than a millisecond late.
#[tokio::test]
async fn a_claim_ends_with_its_time() {
    let (store, pass) = manual(10);
    let (key, lease) = (key("exact"), Duration::from_secs(30));
    fresh(&store, &key, lease).await;
    pass(lease - Duration::from_nanos(1));
    assert_eq!(wait(store.claim(&key, lease)).await.ok(), Some(ClaimOutcome::InFlight));
    pass(LATE);
    fresh(&store, &key, lease).await;
}

const LATE: Duration = Duration::from_nanos((1 << 20) + 1);

#[tokio::test]
async fn memory_refuses_when_it_is_full_and_forgets_nothing() {
    for capacity in [1, 7, 128, 129, 1000, 8192, 40_000] {
        let (store, pass) = manual(capacity);
        let lease = Duration::from_secs(60);
        let mut claimed = 0;
        let name = |index: usize| key(&format!("{capacity} {index}"));
        while let Reply::Ready(Ok(ClaimOutcome::Fresh(_))) = store.claim(&name(claimed), lease) {
            claimed += 1;
        }
        assert!(claimed >= capacity, "{claimed} of {capacity}");
        let most = if capacity <= 128 { capacity } else { capacity * 5 / 2 + 128 };
        assert!(claimed <= most, "{claimed} of {capacity}");
        let refused = wait(store.claim(&name(claimed), lease)).await;
        assert!(matches!(refused, Err(ReplayError::Full)), "{refused:?}");
        for index in 0..claimed {
            let again = wait(store.claim(&name(index), lease)).await;
            assert!(matches!(again, Ok(ClaimOutcome::InFlight)), "{index}: {again:?}");
        }
        // Their room is there again when their time is over, and not before.
        pass(lease - Duration::from_nanos(1));
        assert!(wait(store.claim(&name(claimed), lease)).await.is_err());
        pass(LATE);
        for index in claimed..claimed + capacity {
            fresh(&store, &name(index), lease).await;
        }
    }
}

/// For long, with more keys than there is room for at a time: it goes on, in bounded memory.
#[tokio::test]
async fn memory_clears_away_what_is_over() {
    let (store, pass) = manual(5000);
    let lease = Duration::from_secs(3);
    for index in 0..50_000 {
        let key = key(&format!("passing {index}"));
        let owner = fresh(&store, &key, lease).await;
        assert!(wait(store.confirm(&key, owner, lease)).await.expect("it answers"));
        pass(Duration::from_millis(1));
    }
}
