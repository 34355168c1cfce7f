//! A store that shows what it is asked, and does what a store over a network does: it lets one wait,
//! and it fails.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use countersign::{ClaimOutcome, MemoryReplay, Owner, ReplayError, ReplayKey, ReplayStore, Reply};
use tokio::sync::Semaphore;

/// Around the store in memory; clones are the same store.
#[derive(Clone)]
pub(crate) struct Probe(Arc<Inner>);

struct Inner {
    memory: MemoryReplay,
    /// Whether answers have to be waited for. Each then takes a permit first, and yields.
    later: bool,
    permits: Semaphore,
    asked: Mutex<Vec<&'static str>>,
    failing: AtomicBool,
    /// How many claims go well before they fail.
    claims_left: AtomicUsize,
    held: AtomicUsize,
}

impl Probe {
    pub(crate) fn ready() -> Self {
        Self::new(false, Semaphore::MAX_PERMITS)
    }

    pub(crate) fn later() -> Self {
        Self::new(true, Semaphore::MAX_PERMITS)
    }

    /// Answers nothing until it is [permitted](Self::permit).
    pub(crate) fn gated() -> Self {
        Self::new(true, 0)
    }

    fn new(later: bool, permits: usize) -> Self {
        Self(Arc::new(Inner {
            memory: MemoryReplay::new(),
            later,
            permits: Semaphore::new(permits),
            asked: Mutex::default(),
            failing: AtomicBool::new(false),
            claims_left: AtomicUsize::new(usize::MAX),
            held: AtomicUsize::new(0),
        }))
    }

    pub(crate) fn permit(&self, answers: usize) {
        self.0.permits.add_permits(answers);
    }

    pub(crate) fn fail(&self, failing: bool) {
        self.0.failing.store(failing, Ordering::SeqCst);
    }

    pub(super) fn fail_after(&self, claims: usize) {
        self.0.claims_left.store(claims, Ordering::SeqCst);
    }

    /// What it was asked since the last time.
    pub(super) fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many keys are claimed or done.
    pub(crate) fn held(&self) -> usize {
        self.0.held.load(Ordering::SeqCst)
    }

    fn answer<T: Clone + Send + 'static>(
        &self,
        what: &'static str,
        act: impl FnOnce(&MemoryReplay) -> Reply<T> + Send + 'static,
        held: fn(&T) -> isize,
    ) -> Reply<T> {
        let inner = Arc::clone(&self.0);
        inner.asked.lock().unwrap_or_else(PoisonError::into_inner).push(what);
        let now = move |inner: &Inner| {
            let claims = inner.claims_left.load(Ordering::SeqCst);
            if inner.failing.load(Ordering::SeqCst) || (what == "claim" && claims == 0) {
                return Err(ReplayError::unavailable("it was told so"));
            }
            if what == "claim" {
                inner.claims_left.store(claims - 1, Ordering::SeqCst);
            }
            let Reply::Ready(answer) = act(&inner.memory) else { panic!("memory waits") };
            if let Ok(answer) = &answer {
                inner.held.fetch_add(held(answer) as usize, Ordering::SeqCst);
            }
            answer
        };
        if !inner.later {
            return Reply::Ready(now(&inner));
        }
        Reply::Later(Box::pin(async move {
            inner.permits.acquire().await.expect("it is open").forget();
            once_later().await;
            now(&inner)
        }))
    }
}

/// Ready when it is polled for the second time.
async fn once_later() {
    let mut polled = false;
    poll_fn(|cx| {
        if polled {
            return Poll::Ready(());
        }
        polled = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl ReplayStore for Probe {
    fn claim(&self, key: &ReplayKey, lease: Duration) -> Reply<ClaimOutcome> {
        let key = *key;
        self.answer(
            "claim",
            move |memory| memory.claim(&key, lease),
            |outcome| isize::from(matches!(outcome, ClaimOutcome::Fresh(_))),
        )
    }

    fn confirm(&self, key: &ReplayKey, owner: Owner, keep: Duration) -> Reply<bool> {
        let key = *key;
        self.answer("confirm", move |memory| memory.confirm(&key, owner, keep), |_| 0)
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> Reply<bool> {
        let key = *key;
        self.answer(
            "release",
            move |memory| memory.release(&key, owner),
            |&released| -isize::from(released),
        )
    }
}
