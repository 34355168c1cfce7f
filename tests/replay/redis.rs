//! The store in Redis, on a real one.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use countersign::redis::{RedisOptions, RedisReplay};
use countersign::{ClaimOutcome, Replay, ReplayError, ReplayKey, ReplayMode, ReplayStore};
use countersign_tests::logs::Logs;
use countersign_tests::process::{Server, run};
use countersign_tests::redis::Redis;
use http::StatusCode;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::stores::{behaves, fresh, key, wait};
use super::{DAY, HANDLED, Handler, IN_FLIGHT, REPLAYED, SECRET, UNAVAILABLE, send, signed, spark};

/// Longer than a machine that is busy stalls for.
const LEASE: Duration = Duration::from_secs(4);
const LONG: Duration = Duration::from_secs(3600);

pub(super) async fn connected(redis: &Redis) -> RedisReplay {
    patient().connect(&redis.url()).await.expect("a connection")
}

/// For all that is not about time-outs: a machine that is busy stalls for seconds.
fn patient() -> RedisOptions {
    let timeout = Duration::from_secs(10);
    RedisOptions::default().timeout(timeout).connect_timeout(3 * timeout)
}

/// For a Redis that is away.
async fn hasty(redis: &Redis) -> RedisReplay {
    let options = patient().timeout(Duration::from_millis(500));
    options.connect(&redis.url()).await.expect("a connection")
}

/// Lets a lease end, which Redis measures in milliseconds.
async fn pass(lease: Duration) {
    sleep(lease + Duration::from_millis(50)).await;
}

#[tokio::test]
async fn it_behaves_as_every_store() {
    let redis = Redis::volatile();
    behaves(&connected(&redis).await, LEASE, pass).await;
}

/// Two nodes with those arguments, each with half of the keys.
async fn cluster(arguments: [&[&str]; 2]) -> [Redis; 2] {
    let nodes = arguments.map(|more| Redis::start(&[&["--cluster-enabled", "yes"], more].concat()));
    let [one, other] = &nodes;
    for (node, slots) in [(one, "0 8191"), (other, "8192 16383")] {
        assert_eq!(node.ask(&format!("CLUSTER ADDSLOTSRANGE {slots}")).unwrap(), "+OK\r\n");
    }
    assert_eq!(one.ask(&format!("CLUSTER MEET 127.0.0.1 {}", other.port())).unwrap(), "+OK\r\n");
    for node in &nodes {
        let known = async || node.ask("CLUSTER INFO").unwrap().contains("cluster_state:ok");
        until(known).await;
        until(async || node.ask("CLUSTER INFO").unwrap().contains("cluster_known_nodes:2")).await;
    }
    nodes
}

/// Each command touches one key, and a client of a cluster finds its node.
#[tokio::test]
async fn in_a_cluster_too() {
    let nodes = cluster([&[], &[]]).await;
    let store = patient().cluster([nodes[0].url().as_str()]).await.expect("a connection");
    behaves(&store, LEASE, pass).await;
    let (handler, layer) = (Handler::default(), spark(store));
    for index in 0..50 {
        let body = format!("event {index}");
        assert_eq!(send(&layer, &handler, signed(&body)).await, HANDLED);
        assert_eq!(send(&layer, &handler, signed(&body)).await, REPLAYED);
    }
    for node in &nodes {
        let size = node.ask("DBSIZE").unwrap();
        assert!(size.starts_with(':') && size != ":0\r\n", "{size}");
    }
}

#[tokio::test]
async fn what_one_process_has_handled_another_knows_unless_the_prefix_differs() {
    let redis = Redis::volatile();
    let (one, other) = (connected(&redis).await, connected(&redis).await);
    let apart = patient().prefix("apart:").connect(&redis.url()).await;
    let apart = apart.expect("a connection");
    let (key, handler) = (key("shared"), Handler::default());
    let owner = fresh(&one, &key, LONG).await;
    assert_eq!(wait(other.claim(&key, LONG)).await.unwrap(), ClaimOutcome::InFlight);
    fresh(&apart, &key, LONG).await;
    assert!(wait(other.confirm(&key, owner, LONG)).await.unwrap(), "a client is not an owner");
    assert_eq!(wait(one.claim(&key, LONG)).await.unwrap(), ClaimOutcome::Done);
    assert_eq!(send(&spark(one), &handler, signed("an event")).await, HANDLED);
    assert_eq!(send(&spark(other), &handler, signed("an event")).await, REPLAYED);
}

#[tokio::test]
async fn a_redis_that_forgets_is_warned_of() {
    for (arguments, warnings) in [
        (&["--appendonly", "yes"][..], &[][..]),
        (&["--save", "3600 1"], &[]),
        (&[], &["persists nothing"]),
        (&["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"], &["allkeys-lru"]),
        (&["--maxmemory-policy", "volatile-ttl"], &["volatile-ttl", "persists nothing"]),
    ] {
        let (logs, _guard) = Logs::start();
        let redis = Redis::start(arguments);
        connected(&redis).await;
        let text = logs.text();
        assert_eq!(text.matches("WARN countersign").count(), warnings.len(), "{text}");
        assert!(warnings.iter().all(|warning| text.contains(warning)), "{text}");
    }
}

/// Every node is asked.
#[tokio::test]
async fn a_node_of_a_cluster_that_forgets_is_warned_of() {
    let durable = &["--appendonly", "yes"][..];
    for (other, warnings) in [
        (durable, &[][..]),
        (&["--appendonly", "no"], &["persists nothing"]),
        (&["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"], &["allkeys-lru"]),
    ] {
        let nodes = cluster([durable, other]).await;
        let (logs, _guard) = Logs::start();
        patient().cluster([nodes[0].url().as_str()]).await.expect("a connection");
        let text = logs.text();
        assert_eq!(text.matches("WARN countersign").count(), warnings.len(), "{text}");
        assert!(warnings.iter().all(|warning| text.contains(warning)), "{text}");
    }
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_an_error_in_time() {
    let mut redis = Redis::volatile();
    redis.kill();
    for url in [&redis.url(), "http://127.0.0.1/", "redis://"] {
        let options = RedisOptions::default().connect_timeout(Duration::from_millis(300));
        let start = Instant::now();
        let error = options.connect(url).await.expect_err("nothing is there");
        assert!(error.to_string().starts_with("Redis: "), "{error}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

/// Incident: both were told as "nothing answered in time".
#[tokio::test]
async fn a_wrong_password_and_a_refused_port_are_named() {
    let mut redis = Redis::start(&["--requirepass", "right"]);
    let start = Instant::now();
    let url = redis.url().replace("redis://", "redis://:wrong@");
    let error = patient().connect(&url).await.expect_err("the password is wrong").to_string();
    assert!(error.to_lowercase().contains("authentication failed"), "{error}");
    assert!(!error.contains("wrong"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let url = redis.url().replace("redis://", "redis://:right@");
    patient().connect(&url).await.expect("a connection");
    redis.kill();
    let options = RedisOptions::default().connect_timeout(Duration::from_secs(1));
    let error = options.connect(&url).await.expect_err("nothing is there").to_string();
    assert!(error.to_lowercase().contains("connection refused"), "{error}");
    assert!(!error.contains("right"), "{error}");
}

/// Exactly what the documentation says.
#[tokio::test]
async fn a_user_with_few_rights_will_do() {
    let redis = Redis::volatile();
    let rights = "~countersign:* -@all +set +get +psetex +del +eval +evalsha";
    assert_eq!(redis.ask(&format!("ACL SETUSER few on >word {rights}")).unwrap(), "+OK\r\n");
    let (logs, _guard) = Logs::start();
    let url = redis.url().replace("redis://", "redis://few:word@");
    let layer = spark(patient().connect(&url).await.expect("a connection"));
    assert!(
        logs.text().contains("WARN countersign: Redis does not permit INFO"),
        "{}",
        logs.text()
    );
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    let handler = Handler::told([super::Act::Answer(failed)]);
    assert_eq!(send(&layer, &handler, signed("an event")).await.0, failed);
    assert_eq!(send(&layer, &handler, signed("an event")).await, HANDLED);
    assert_eq!(send(&layer, &handler, signed("an event")).await, REPLAYED);
}

/// With `noeviction`, Redis says no.
#[tokio::test]
async fn a_redis_that_is_full_is_503() {
    let redis = Redis::volatile();
    let (layer, handler) = (spark(connected(&redis).await), Handler::default());
    assert_eq!(send(&layer, &handler, signed("an event")).await, HANDLED);
    redis.ask("CONFIG SET maxmemory 1").unwrap();
    let (logs, _guard) = Logs::start();
    assert_eq!(send(&layer, &handler, signed("another")).await, UNAVAILABLE);
    assert!(logs.text().contains("is full"), "{}", logs.text());
    assert_eq!(send(&layer, &handler, signed("an event")).await.0, 503);
    redis.ask("CONFIG SET maxmemory 0").unwrap();
    assert_eq!(send(&layer, &handler, signed("another")).await, HANDLED);
    assert_eq!(send(&layer, &handler, signed("an event")).await, REPLAYED);
    assert_eq!(handler.calls(), 2);
}

/// What was handled is marked as done all the same, or an event would be told 409 for long.
#[tokio::test]
async fn what_was_handled_is_confirmed_while_redis_is_full() {
    let redis = Redis::volatile();
    let store = connected(&redis).await;
    let [held, failed] = ["held", "failed"].map(key);
    let owner = fresh(&store, &held, LONG).await;
    let other = fresh(&store, &failed, LONG).await;
    redis.ask("CONFIG SET maxmemory 1").unwrap();
    assert!(matches!(wait(store.claim(&key("new"), LONG)).await, Err(ReplayError::Full)));
    assert!(wait(store.confirm(&held, owner, LONG)).await.unwrap());
    assert!(wait(store.release(&failed, other)).await.unwrap());
    redis.ask("CONFIG SET maxmemory 0").unwrap();
    assert_eq!(wait(store.claim(&held, LONG)).await.unwrap(), ClaimOutcome::Done);
    fresh(&store, &failed, LONG).await;
}

/// Its clock may be set ahead by so much.
#[tokio::test]
async fn what_is_handled_is_kept_for_an_hour_longer() {
    let redis = Redis::volatile();
    let store = connected(&redis).await;
    let lease = ReplayMode::AtLeastOnce { lease: DAY };
    for mode in [ReplayMode::AtMostOnce, lease] {
        redis.ask("FLUSHALL").unwrap();
        let (layer, handler) = (spark(Replay::new(store.clone()).mode(mode)), Handler::default());
        assert_eq!(send(&layer, &handler, signed("an event")).await, HANDLED);
        let key = redis.ask("RANDOMKEY").unwrap();
        let key = key.lines().nth(1).expect("a key");
        let left = redis.ask(&format!("TTL {key}")).unwrap();
        let left: u64 = left.trim().trim_start_matches(':').parse().expect("a number");
        assert!((DAY + LONG).as_secs() - left < 600, "{left}");
    }
}

/// Scripts are known to Redis by their hash, until it forgets them.
#[tokio::test]
async fn scripts_that_redis_forgot_are_sent_again() {
    let redis = Redis::volatile();
    let (layer, handler) = (spark(connected(&redis).await), Handler::default());
    for index in 0..3 {
        let body = format!("event {index}");
        assert_eq!(send(&layer, &handler, signed(&body)).await, HANDLED);
        assert_eq!(send(&layer, &handler, signed(&body)).await, REPLAYED);
        assert_eq!(redis.ask("SCRIPT FLUSH").unwrap(), "+OK\r\n");
    }
}

/// A process that crashed in the middle has claimed, and will never say what came of it.
#[tokio::test]
async fn a_crash_in_the_middle() {
    let redis = Redis::volatile();
    let store = connected(&redis).await;
    for mode in [ReplayMode::AtMostOnce, ReplayMode::AtLeastOnce { lease: LEASE }] {
        let body = format!("{mode:?}");
        let layer = spark(Replay::new(store.clone()).mode(mode));
        let lease = if mode == ReplayMode::AtMostOnce { DAY } else { LEASE };
        let Ok(countersign::Outcome::Genuine(proof)) = layer.verify(signed(&body)) else {
            panic!("it is genuine")
        };
        let nonce = proof.fingerprints().first().expect("a fingerprint");
        fresh(&store, &ReplayKey::of_fingerprint("spark", None, nonce), lease).await;

        let handler = Handler::default();
        assert_eq!(send(&layer, &handler, signed(&body)).await, IN_FLIGHT);
        pass(LEASE).await;
        let expected = if mode == ReplayMode::AtMostOnce { IN_FLIGHT } else { HANDLED };
        assert_eq!(send(&layer, &handler, signed(&body)).await, expected);
    }
}

/// The claim took effect when Redis went on, but nobody heard of it: it is undone.
#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_released() {
    let redis = Redis::volatile();
    let (layer, handler) = (spark(connected(&redis).await), Handler::default());
    let hasty = spark(hasty(&redis).await);
    redis.stop();
    let start = Instant::now();
    assert_eq!(send(&hasty, &handler, signed("an event")).await, UNAVAILABLE);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    redis.go_on();
    until(async || redis.ask("DBSIZE").unwrap() == ":0\r\n").await;
    until(async || send(&layer, &handler, signed("an event")).await == HANDLED).await;
    assert_eq!(send(&layer, &handler, signed("an event")).await, REPLAYED);
    assert_eq!(handler.calls(), 1);
}

#[tokio::test]
async fn a_redis_that_was_killed_and_comes_back() {
    let mut redis = Redis::durable();
    let (store, hasty) = (connected(&redis).await, hasty(&redis).await);
    let (layer, handler) = (spark(store.clone()), Handler::default());
    assert_eq!(send(&layer, &handler, signed("an event")).await, HANDLED);
    let owner = fresh(&store, &key("in flight"), LONG).await;

    // So shortly that nobody notices.
    redis.kill();
    redis.restart();
    assert_eq!(send(&layer, &handler, signed("an event")).await, REPLAYED);

    redis.kill();
    for _ in 0..3 {
        assert_eq!(send(&spark(hasty.clone()), &handler, signed("another")).await, UNAVAILABLE);
    }
    assert!(matches!(
        wait(hasty.release(&key("in flight"), owner)).await,
        Err(ReplayError::Unavailable(_))
    ));
    redis.restart();
    until(async || send(&layer, &handler, signed("another")).await == HANDLED).await;
    assert_eq!(send(&layer, &handler, signed("an event")).await, REPLAYED);
    assert_eq!(handler.calls(), 2);
    // What could not be released then, is released now.
    until(async || {
        matches!(wait(store.claim(&key("in flight"), LONG)).await, Ok(ClaimOutcome::Fresh(_)))
    })
    .await;
}

/// Incident: after a failover the connection stayed with the old primary, which answered `READONLY` to
/// everything.
#[tokio::test]
async fn a_failover_to_a_replica() {
    let [old, new] = [(), ()].map(|()| Redis::durable());
    let address = Address::of(&old).await;
    let url = format!("redis://{}/", address.local);
    let layer = spark(patient().connect(&url).await.expect("a connection"));
    let handler = Handler::default();
    assert_eq!(new.ask(&format!("REPLICAOF 127.0.0.1 {}", old.port())).unwrap(), "+OK\r\n");
    until(async || new.ask("INFO replication").unwrap().contains("master_link_status:up")).await;
    assert_eq!(send(&layer, &handler, signed("an event")).await, HANDLED);
    until(async || new.ask("DBSIZE").unwrap() == ":1\r\n").await;

    // Nobody is the primary yet.
    assert_eq!(old.ask(&format!("REPLICAOF 127.0.0.1 {}", new.port())).unwrap(), "+OK\r\n");
    assert_eq!(send(&layer, &handler, signed("another")).await, UNAVAILABLE);
    assert_eq!(handler.calls(), 1);

    assert_eq!(new.ask("REPLICAOF NO ONE").unwrap(), "+OK\r\n");
    address.lead_to(&new);
    until(async || send(&layer, &handler, signed("another")).await == HANDLED).await;
    for event in ["an event", "another"] {
        assert_eq!(send(&layer, &handler, signed(event)).await, REPLAYED);
    }
    assert_eq!(handler.calls(), 2);
}

/// Where a server is reached, whichever it is: connections that are there already stay where they are.
struct Address {
    local: SocketAddr,
    port: Arc<AtomicU16>,
    task: JoinHandle<()>,
}

impl Address {
    async fn of(redis: &Redis) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let local = listener.local_addr().expect("its address");
        let port = Arc::new(AtomicU16::new(redis.port()));
        let current = Arc::clone(&port);
        let task = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let port = current.load(Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Self { local, port, task }
    }

    fn lead_to(&self, redis: &Redis) {
        self.port.store(redis.port(), Ordering::SeqCst);
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Certificates are those that the system trusts, of which `SSL_CERT_FILE` is one way to say.
#[tokio::test]
async fn by_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
    let [certificate, key] = [&certificate, &key].map(|path| path.to_str().expect("UTF-8"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-subj", "/CN=Redis", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-out", certificate, "-keyout", key])
        .output()
        .expect("openssl starts: `scripts/test` installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let redis = Redis::start_tls(certificate, key);
    let url = redis.tls_url().expect("it was started so");
    let environment = [
        ("PORT", "0"),
        ("SPARK_SECRET", SECRET),
        ("REDIS_URL", url.as_str()),
        ("REDIS_TIMEOUT_MS", "10000"),
        ("SSL_CERT_FILE", certificate),
    ];
    let server = Server::start("redis-replay", &environment).await;
    let body = r#"{"id":"E","resource":"rooms","event":"created","data":{"id":"R"}}"#;
    for expected in [StatusCode::OK, StatusCode::UNAUTHORIZED] {
        let (mut parts, body) = signed(body).into_parts();
        parts.uri = format!("{}/spark", server.url()).parse().expect("a URI");
        let request = reqwest::Request::try_from(http::Request::from_parts(parts, body));
        let answer = reqwest::Client::new().execute(request.expect("a request")).await;
        assert_eq!(answer.expect("an answer").status(), expected);
    }
    // Whoever does not trust it does not talk to it.
    let (status, log) = run("redis-replay", &environment[..4]).await;
    assert!(!status.success() && log.to_lowercase().contains("certificate"), "{log}");
}

/// However long Redis was away: what could not be released then is released when it is back.
#[tokio::test]
async fn a_release_waits_for_the_end_of_an_outage() {
    let mut redis = Redis::durable();
    let (store, hasty) = (connected(&redis).await, hasty(&redis).await);
    let key = key("in flight");
    let owner = fresh(&store, &key, DAY).await;
    redis.kill();
    assert!(wait(hasty.release(&key, owner)).await.is_err());
    // An hour, which passes as fast as nothing comes of what is tried.
    tokio::time::pause();
    sleep(LONG).await;
    tokio::time::resume();
    redis.restart();
    until(async || matches!(wait(store.claim(&key, DAY)).await, Ok(ClaimOutcome::Fresh(_)))).await;
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(90), "it does not come to that");
        sleep(Duration::from_millis(10)).await;
    }
}
