//! Where keys come from: at hand, fetched, unknown, unavailable, newer than those that were tried.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use countersign::{
    Algorithm, ConfigError, Evidence, Head, Hmac, HmacKey, Inspect, KeyError, KeyHint, KeySet,
    KeySource, Lookup, Outcome, Reason, Scheme, Secret, Signature, VerifyError, VerifyLayer,
};
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
        std::sync::Arc::new(Told {
            keys: Mutex::new(keys().into()),
            newer: Mutex::new(newer().into()),
            asked: Mutex::default(),
        })
    };
    let source = told();
    let layer = VerifyLayer::with_keys(Named, std::sync::Arc::clone(&source));
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
    use std::sync::Arc;
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
