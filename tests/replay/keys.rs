//! What a request is remembered by: not by how it is spelled, and not by whose secret signed it.

use std::sync::Arc;

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{
    Algorithm, ConfigError, Evidence, Head, Hmac, HmacKey, Inspect, KeyError, KeyHint, KeySet,
    KeySource, Lookup, MemoryReplay, Reason, Replay, ReplayMode, ReplayStore, Scheme, Secret,
    SecretOnly, Signature, SparkVerify, VerifyLayer,
};
use countersign_tests::redis::Redis;
use http::{HeaderMap, HeaderName, HeaderValue, Request};

use super::redis::connected;
use super::{DAY, HANDLED, Handler, REPLAYED, SECRET, modes, send, signed, signed_by, spark};

type Store = Arc<dyn ReplayStore>;

/// In memory.
fn memory() -> Store {
    Arc::new(MemoryReplay::new())
}

/// In memory, and in a real Redis; empty ones.
async fn stores(redis: &Redis) -> [Store; 2] {
    redis.ask("FLUSHALL").expect("it answers");
    [memory(), Arc::new(connected(redis).await)]
}

fn rotating(store: &Store, mode: ReplayMode, secrets: &[&str]) -> SparkVerify {
    let secrets: Vec<_> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    SparkVerify::new(secrets).replay(Replay::new(Arc::clone(store)).mode(mode).retention(DAY))
}

fn by(secret: &str) -> Request<Bytes> {
    signed_by(&Spark::default(), secret, "an event")
}

/// Incident: replay during rotation.
#[tokio::test]
async fn replay_during_rotation() {
    let redis = Redis::volatile();
    for mode in modes() {
        for (first, second) in [("new", "old"), ("old", "new")] {
            for store in stores(&redis).await {
                let handler = Handler::default();
                let layer = rotating(&store, mode, &["new", "old"]);
                assert_eq!(send(&layer, &handler, by(first)).await, HANDLED);
                assert_eq!(send(&layer, &handler, by(second)).await, REPLAYED);
                assert_eq!(send(&layer, &handler, by(first)).await, REPLAYED);
            }
        }
    }
}

/// Handled before the rotation: it stays handled when a secret is added.
#[tokio::test]
async fn across_adding_a_secret() {
    let redis = Redis::volatile();
    for mode in modes() {
        for store in stores(&redis).await {
            let handler = Handler::default();
            let old = rotating(&store, mode, &["old"]);
            assert_eq!(send(&old, &handler, by("old")).await, HANDLED);
            let both = rotating(&store, mode, &["new", "old"]);
            assert_eq!(send(&both, &handler, by("old")).await, REPLAYED);
            assert_eq!(send(&both, &handler, by("new")).await, REPLAYED);
        }
    }
}

/// Handled during the rotation: it stays handled when the old secret is dropped.
#[tokio::test]
async fn across_dropping_a_secret() {
    let redis = Redis::volatile();
    for mode in modes() {
        for store in stores(&redis).await {
            let handler = Handler::default();
            let both = rotating(&store, mode, &["new", "old"]);
            assert_eq!(send(&both, &handler, by("old")).await, HANDLED);
            for (secrets, signer) in
                [(&["new"][..], "new"), (&["old", "new"], "new"), (&["newer", "new"], "newer")]
            {
                let layer = rotating(&store, mode, secrets);
                assert_eq!(send(&layer, &handler, by(signer)).await, REPLAYED, "{secrets:?}");
            }
        }
    }
}

/// The second claim of one key would be a duplicate of the first.
#[tokio::test]
async fn a_secret_that_is_configured_twice() {
    for mode in modes() {
        let (store, handler) = (memory(), Handler::default());
        let layer = rotating(&store, mode, &["same", "same"]);
        assert_eq!(send(&layer, &handler, by("same")).await, HANDLED);
        assert_eq!(send(&layer, &handler, by("same")).await, REPLAYED);
    }
}

/// Incident: replay key from header text.
#[tokio::test]
async fn replay_key_from_header_text() {
    let (layer, handler) = (spark(memory()), Handler::default());
    let genuine = signed("an event");
    assert_eq!(send(&layer, &handler, genuine.clone()).await, HANDLED);

    let signature = genuine.headers()["x-spark-signature"].clone();
    let upper = signature.to_str().expect("hex").to_ascii_uppercase();
    let padded = format!("  {upper}\t");
    let mut requests = Vec::new();
    for spelled in [upper, padded] {
        let mut request = genuine.clone();
        let value = HeaderValue::from_str(&spelled).expect("a header");
        request.headers_mut().insert("x-spark-signature", value);
        requests.push(request);
    }
    // Other headers, another order, another path: none of it is signed.
    let mut moved = genuine.clone().map(|body| body);
    let mut headers = HeaderMap::new();
    for name in ["x-request-id", "x-spark-signature", "user-agent"] {
        let value = if name == "x-spark-signature" { &signature } else { &upper_id() };
        headers.insert(HeaderName::from_static(name), value.clone());
    }
    *moved.headers_mut() = headers;
    *moved.uri_mut() = "/another?path=1".parse().expect("a URI");
    *moved.method_mut() = http::Method::PUT;
    requests.push(moved);
    for request in requests {
        assert_eq!(send(&layer, &handler, request).await, REPLAYED);
    }
    assert_eq!(handler.calls(), 1);
}

fn upper_id() -> HeaderValue {
    HeaderValue::from_static("7D9C")
}

/// A captor may leave out some of several signatures, or add junk.
#[tokio::test]
async fn whichever_of_several_signatures_is_left_in() {
    let (spark, key) = (Spark::default().webex_signature(true), HmacKey::new(SECRET.as_bytes()));
    let layer = VerifyLayer::with(spark, SECRET);
    let layer = layer.replay(Replay::new(MemoryReplay::new()).retention(DAY));
    let handler = Handler::default();
    let hex = |algorithm| key.sign_hex(algorithm, &[b"an event"]).expect("a tag");
    let (sha256, sha512) = (hex(Algorithm::HmacSha256), hex(Algorithm::HmacSha512));
    let lists = [
        Some(format!("sha256={sha256}, sha512={sha512}")),
        Some(format!("sha512={sha512}, sha256={sha256}")),
        Some(format!("SHA-256={}", sha256.to_ascii_uppercase())),
        Some(format!("md5=junk, sha512={sha512}, sha1=junk")),
        None,
    ];
    for (index, list) in lists.into_iter().enumerate() {
        let mut request = signed("an event");
        if let Some(list) = list {
            let value = HeaderValue::from_str(&list).expect("a header");
            request.headers_mut().insert("x-webex-signature", value);
        }
        let expected = if index == 0 { HANDLED } else { REPLAYED };
        assert_eq!(send(&layer, &handler, request).await, expected, "list {index}");
    }
}

/// A provider that lists a signature for each of its secrets: one has to hold. Whose keys they are,
/// stands in `tenant`, and `id` is signed.
#[derive(Debug, Default)]
struct Listing;

impl SecretOnly for Listing {}

const NAME: &str = "signature";

impl Scheme for Listing {
    type Method = Hmac;

    const NAME: &'static str = "listing";

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let list = head.required(&HeaderName::from_static(NAME), NAME)?;
        let signatures = list
            .split(|&byte| byte == b' ')
            .map(|hex| Signature::from_hex(Algorithm::HmacSha256, hex, NAME))
            .collect::<Result<Vec<_>, _>>()?;
        let evidence = Evidence::any(signatures);
        Ok(match head.headers().get("id") {
            Some(id) => {
                let id = id.to_str().map_err(|_| Reason::Malformed("id"))?;
                let message = countersign::Message::body().prefix(id.as_bytes()).prefix(b".");
                evidence.id(id).message(message).into()
            }
            None => evidence.into(),
        })
    }
}

fn listed(signatures: &[String], headers: &[(&'static str, &str)]) -> Request<Bytes> {
    let mut request = Request::post("/").header(NAME, signatures.join(" "));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::from("an event")).expect("a request")
}

fn tag(secret: &str, text: &str) -> String {
    let key = HmacKey::new(secret.as_bytes());
    key.sign_hex(Algorithm::HmacSha256, &[text.as_bytes()]).expect("a tag")
}

#[tokio::test]
async fn a_second_junk_signature_in_a_list() {
    let layer = VerifyLayer::<Listing>::new(["new", "old"]);
    let layer = layer.replay(Replay::new(MemoryReplay::new()).retention(DAY));
    let handler = Handler::default();
    let [new, old, junk] = ["new", "old", "junk"].map(|secret| tag(secret, "an event"));
    assert_eq!(send(&layer, &handler, listed(&[new.clone(), old.clone()], &[])).await, HANDLED);
    for list in [
        vec![new.clone(), junk.clone()],
        vec![junk.clone(), new.clone()],
        vec![old.clone()],
        vec![junk.to_ascii_uppercase(), old.to_ascii_uppercase()],
        vec![new.clone(), new, old],
    ] {
        assert_eq!(send(&layer, &handler, listed(&list, &[])).await, REPLAYED, "{list:?}");
    }
    assert_eq!(handler.calls(), 1);
}

/// By the signed id where there is one: a provider that retries signs anew.
#[tokio::test]
async fn a_signed_id_tells_requests_apart() {
    let layer = VerifyLayer::<Listing>::new("secret");
    let layer = layer.replay(Replay::new(MemoryReplay::new()).retention(DAY));
    let handler = Handler::default();
    let named = |id: &str, body: &'static str| {
        let signature = tag("secret", &format!("{id}.{body}"));
        listed(&[signature], &[("id", id)]).map(|_| Bytes::from(body))
    };
    assert_eq!(send(&layer, &handler, named("1", "an event")).await, HANDLED);
    assert_eq!(send(&layer, &handler, named("1", "an event, signed anew")).await, REPLAYED);
    assert_eq!(send(&layer, &handler, named("2", "an event")).await, HANDLED);
}

/// A set of keys for each tenant, and the same secret in both.
struct Tenants;

impl KeySource<HmacKey> for Tenants {
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<HmacKey> {
        let tenant = hint.head().headers().get("tenant").and_then(|name| name.to_str().ok());
        Lookup::Ready(match tenant {
            Some(tenant) => Ok(KeySet::new([HmacKey::new(b"secret")]).tenant(tenant)),
            None => Err(KeyError::Unknown),
        })
    }
}

#[tokio::test]
async fn tenants_and_providers_do_not_get_into_each_others_way() {
    let store = memory();
    let replay = Replay::new(Arc::clone(&store)).retention(DAY);
    let layer = VerifyLayer::with_keys(Listing, Tenants).replay(replay.clone());
    let handler = Handler::default();
    let signature = [tag("secret", "an event")];
    for tenant in ["a", "b"] {
        let request = || listed(&signature, &[("tenant", tenant)]);
        assert_eq!(send(&layer, &handler, request()).await, HANDLED, "{tenant}");
        assert_eq!(send(&layer, &handler, request()).await, REPLAYED, "{tenant}");
    }
    let alone = VerifyLayer::<Listing>::new("secret").replay(replay.clone());
    assert_eq!(send(&alone, &handler, listed(&signature, &[])).await, HANDLED);
    let spark = SparkVerify::new("secret").replay(replay);
    let request = signed_by(&Spark::default(), "secret", "an event");
    assert_eq!(send(&spark, &handler, request).await, HANDLED);
}
