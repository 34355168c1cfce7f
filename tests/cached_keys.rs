//! A cache in front of a source that is slow, down, or asked by many at a time.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{
    CachedKeys, HeaderTenant, HmacKey, KeyError, KeyHint, KeySet, KeySource, Lookup, Reason,
    Scheme, Secret, Sign, SparkVerify, TenantKeys, Timestamp,
};
use http::Request;
use http::header::HeaderName;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A database, as a test has it.
#[derive(Clone, Default)]
pub(crate) struct Database(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicUsize,
    answers: Mutex<Answers>,
}

#[derive(Clone, Default)]
pub(crate) enum Answers {
    /// The name itself is the secret, unless it begins with `no`.
    #[default]
    Well,
    Late(Duration),
    Never,
    Down,
    /// This is the secret of everybody.
    Secret(&'static str),
}

impl Database {
    pub(crate) fn answers(&self, answers: Answers) {
        *self.0.answers.lock().unwrap() = answers;
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    async fn secrets(self, name: Arc<str>) -> Result<Vec<Secret>, KeyError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        let answers = self.0.answers.lock().unwrap().clone();
        let secret = match answers {
            Answers::Well => &name,
            Answers::Late(wait) => {
                sleep(wait).await;
                &name
            }
            Answers::Never => std::future::pending().await,
            Answers::Down => return Err(KeyError::unavailable("the database is down")),
            Answers::Secret(secret) => secret,
        };
        if name.starts_with("no") {
            return Ok(Vec::new());
        }
        Ok(vec![Secret::new(secret).unwrap()])
    }

    fn cached(&self) -> CachedKeys<HmacKey> {
        CachedKeys::by_tenant(self.asked_each_time())
    }

    pub(crate) fn asked_each_time(&self) -> impl KeySource<HmacKey> + use<> {
        let database = self.clone();
        TenantKeys::new(Spark::default(), move |name| database.clone().secrets(name))
    }
}

pub(crate) fn layer(keys: impl KeySource<HmacKey>) -> SparkVerify {
    let header = HeaderName::from_static("x-tenant");
    SparkVerify::with_keys(Spark::default(), keys).tenant(HeaderTenant::new(header))
}

fn signed(tenant: &str, secret: &str) -> Request<Bytes> {
    let request = Request::post("/").header("x-tenant", tenant);
    let request = request.body(Bytes::from_static(b"{}")).unwrap();
    let secret = Secret::new(secret).unwrap();
    Spark::default().sign(&secret, Timestamp::from_secs(0), request).unwrap()
}

async fn verdict(layer: &SparkVerify, tenant: &str, secret: &str) -> Result<(), Reason> {
    layer.verify_async(signed(tenant, secret)).await.map(drop).map_err(|error| error.reason())
}

const DOWN: Result<(), Reason> = Err(Reason::KeysUnavailable);
const UNKNOWN: Result<(), Reason> = Err(Reason::UnknownKey);
const FORGED: Result<(), Reason> = Err(Reason::Mismatch);

#[tokio::test]
async fn names_are_looked_up_once() {
    let database = Database::default();
    let layer = layer(database.cached());
    for _ in 0..3 {
        assert_eq!(verdict(&layer, "a", "a").await, Ok(()));
        assert_eq!(verdict(&layer, "b", "a").await, FORGED);
        assert_eq!(verdict(&layer, "nobody", "nobody").await, UNKNOWN);
    }
    assert_eq!(database.asked(), 3);
    // What is kept needs no waiting.
    assert!(layer.verify(signed("a", "a")).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_first_requests_are_one_question() {
    let database = Database::default();
    database.answers(Answers::Late(Duration::from_millis(200)));
    let layer = layer(database.cached());
    let request = signed("a", "a");
    let mut storm = JoinSet::new();
    for _ in 0..10_000 {
        let (layer, request) = (layer.clone(), request.clone());
        storm.spawn(async move { layer.verify_async(request).await.is_ok() });
    }
    assert!(storm.join_all().await.into_iter().all(|genuine| genuine));
    assert_eq!(database.asked(), 1);
}

#[tokio::test]
async fn entries_grow_old() {
    let database = Database::default();
    let short = Duration::from_millis(20);
    let layer = layer(database.cached().time_to_live(short).unknown_time_to_live(short));
    assert_eq!(verdict(&layer, "a", "a").await, Ok(()));
    assert_eq!(verdict(&layer, "nobody", "a").await, UNKNOWN);
    database.answers(Answers::Secret("new"));
    sleep(2 * short).await;
    assert_eq!(verdict(&layer, "a", "new").await, Ok(()));
    assert_eq!(verdict(&layer, "a", "a").await, FORGED);
    assert_eq!(verdict(&layer, "nobody", "a").await, UNKNOWN);
    assert!(database.asked() >= 4);
}

/// Whether they are at hand or waited for, and whether they are kept or not.
#[tokio::test]
async fn nothing_has_to_be_kept() {
    let fixed = || {
        let keys = KeySet::new([HmacKey::new(b"a")]);
        CachedKeys::by_tenant(keys).time_to_live(Duration::ZERO)
    };
    let database = Database::default();
    let asked = database.cached().time_to_live(Duration::ZERO).unknown_time_to_live(Duration::ZERO);
    for layer in [layer(fixed()), layer(asked)] {
        for _ in 0..3 {
            assert_eq!(verdict(&layer, "a", "a").await, Ok(()));
            assert_eq!(verdict(&layer, "a", "b").await, FORGED);
        }
    }
    assert!(database.asked() >= 6);
}

#[tokio::test]
async fn a_name_can_be_forgotten_at_once() {
    let database = Database::default();
    let keys = database.cached();
    let layer = layer(keys.clone());
    assert_eq!(verdict(&layer, "a", "a").await, Ok(()));
    assert_eq!(verdict(&layer, "b", "b").await, Ok(()));
    database.answers(Answers::Secret("new"));
    assert_eq!(verdict(&layer, "a", "new").await, FORGED);
    keys.forget("a");
    assert_eq!(verdict(&layer, "a", "new").await, Ok(()));
    // The others stay.
    assert_eq!(verdict(&layer, "b", "b").await, Ok(()));
    assert_eq!(database.asked(), 3);
}

/// An answer that was under way while the name was forgotten may be the old one.
#[tokio::test]
async fn what_was_under_way_is_forgotten_too() {
    let database = Database::default();
    let keys = database.cached();
    let layer = layer(keys.clone());
    database.answers(Answers::Late(Duration::from_millis(50)));
    let (verdict_then, ()) = tokio::join!(verdict(&layer, "a", "a"), async {
        sleep(Duration::from_millis(10)).await;
        keys.forget("a");
        database.answers(Answers::Secret("new"));
    });
    // It was asked before, and got what was true then.
    assert_eq!(verdict_then, Ok(()));
    assert_eq!(verdict(&layer, "a", "new").await, Ok(()));
    assert_eq!(database.asked(), 2);
}

#[tokio::test]
async fn a_source_that_is_down_is_503_and_asked_again() {
    let database = Database::default();
    let layer = layer(database.cached());
    for flap in 0..3 {
        database.answers(Answers::Down);
        assert_eq!(verdict(&layer, &format!("a{flap}"), "a").await, DOWN);
        database.answers(Answers::Well);
        let name = format!("a{flap}");
        assert_eq!(verdict(&layer, &name, &name).await, Ok(()));
    }
    // What is kept does not need it.
    database.answers(Answers::Down);
    assert_eq!(verdict(&layer, "a0", "a0").await, Ok(()));
    assert_eq!(database.asked(), 6);
}

#[tokio::test]
async fn a_source_that_hangs_is_not_waited_for() {
    let database = Database::default();
    let layer = layer(database.cached().timeout(Duration::from_millis(100)));
    database.answers(Answers::Never);
    let mut storm = JoinSet::new();
    for _ in 0..100 {
        let layer = layer.clone();
        storm.spawn(async move { verdict(&layer, "a", "a").await });
    }
    assert!(storm.join_all().await.into_iter().all(|verdict| verdict == DOWN));
    database.answers(Answers::Well);
    assert_eq!(verdict(&layer, "a", "a").await, Ok(()));
}

/// A question that died with its runtime is asked again.
#[test]
fn a_question_that_is_lost_is_asked_again() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let database = Database::default();
    let layer = layer(database.cached());
    database.answers(Answers::Never);
    let first = runtime();
    let waiting = async { timeout(Duration::from_millis(30), verdict(&layer, "a", "a")).await };
    assert!(first.block_on(waiting).is_err());
    first.shutdown_timeout(Duration::from_secs(5));
    database.answers(Answers::Well);
    assert_eq!(runtime().block_on(verdict(&layer, "a", "a")), Ok(()));
    // Outside of a runtime, what is not kept is unavailable.
    assert_eq!(layer.verify(signed("b", "b")).unwrap_err().reason(), Reason::KeysUnavailable);
}

/// Strangers make names up: they cannot make the cache grow.
#[tokio::test]
async fn the_number_of_names_is_bounded() {
    let database = Database::default();
    let keys = database.cached().capacity(100);
    let layer = layer(keys.clone());
    for name in 0..2_000 {
        assert_eq!(verdict(&layer, &format!("no{name}"), "a").await, UNKNOWN);
    }
    // Without a tenant there is nothing to ask.
    let asked = database.asked();
    let mut nameless = signed("a", "a");
    nameless.headers_mut().remove("x-tenant");
    assert_eq!(layer.verify_async(nameless).await.unwrap_err().reason(), Reason::UnknownKey);
    assert_eq!(database.asked(), asked);
    let shown = format!("{keys:?}");
    let names = shown.split("names: ").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
    assert!(names.parse::<usize>().unwrap() <= 200, "{shown}");
}

/// A source that has rotated itself is asked through the cache, and its answer is kept.
#[tokio::test]
async fn newer_keys_are_kept() {
    struct Rotating(AtomicUsize, bool);

    impl Rotating {
        fn lookup(&self, secret: &'static str) -> Lookup<HmacKey> {
            let answer = Ok(KeySet::new([HmacKey::new(secret.as_bytes())]));
            if self.1 { Lookup::Later(Box::pin(async { answer })) } else { Lookup::Ready(answer) }
        }
    }

    impl KeySource<HmacKey> for Rotating {
        fn keys(&self, _: &KeyHint<'_>) -> Lookup<HmacKey> {
            self.lookup("old")
        }

        fn newer(&self, _: &KeyHint<'_>, _: &KeySet<HmacKey>) -> Option<Lookup<HmacKey>> {
            (self.0.fetch_add(1, Ordering::SeqCst) == 0).then(|| self.lookup("new"))
        }
    }

    for later in [false, true] {
        let layer = layer(CachedKeys::by_tenant(Rotating(AtomicUsize::new(0), later)));
        assert_eq!(verdict(&layer, "a", "old").await, Ok(()));
        assert_eq!(verdict(&layer, "a", "new").await, Ok(()));
        assert_eq!(verdict(&layer, "a", "new").await, Ok(()));
        assert_eq!(verdict(&layer, "a", "old").await, FORGED);
    }
}

/// Rotating all the time, and slow about it.
#[derive(Clone)]
struct Slow {
    asked: Arc<AtomicUsize>,
    takes: Duration,
}

impl Slow {
    fn new(takes: Duration) -> Self {
        Self { asked: Arc::default(), takes }
    }
}

impl KeySource<HmacKey> for Slow {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<HmacKey> {
        Lookup::Ready(Ok(KeySet::new([HmacKey::new(b"old")])))
    }

    fn newer(&self, _: &KeyHint<'_>, _: &KeySet<HmacKey>) -> Option<Lookup<HmacKey>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let takes = self.takes;
        Some(Lookup::Later(Box::pin(async move {
            sleep(takes).await;
            Ok(KeySet::new([HmacKey::new(b"new")]))
        })))
    }
}

#[tokio::test]
async fn newer_keys_are_one_question_with_a_limit() {
    let source = Slow::new(Duration::from_millis(200));
    let layer = layer(CachedKeys::by_tenant(source.clone()));
    let storm = |layer: &SparkVerify| {
        let mut storm = JoinSet::new();
        for _ in 0..500 {
            let layer = layer.clone();
            storm.spawn(async move { verdict(&layer, "a", "new").await });
        }
        storm.join_all()
    };
    assert!(storm(&layer).await.into_iter().all(|verdict| verdict == Ok(())));
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);

    let never = Slow::new(Duration::MAX);
    let impatient = CachedKeys::by_tenant(never).timeout(Duration::from_millis(20));
    assert_eq!(verdict(&self::layer(impatient), "a", "new").await, DOWN);
}

/// What was under way while the name was forgotten is not kept.
#[tokio::test]
async fn newer_keys_are_forgotten_too() {
    let source = Slow::new(Duration::from_millis(200));
    let keys = CachedKeys::by_tenant(source.clone());
    let layer = layer(keys.clone());
    let (verdict_then, ()) = tokio::join!(verdict(&layer, "a", "new"), async {
        sleep(Duration::from_millis(50)).await;
        keys.forget("a");
    });
    assert_eq!(verdict_then, Ok(()));
    assert_eq!(verdict(&layer, "a", "old").await, Ok(()));
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
}

/// Answers that come at once, into a cache that is asked from outside of the runtime's threads: none
/// of them may be kept for longer than it should.
#[test]
fn an_answer_that_is_faster_than_its_question_grows_old_too() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let database = Database::default();
    let layer = layer(database.cached().time_to_live(Duration::from_millis(50)));
    database.answers(Answers::Secret("old"));
    for name in 0..2_000 {
        let verdict = runtime.block_on(verdict(&layer, &name.to_string(), "old"));
        assert_eq!(verdict, Ok(()));
    }
    database.answers(Answers::Secret("new"));
    std::thread::sleep(Duration::from_millis(60));
    for name in 0..2_000 {
        let verdict = runtime.block_on(verdict(&layer, &name.to_string(), "old"));
        assert_eq!(verdict, FORGED, "{name}");
    }
}

/// A runtime that nobody drives answers nothing: who waits in another one does not wait for ever.
#[test]
fn a_runtime_that_sleeps_hangs_nobody() {
    let asleep = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let awake = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let database = Database::default();
    let layer = layer(database.cached().timeout(Duration::from_secs(2)));
    database.answers(Answers::Never);
    let given_up = async { timeout(Duration::from_millis(10), verdict(&layer, "a", "a")).await };
    assert!(asleep.block_on(given_up).is_err());
    database.answers(Answers::Well);
    assert_eq!(awake.block_on(verdict(&layer, "a", "a")), DOWN);
    assert_eq!(awake.block_on(verdict(&layer, "a", "a")), Ok(()));
}

#[tokio::test]
async fn the_number_of_questions_is_bounded() {
    let database = Database::default();
    // All have asked by then, on a machine that is busy too.
    database.answers(Answers::Late(Duration::from_secs(3)));
    let layer = layer(database.cached().questions(10).timeout(Duration::from_secs(60)));
    let mut storm = JoinSet::new();
    for name in 0..100 {
        let layer = layer.clone();
        storm.spawn(async move { verdict(&layer, &format!("no{name}"), "a").await });
    }
    let verdicts = storm.join_all().await;
    let unknown = verdicts.iter().filter(|verdict| **verdict == UNKNOWN).count();
    assert_eq!((unknown, database.asked()), (10, 10));
    assert!(verdicts.iter().all(|verdict| [UNKNOWN, DOWN].contains(verdict)));
}

/// A name that is kept is no longer than it has to be.
#[tokio::test]
async fn a_name_of_any_length_is_none() {
    let database = Database::default();
    let layer = layer(database.cached());
    let longest = "a".repeat(256);
    assert_eq!(verdict(&layer, &longest, &longest).await, Ok(()));
    let longer = "a".repeat(257);
    assert_eq!(verdict(&layer, &longer, &longer).await, UNKNOWN);
    assert_eq!(database.asked(), 1);
}

/// Whose keys they are is the name's to say, where the source does not.
#[tokio::test]
async fn the_tenant_is_in_the_proof() {
    let layer = layer(CachedKeys::by_tenant(KeySet::new([HmacKey::new(b"a")])));
    for _ in 0..2 {
        let outcome = layer.verify_async(signed("acme", "a")).await.unwrap();
        let countersign::Outcome::Genuine(proof) = outcome else { panic!("{outcome:?}") };
        assert_eq!(proof.tenant(), Some("acme"));
    }
}

/// What is stored for a tenant may be no secret of the provider.
#[tokio::test]
async fn a_secret_of_another_shape_is_unavailable() {
    use countersign::SpacePublicKey;

    let load = |_| async { Ok(vec![Secret::new("not a JWK").unwrap()]) };
    let keys = CachedKeys::by_tenant(TenantKeys::new(SpacePublicKey::default(), load));
    let layer = countersign::SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), keys)
        .tenant(|_: &mut http::request::Parts| Some("a".into()));
    let request = countersign_tests::space::signed(0, "/", &serde_json::json!({}));
    let error = layer.verify_async(request).await.unwrap_err();
    assert_eq!(error.reason(), Reason::KeysUnavailable);
    assert_eq!(SpacePublicKey::NAME, error.scheme());
}
