//! The example `multi-tenant`, as processes: a server over TCP, and commands that change its database
//! meanwhile.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::{
    FlowAction, FlowWebhook, Meya, Scheme, Secret, Sign, SpacePublicKey, SpaceSigningKey, Spark,
    Speakap, Timestamp,
};
use countersign_tests::process::{Server, call};
use countersign_tests::space::key;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{RwLock, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const PROGRAM: &str = "multi-tenant";
const EXTERNAL_URL: &str = "https://hooks.example.com";

/// A database of its own.
struct Deployment {
    folder: TempDir,
    path: String,
}

impl Deployment {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("tenants.db").to_str().unwrap().to_owned();
        Self { folder, path }
    }

    /// With a tenant of that name.
    async fn of(tenant: &str) -> Self {
        let deployment = Self::new();
        deployment.done(&["add", tenant], b"").await;
        deployment
    }

    fn environment(&self) -> [(&str, &str); 4] {
        let url = ("EXTERNAL_URL", EXTERNAL_URL);
        [("PORT", "0"), ("DATABASE", &self.path), url, ("RUST_LOG", "trace")]
    }

    async fn serve(&self) -> Served {
        let server = Server::start_with(PROGRAM, &["serve"], &self.environment()).await;
        Served { server, client: reqwest::Client::new() }
    }

    async fn call(&self, arguments: &[&str], input: &[u8]) -> Output {
        call(PROGRAM, arguments, &self.environment(), input).await
    }

    /// What it printed.
    async fn done(&self, arguments: &[&str], input: &[u8]) -> String {
        let output = self.call(arguments, input).await;
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it complained of.
    async fn refused(&self, arguments: &[&str], input: &[u8]) -> String {
        let output = self.call(arguments, input).await;
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path()).collect()
    }

    /// Whether the secret is in any of its files.
    fn holds(&self, secret: &str) -> bool {
        let holds = |file: &PathBuf| {
            fs::read(file).unwrap().windows(secret.len()).any(|part| part == secret.as_bytes())
        };
        self.files().iter().any(holds)
    }
}

/// A server that runs, and who sends requests to it.
struct Served {
    server: Server,
    client: reqwest::Client,
}

impl Served {
    /// Lets it end, and reads its log.
    async fn finish(mut self) -> String {
        self.server.terminate();
        assert!(self.server.ended().await.success());
        self.server.log()
    }
}

/// A provider, and a request as it sends them.
#[derive(Clone, Copy)]
struct Provider {
    name: &'static str,
    content_type: &'static str,
    body: &'static str,
    sign: fn(&Secret, Request<Bytes>) -> Request<Bytes>,
    key: fn(usize) -> Key,
}

/// What the provider signs with, and what is stored for it.
struct Key {
    signing: Secret,
    stored: String,
}

fn shared(index: usize) -> Key {
    let stored = format!("shared secret no. {index}");
    Key { signing: Secret::new(stored.as_str()).unwrap(), stored }
}

fn rsa(index: usize) -> Key {
    Key { signing: key(index).pem().unwrap(), stored: key(index).jwk() }
}

fn provider<S: Sign + Default>(content_type: &'static str, body: &'static str) -> Provider {
    let sign = |secret: &Secret, request| {
        S::default().sign(secret, Timestamp::from(SystemTime::now()), request).unwrap()
    };
    Provider { name: S::NAME, content_type, body, sign, key: shared }
}

fn meya() -> Provider {
    let sign = |secret: &Secret, request| {
        let now = Timestamp::from(SystemTime::now());
        Meya::under(EXTERNAL_URL).sign(secret, now, request).unwrap()
    };
    Provider {
        name: Meya::NAME,
        content_type: "application/json",
        body: "{\"a\": 1}",
        sign,
        key: shared,
    }
}

fn providers() -> [Provider; 7] {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    [
        provider::<Spark>(JSON, "{}"),
        provider::<FlowAction>(FORM, "user_id=24&ids=1"),
        provider::<FlowWebhook>(JSON, "{}"),
        Provider { key: rsa, ..provider::<SpacePublicKey>(JSON, "{}") },
        provider::<SpaceSigningKey>(JSON, "{}"),
        meya(),
        provider::<Speakap>(FORM, "role=user&userEID=1"),
    ]
}

fn spark() -> Provider {
    providers()[0]
}

impl Provider {
    /// Sends a request that is signed with that key.
    async fn send(&self, served: &Served, tenant: &str, key: usize) -> (StatusCode, String) {
        let uri = format!("{}/hooks/{tenant}/{}", served.server.url(), self.name);
        let request = Request::post(uri).header("content-type", self.content_type);
        let request = request.body(Bytes::from_static(self.body.as_bytes())).unwrap();
        let request = (self.sign)(&(self.key)(key).signing, request);
        let request = reqwest::Request::try_from(request).unwrap();
        let answer = served.client.execute(request).await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    async fn accepts(&self, served: &Served, tenant: &str, key: usize) -> bool {
        let (status, body) = self.send(served, tenant, key).await;
        if status != StatusCode::OK {
            assert_eq!((status, body.as_str()), (StatusCode::UNAUTHORIZED, ""), "{}", self.name);
            return false;
        }
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(answer, json!({ "tenant": tenant, "provider": self.name }));
        true
    }

    fn stored(&self, key: usize) -> Vec<u8> {
        (self.key)(key).stored.into_bytes()
    }
}

#[tokio::test]
async fn tenants_have_every_provider_and_never_take_each_other_s_requests() {
    let deployment = Arc::new(Deployment::new());
    let served = deployment.serve().await;
    for tenant in ["acme", "umbrella"] {
        // Nobody is known yet, and that is not believed for long.
        assert!(!spark().accepts(&served, tenant, 0).await);
        deployment.done(&["add", tenant], b"").await;
    }
    // A few at a time: each waits for the disk, and no longer than 3 s for the others.
    let turns = Arc::new(Semaphore::new(3));
    let mut setting = JoinSet::new();
    for (key, tenant) in ["acme", "umbrella"].into_iter().enumerate() {
        for provider in providers() {
            let (deployment, turns) = (Arc::clone(&deployment), Arc::clone(&turns));
            setting.spawn(async move {
                let _turn = turns.acquire().await.unwrap();
                let secret = provider.stored(key);
                let said = deployment.done(&["set", tenant, provider.name], &secret).await;
                assert!(said.contains(&format!("/hooks/{tenant}/{}", provider.name)), "{said}");
            });
        }
    }
    while let Some(set) = setting.join_next().await {
        set.unwrap();
    }
    for provider in providers() {
        for (key, tenant) in ["acme", "umbrella"].into_iter().enumerate() {
            assert!(provider.accepts(&served, tenant, key).await, "{}", provider.name);
            assert!(!provider.accepts(&served, tenant, 1 - key).await, "{}", provider.name);
            assert!(!provider.accepts(&served, tenant, 2).await, "{}", provider.name);
        }
        for nobody in ["nobody", "ACME", "acme%20", "acme'%20OR%201=1--", "%FF"] {
            assert!(!provider.accepts(&served, nobody, 0).await, "{} {nobody}", provider.name);
        }
    }
    let listed = deployment.done(&["list"], b"").await;
    assert_eq!(listed.lines().count(), 2 * providers().len(), "{listed}");
    assert_eq!(listed.lines().next(), Some("acme\tflow-action\t0\t-"));

    deployment.done(&["remove", "acme", "spark"], b"").await;
    assert!(!spark().accepts(&served, "acme", 0).await);
    deployment.done(&["remove", "umbrella"], b"").await;
    for provider in providers() {
        assert!(!provider.accepts(&served, "umbrella", 1).await);
        assert_eq!(provider.accepts(&served, "acme", 0).await, provider.name != "spark");
    }
    let (log, listed) = (served.finish().await, deployment.done(&["list", "--json"], b"").await);
    for text in [log, listed] {
        assert!(text.contains("acme"), "{text}");
        assert!(!text.contains("secret no.") && !text.contains("\"n\""), "{text}");
    }
}

#[tokio::test]
async fn after_a_rotation_both_secrets_hold_until_the_old_one_is_dropped() {
    let deployment = Deployment::of("acme").await;
    let served = deployment.serve().await;
    for provider in [spark(), providers()[3]] {
        deployment.done(&["set", "acme", provider.name], &provider.stored(0)).await;
        assert!(provider.accepts(&served, "acme", 0).await);
        assert!(!provider.accepts(&served, "acme", 1).await);

        deployment.done(&["rotate", "acme", provider.name], &provider.stored(1)).await;
        assert!(provider.accepts(&served, "acme", 0).await);
        assert!(provider.accepts(&served, "acme", 1).await);
        let listed = deployment.done(&["list"], b"").await;
        assert!(listed.contains(&format!("acme\t{}\t1\tdrop-old\n", provider.name)), "{listed}");

        deployment.done(&["drop-old", "acme", provider.name], b"").await;
        assert!(!provider.accepts(&served, "acme", 0).await);
        assert!(provider.accepts(&served, "acme", 1).await);
    }
    let log = served.server.log();
    assert!(log.contains("not the newest key matched"), "{log}");
    // Not even in the pages that the database does not use any more, though a server has it open.
    let new = (spark().key)(1).stored;
    assert!(deployment.holds(&new));
    assert!(!deployment.holds(&(spark().key)(0).stored));
    deployment.done(&["remove", "acme"], b"").await;
    assert!(!deployment.holds(&new));
}

#[tokio::test]
async fn an_old_secret_ends_with_its_period() {
    let deployment = Deployment::of("acme").await;
    let served = deployment.serve().await;
    deployment.done(&["set", "acme", "spark"], &spark().stored(0)).await;
    let rotate = ["rotate", "acme", "spark", "--keep-old-for", "12s"];
    deployment.done(&rotate, &spark().stored(1)).await;
    assert!(spark().accepts(&served, "acme", 0).await);
    let listed = deployment.done(&["list", "--json"], b"").await;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["old_secrets"], 1);
    assert!(listed[0]["old_until"].as_str().unwrap().ends_with('Z'), "{listed}");

    let start = Instant::now();
    while spark().accepts(&served, "acme", 0).await {
        assert!(start.elapsed() < Duration::from_secs(60), "still valid");
        sleep(Duration::from_millis(100)).await;
    }
    assert!(spark().accepts(&served, "acme", 1).await);
    assert_eq!(deployment.done(&["list"], b"").await, "acme\tspark\t0\t-\n");
}

/// The provider goes on signing with the secret that it has, and with the new one as soon as `rotate` has
/// ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_under_load_refuses_nobody() {
    let deployment = Deployment::of("acme").await;
    let served = Arc::new(deployment.serve().await);
    deployment.done(&["set", "acme", "spark"], &spark().stored(0)).await;
    let (signs_with, is_over) = (Arc::new(RwLock::new(0)), Arc::new(AtomicBool::new(false)));
    let accepted = Arc::new(AtomicUsize::new(0));
    let mut load = JoinSet::new();
    for _ in 0..4 {
        let (served, signs_with) = (Arc::clone(&served), Arc::clone(&signs_with));
        let (is_over, accepted) = (Arc::clone(&is_over), Arc::clone(&accepted));
        load.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                // Held until the answer is there: a provider has nothing under way with an old secret
                // when that is dropped.
                let key = signs_with.read().await;
                assert!(spark().accepts(&served, "acme", *key).await);
                accepted.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for key in 1..=3 {
        deployment.done(&["rotate", "acme", "spark"], &spark().stored(key)).await;
        *signs_with.write().await = key;
        deployment.done(&["drop-old", "acme", "spark"], b"").await;
    }
    is_over.store(true, Ordering::Relaxed);
    while let Some(worker) = load.join_next().await {
        worker.unwrap();
    }
    assert!(accepted.load(Ordering::Relaxed) > 50, "{accepted:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt;

    let deployment = Deployment::of("acme").await;
    let served = deployment.serve().await;
    deployment.done(&["set", "acme", "spark"], &spark().stored(0)).await;
    assert!(spark().accepts(&served, "acme", 0).await);
    let files = deployment.files();
    // With the log and the index of the log.
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn a_secret_is_read_from_files_the_environment_and_standard_input() {
    let deployment = Deployment::of("acme").await;
    let served = deployment.serve().await;
    let file = deployment.folder.path().join("secret");
    fs::write(&file, [spark().stored(1), b"\r\n".to_vec()].concat()).unwrap();
    let secret = (spark().key)(2).stored;
    let mut environment = deployment.environment().to_vec();
    environment.push(("SPARK_SECRET", &secret));

    let input = [spark().stored(0), b"\n".to_vec()].concat();
    deployment.done(&["set", "acme", "spark"], &input).await;
    let file = file.to_str().unwrap();
    deployment.done(&["rotate", "acme", "spark", "--secret-file", file], b"").await;
    let rotate = ["rotate", "acme", "spark", "--secret-env", "SPARK_SECRET"];
    let output = call(PROGRAM, &rotate, &environment, b"").await;
    assert!(output.status.success(), "{output:?}");
    for key in 0..3 {
        assert!(spark().accepts(&served, "acme", key).await, "{key}");
    }
    assert_eq!(deployment.done(&["list"], b"").await, "acme\tspark\t2\tdrop-old\n");
    // A typing mistake is mended without losing the secret that the provider still uses; but not often.
    deployment.done(&["rotate", "acme", "spark"], &spark().stored(3)).await;
    let error = deployment.refused(&["rotate", "acme", "spark"], &spark().stored(4)).await;
    assert!(error.contains("multi-tenant drop-old acme spark"), "{error}");
    assert!(spark().accepts(&served, "acme", 0).await);
}

/// Every error says what to do, and none repeats what was given.
#[tokio::test]
async fn bad_input_is_refused() {
    const SECRET: &str = "t0ps3cret";
    let deployment = Deployment::of("acme").await;
    deployment.done(&["set", "acme", "speakap"], b"something").await;
    let newest = "that is the newest secret already";
    let cases: [(&[&str], &str, &str); 22] = [
        (&["add", "acme"], "", "acme is there already: take another name"),
        (&["set", "acme", "spark"], "", "standard input: it is empty, so anybody could sign"),
        (&["set", "acme", "spark"], "\n", "standard input: it is empty"),
        (&["set", "acme", "space-public-key"], SECRET, "as a JWK"),
        (&["rotate", "acme", "space-public-key"], "{\"kty\":\"RSA\"}", "as a JWK"),
        (&["set", "umbrella", "spark"], SECRET, "`multi-tenant add umbrella`"),
        (&["rotate", "umbrella", "spark"], SECRET, "`multi-tenant add umbrella`"),
        (&["drop-old", "umbrella", "spark"], "", "`multi-tenant add umbrella`"),
        (&["remove", "umbrella"], "", "`multi-tenant add umbrella`"),
        (&["rotate", "acme", "spark"], SECRET, "`multi-tenant set acme spark`"),
        (&["drop-old", "acme", "spark"], "", "`multi-tenant set acme spark`"),
        (&["remove", "acme", "spark"], "", "`multi-tenant set acme spark`"),
        (&["set", "acme", "speakap"], SECRET, "`multi-tenant rotate acme speakap`"),
        (&["rotate", "acme", "speakap"], "something\n", newest),
        (&["set", "acme", "spark", "--secret-file", "/nowhere"], "", "/nowhere"),
        (&["set", "acme", "spark", "--secret-env", SECRET], "", "VAR and not \"$VAR\""),
        (&["set", "acme", "spark", SECRET], "", "unexpected argument"),
        (&["set", "acme", SECRET], "", "spark, flow-action"),
        (&["set", "acme", "spark", "--secret", SECRET], "", "--secret-env"),
        (&["set", SECRET, "spark", "--", SECRET], "", "unexpected argument"),
        (&["rotate", "acme", "speakap", "--keep-old-for", SECRET], "", "such as 12h or 7d"),
        (&[SECRET], "", "unrecognized subcommand"),
    ];
    let listed = deployment.done(&["list"], b"").await;
    for (arguments, input, says) in cases {
        let error = deployment.refused(arguments, input.as_bytes()).await;
        assert!(error.contains(says), "{arguments:?}: {error}");
        assert!(!error.contains(SECRET), "{arguments:?}: {error}");
    }
    for period in ["-1d", "1y", "1month", "99999999d", ""] {
        let rotate = ["rotate", "acme", "speakap", "--keep-old-for", period];
        deployment.refused(&rotate, SECRET.as_bytes()).await;
    }
    let too_long = "a".repeat(64);
    for name in ["", "-a", "a-", "A", "a b", "a_b", "a.b", "a/b", "ä", "..", "a'b", &too_long] {
        let error = deployment.refused(&["add", "--", name], b"").await;
        assert!(error.contains("1 to 63 of a-z, 0-9 and '-'"), "{name:?}: {error}");
    }
    assert_eq!(deployment.done(&["list"], b"").await, listed);
    for name in ["a", "0", "a--b", &"a".repeat(63)] {
        deployment.done(&["add", name], b"").await;
    }
}

#[tokio::test]
async fn a_database_is_created_by_serve_and_add_and_not_by_a_mistyped_path() {
    let deployment = Deployment::new();
    for arguments in [&["list"][..], &["remove", "acme"], &["set", "acme", "spark"]] {
        let error = deployment.refused(arguments, b"secret").await;
        assert!(error.contains(&deployment.path) && error.contains("set DATABASE"), "{error}");
        assert!(deployment.files().is_empty());
    }
    let served = deployment.serve().await;
    assert_eq!(deployment.done(&["list"], b"").await, "");
    served.finish().await;
    // A second start keeps what there is; so do commands that come at the same time.
    let (acme, umbrella) = (["add", "acme"], ["add", "umbrella"]);
    tokio::join!(deployment.done(&acme, b""), deployment.done(&umbrella, b""));
    drop(deployment.serve().await);
    assert_eq!(deployment.done(&["list"], b"").await, "acme\t-\t0\t-\numbrella\t-\t0\t-\n");
}

#[tokio::test]
async fn what_is_no_database_of_its_own_is_left_alone() {
    let deployment = Deployment::of("acme").await;
    let sound = fs::read(&deployment.path).unwrap();
    // SQLite's file format: a number for the application, big-endian, at offset 60.
    let with_version = |version: u8| {
        let mut bytes = sound.clone();
        bytes[63] = version;
        bytes
    };
    for (bytes, says) in [
        (with_version(0), "it belongs to something else: set DATABASE to another path"),
        (with_version(2), "it has version 2, and this program knows version 1"),
        (
            b"a text, and a long one, which is no database of SQLite's at all".repeat(99),
            "not a database",
        ),
    ] {
        fs::write(&deployment.path, &bytes).unwrap();
        for command in [&["list"][..], &["serve"], &["add", "umbrella"]] {
            let error = deployment.refused(command, b"").await;
            assert!(error.contains(says) && error.contains(&deployment.path), "{error}");
        }
        assert_eq!(fs::read(&deployment.path).unwrap(), bytes);
    }
    let environment = [("DATABASE", "/nowhere/tenants.db")];
    let output = call(PROGRAM, &["serve"], &environment, b"").await;
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("/nowhere/tenants.db"), "{error}");
    for (name, value) in [("PORT", "web"), ("HOST", "here")] {
        let output = call(PROGRAM, &["serve"], &[(name, value)], b"").await;
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains(name));
    }
}
