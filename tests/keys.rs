//! Where keys come from: at hand, fetched, unknown, unavailable, newer than those that were tried.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use countersign::{
    Algorithm, ConfigError, Evidence, Head, Hmac, HmacKey, Inspect, KeyError, KeyHint, KeySet,
    KeySource, KeyTable, Lookup, ManualClock, NameTaken, Outcome, Reason, Scheme, Secret, Sign,
    Signature, Timestamp, VerifyError, VerifyLayer,
};
use countersign_tests::acme::Acme;
use countersign_tests::logs::Logs;
use countersign_tests::script::Script;
use countersign_tests::spy::Spy;
use http::{Request, StatusCode};
use tower::{Layer, ServiceExt};

/// Signs the raw body; whose key it is, stands in the body before the first `:`, or else in `from`.
struct Named;

impl Scheme for Named {
    type Method = Hmac;

    const NAME: &'static str = "named";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let from = head.headers().get("from").and_then(|name| name.to_str().ok());
        let name = match (from, body) {
            (Some(name), _) => name,
            (None, None) => return Ok(Inspect::NeedBody),
            (None, Some(body)) => {
                let end = body.iter().position(|&byte| byte == b':');
                let name = end.and_then(|end| std::str::from_utf8(&body[..end]).ok());
                name.ok_or(Reason::Missing("the name"))?
            }
        };
        let digits = head.headers().get("signature").ok_or(Reason::Missing("signature"))?;
        let signature = Signature::from_hex(Algorithm::HmacSha1, digits.as_bytes(), "signature")?;
        Ok(Evidence::new(signature).key_id(name).into())
    }
}

/// Answers what it was told, one answer a question, and remembers who was asked for.
#[derive(Default)]
struct Told {
    keys: Mutex<VecDeque<Lookup<HmacKey>>>,
    newer: Mutex<VecDeque<Lookup<HmacKey>>>,
    asked: Mutex<Vec<String>>,
}

impl Told {
    fn next(queue: &Mutex<VecDeque<Lookup<HmacKey>>>) -> Option<Lookup<HmacKey>> {
        queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn note(&self, what: &str, hint: &KeyHint<'_>) {
        let id = hint.key_id().map(|id| id.as_unverified_str().to_owned()).unwrap_or_default();
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{what} {id}"));
    }
}

impl KeySource<HmacKey> for Told {
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<HmacKey> {
        self.note("keys", hint);
        Self::next(&self.keys).expect("asked more often than expected")
    }

    fn newer(&self, hint: &KeyHint<'_>, tried: &KeySet<HmacKey>) -> Option<Lookup<HmacKey>> {
        self.note("newer", hint);
        assert_eq!(tried.keys().len(), 1);
        Self::next(&self.newer)
    }
}

fn set(secret: &str) -> Result<KeySet<HmacKey>, KeyError> {
    Ok(KeySet::new([HmacKey::new(secret.as_bytes())]).tenant("tenant of ".to_owned() + secret))
}

/// At once, or after the task was woken.
fn both(answer: Result<KeySet<HmacKey>, KeyError>) -> [Lookup<HmacKey>; 2] {
    let later = answer.clone();
    let later = async {
        tokio::task::yield_now().await;
        later
    };
    [Lookup::Ready(answer), Lookup::Later(Box::pin(later))]
}

fn request(head: bool, secret: &str) -> Request<Bytes> {
    let body = Bytes::from("alice:the text");
    let signature = HmacKey::new(secret.as_bytes()).sign_hex(Algorithm::HmacSha1, &[&body]);
    let request = Request::post("/").header("signature", signature.expect("an HMAC"));
    let request = if head { request.header("from", "alice") } else { request };
    request.body(body).expect("a request")
}

/// Says in its head that it is from `name`, and is signed with `secret`.
fn from(name: &str, secret: &str) -> Request<Bytes> {
    let mut request = request(true, secret);
    request.headers_mut().insert("from", name.parse().expect("a header"));
    request
}

struct Came {
    status: StatusCode,
    reason: Option<Reason>,
    asked: Vec<String>,
    tenant: Option<String>,
}

/// Through the layer and offline: they have to agree.
async fn send(
    request: Request<Bytes>,
    keys: impl Fn() -> Vec<Lookup<HmacKey>>,
    newer: impl Fn() -> Vec<Lookup<HmacKey>>,
) -> Came {
    let told = || {
        Arc::new(Told {
            keys: Mutex::new(keys().into()),
            newer: Mutex::new(newer().into()),
            asked: Mutex::default(),
        })
    };
    let source = told();
    let layer = VerifyLayer::with_keys(Named, Arc::clone(&source));
    let chunked = request.clone().map(|body| Script::chunked(&body, 3));
    let Ok(response) = layer.layer(Spy::default()).oneshot(chunked).await;
    let reason = response.extensions().get().map(VerifyError::reason);

    let offline = VerifyLayer::with_keys(Named, told()).verify_async(request).await;
    let tenant = match &offline {
        Ok(Outcome::Genuine(proof)) => proof.tenant().map(String::from),
        _ => None,
    };
    assert_eq!(offline.err().map(|error| error.reason()), reason);
    let asked = source.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Came { status: response.status(), reason, asked, tenant }
}

#[tokio::test]
async fn keys_at_hand_or_waited_for() {
    for head in [true, false] {
        for at in 0..2 {
            let keys = || both(set("secret")).into_iter().skip(at).take(1).collect();
            let came = send(request(head, "secret"), keys, Vec::new).await;
            assert_eq!((came.status, came.asked), (StatusCode::OK, vec!["keys alice".to_owned()]));
            assert_eq!(came.tenant.as_deref(), Some("tenant of secret"));

            let came = send(request(head, "guessed"), keys, Vec::new).await;
            assert_eq!(
                (came.status, came.reason),
                (StatusCode::UNAUTHORIZED, Some(Reason::Mismatch))
            );
            assert_eq!(came.asked, ["keys alice", "newer alice"]);
        }
    }
}

#[tokio::test]
async fn unknown_is_401_and_unavailable_503() {
    let (logs, _guard) = Logs::start();
    for head in [true, false] {
        for at in 0..2 {
            let unknown = || both(Err(KeyError::Unknown)).into_iter().skip(at).take(1).collect();
            let came = send(request(head, "secret"), unknown, Vec::new).await;
            assert_eq!(
                (came.status, came.reason),
                (StatusCode::UNAUTHORIZED, Some(Reason::UnknownKey))
            );

            let down = || {
                let error = KeyError::unavailable("the table is on fire");
                both(Err(error)).into_iter().skip(at).take(1).collect()
            };
            let came = send(request(head, "secret"), down, Vec::new).await;
            assert_eq!(came.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(came.reason, Some(Reason::KeysUnavailable));
        }
    }
    let text = logs.text();
    assert!(text.contains("ERROR countersign: no keys why=\"the table is on fire\""), "{text}");
    assert!(text.contains("ERROR countersign: refused scheme=\"named\""), "{text}");
}

/// A rotated key: asked once, and the body that was gathered is hashed again.
#[tokio::test]
async fn newer_keys_are_asked_for_once() {
    for head in [true, false] {
        for at in 0..2 {
            let old = || vec![Lookup::Ready(set("old"))];
            let newer = |answer: Result<KeySet<HmacKey>, KeyError>| {
                move || {
                    let first = both(answer.clone()).into_iter().skip(at).take(1);
                    first.chain([Lookup::Later(Box::pin(ready(set("rotated"))))]).collect()
                }
            };
            let came = send(request(head, "rotated"), old, newer(set("rotated"))).await;
            assert_eq!((came.status, came.asked.len()), (StatusCode::OK, 2));
            assert_eq!(came.tenant.as_deref(), Some("tenant of rotated"));

            let came = send(request(head, "rotated"), old, newer(set("other"))).await;
            assert_eq!((came.status, came.asked.len()), (StatusCode::UNAUTHORIZED, 2));

            let down = newer(Err(KeyError::unavailable("no answer")));
            let came = send(request(head, "rotated"), old, down).await;
            assert_eq!(came.status, StatusCode::SERVICE_UNAVAILABLE);
        }
    }
}

/// So is a name that was unknown: it may be new. The answer is what was signed, or the refusal.
#[tokio::test]
async fn an_unknown_name_is_asked_for_once_more() {
    for head in [true, false] {
        for at in 0..2 {
            let unknown = || vec![Lookup::Ready(Err(KeyError::Unknown))];
            let newer = |answer: Result<KeySet<HmacKey>, KeyError>| {
                move || both(answer.clone()).into_iter().skip(at).take(1).collect()
            };
            let came = send(request(head, "added"), unknown, newer(set("added"))).await;
            assert_eq!((came.status, came.asked.len()), (StatusCode::OK, 2));
            let came = send(request(head, "guessed"), unknown, newer(set("added"))).await;
            assert_eq!((came.reason, came.asked.len()), (Some(Reason::Mismatch), 2));
            let came = send(request(head, "added"), unknown, newer(Err(KeyError::Unknown))).await;
            assert_eq!((came.reason, came.asked.len()), (Some(Reason::UnknownKey), 2));
        }
    }
}

/// What is wrong with the head is found before anybody is asked for keys.
#[tokio::test]
async fn a_bad_head_asks_for_no_keys() {
    let mut unsigned = request(true, "secret");
    unsigned.headers_mut().remove("signature");
    let came = send(unsigned, Vec::new, Vec::new).await;
    assert_eq!((came.status, came.asked), (StatusCode::UNAUTHORIZED, vec![]));
}

/// Where there is no runtime to wait in, keys that would have to be waited for are unavailable.
#[test]
fn offline_without_waiting() {
    let [at_hand, _] = both(set("secret"));
    let never = Lookup::Later(Box::pin(std::future::pending()));
    for (lookup, genuine) in [(at_hand, true), (never, false)] {
        let told = Told { keys: Mutex::new([lookup].into()), ..Told::default() };
        let outcome = VerifyLayer::with_keys(Named, told).verify(request(true, "secret"));
        assert_eq!(outcome.is_ok(), genuine);
        if let Err(error) = outcome {
            assert_eq!(error.reason(), Reason::KeysUnavailable);
        }
    }
}

/// A forged body is looked at once: a stranger does not get it parsed again.
#[test]
fn a_forged_body_is_inspected_once() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counted(Arc<AtomicUsize>);

    impl Scheme for Counted {
        type Method = Hmac;

        const NAME: &'static str = "counted";

        fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
            Named.key(secret)
        }

        fn inspect(&self, head: &Head<'_>, body: Option<&Bytes>) -> Result<Inspect, Reason> {
            self.0.fetch_add(usize::from(body.is_some()), Ordering::SeqCst);
            Named.inspect(head, body)
        }
    }

    let bodies = Arc::new(AtomicUsize::new(0));
    let layer = VerifyLayer::with(Counted(Arc::clone(&bodies)), "secret");
    let error = layer.verify(request(false, "guessed")).expect_err("it is forged");
    assert_eq!((error.reason(), bodies.load(Ordering::SeqCst)), (Reason::Mismatch, 1));
}

/// Who a request is believed to be from, or why it is refused.
fn tenant(table: &KeyTable<HmacKey>, request: Request<Bytes>) -> Result<String, Reason> {
    match VerifyLayer::with_keys(Named, table.clone()).verify(request) {
        Ok(Outcome::Genuine(proof)) => Ok(proof.tenant().expect("the name of the entry").into()),
        Ok(other) => panic!("the scheme answers nothing: {other:?}"),
        Err(error) => Err(error.reason()),
    }
}

fn key(secret: &str) -> KeySet<HmacKey> {
    KeySet::new([HmacKey::new(secret.as_bytes())])
}

/// The name is a stranger's word: it chooses the keys, and they have to match.
#[test]
fn a_table_has_keys_by_name() {
    let table = KeyTable::by_key_id();
    assert_eq!(tenant(&table, from("alice", "hers")), Err(Reason::UnknownKey), "it is empty");
    table.insert("alice", key("hers")).expect("a new name");
    table.insert("bob", key("his").tenant("what the source calls him")).expect("a new name");

    assert_eq!(tenant(&table, from("alice", "hers")), Ok("alice".into()));
    assert_eq!(tenant(&table, from("bob", "his")), Ok("bob".into()));
    for (name, secret) in [("alice", "his"), ("bob", "hers")] {
        let refused = Err(Reason::Mismatch);
        assert_eq!(tenant(&table, from(name, secret)), refused, "another entry's key");
    }
    for name in ["carol", "", "Alice", "alice ", "alic", "what the source calls him"] {
        assert_eq!(tenant(&table, from(name, "hers")), Err(Reason::UnknownKey), "{name:?}");
    }
}

/// A scheme without names for keys has no business with a table.
#[test]
fn a_table_knows_nobody_without_a_name() {
    let table = KeyTable::by_key_id();
    table.insert("", key("secret")).expect("a new name");
    let secret = Secret::new("acme_secret").expect("a secret");
    let now = Timestamp::from_secs(1_700_000_000);
    let request = Request::post("/").body(Bytes::from("text")).expect("a request");
    let request = Acme.sign(&secret, now, request);
    let layer = VerifyLayer::with_keys(Acme, table).clock(ManualClock::at(now));
    let error = layer.verify(request.expect("a signature")).expect_err("whose key?");
    assert_eq!(error.reason(), Reason::UnknownKey);
}

#[test]
fn entries_come_and_go_while_a_table_is_in_use() {
    let table = KeyTable::by_key_id();
    let layer = VerifyLayer::with_keys(Named, table.clone());
    let status = |secret| match layer.verify(from("alice", secret)) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.reason()),
    };
    assert_eq!(status("old"), Err(Reason::UnknownKey));
    table.insert("alice", key("old")).expect("a new name");
    assert_eq!(status("old"), Ok(()));
    assert_eq!(table.insert("alice", key("mallory's")), Err(NameTaken));
    assert_eq!((status("mallory's"), status("old")), (Err(Reason::Mismatch), Ok(())));
    table.replace(String::from("alice"), key("new"));
    assert_eq!((status("old"), status("new")), (Err(Reason::Mismatch), Ok(())));
    table.remove("bob");
    assert_eq!(status("new"), Ok(()));
    table.remove("alice");
    assert_eq!(status("new"), Err(Reason::UnknownKey));
    assert_eq!(format!("{table:?}"), "KeyTable { by: KeyId, entries: 0 }");
}

/// The rotation of one tenant asks its source and no other, and the tenant is the entry still.
#[tokio::test]
async fn newer_keys_come_from_the_same_entry() {
    for at in 0..2 {
        let told = || {
            Arc::new(Told {
                keys: Mutex::new(both(set("old")).into_iter().skip(at).take(1).collect()),
                newer: Mutex::new(both(set("rotated")).into_iter().skip(at).take(1).collect()),
                asked: Mutex::default(),
            })
        };
        for (secret, genuine) in [("rotated", true), ("his", false)] {
            let (alice, bob) = (told(), told());
            let table = KeyTable::by_key_id();
            table.insert("alice", Arc::clone(&alice)).expect("a new name");
            table.insert("bob", Arc::clone(&bob)).expect("a new name");
            let layer = VerifyLayer::with_keys(Named, table);
            let outcome = layer.verify_async(from("alice", secret)).await;
            let tenant = match &outcome {
                Ok(Outcome::Genuine(proof)) => proof.tenant(),
                _ => None,
            };
            assert_eq!(tenant, genuine.then_some("alice"));
            let asked = |told: &Told| told.asked.lock().expect("no panic").clone();
            assert_eq!(asked(&alice), ["keys alice", "newer alice"]);
            assert!(asked(&bob).is_empty());
        }
    }
}

/// An entry that was removed between the two questions has no newer keys.
#[test]
fn who_was_removed_is_not_asked_again() {
    struct Leaves(KeyTable<HmacKey>);

    impl KeySource<HmacKey> for Leaves {
        fn keys(&self, _: &KeyHint<'_>) -> Lookup<HmacKey> {
            self.0.remove("alice");
            Lookup::Ready(Ok(key("old")))
        }

        fn newer(&self, _: &KeyHint<'_>, _: &KeySet<HmacKey>) -> Option<Lookup<HmacKey>> {
            panic!("it is gone")
        }
    }

    let table = KeyTable::by_key_id();
    table.insert("alice", Leaves(table.clone())).expect("a new name");
    assert_eq!(tenant(&table, from("alice", "rotated")), Err(Reason::Mismatch));
}

#[test]
fn a_set_is_the_same_as_its_clones_only() {
    let set = key("secret");
    assert!(set.is_same(&set.clone()));
    assert!(set.is_same(&set.clone().tenant("alice")), "whoever it is named after");
    assert!(!set.is_same(&key("secret")), "equal is not the same");
    // Two sets without keys may be told apart or not; a clone is the same.
    let empty = KeySet::<HmacKey>::new([]);
    assert!(empty.is_same(&empty.clone()));
}
