//! `examples/prometheus-endpoint`, the real process: what its dashboard and the alerts of the docs ask for is there.
//!
//! A real Prometheus is asked in `prometheus/server.rs`.

#[cfg(feature = "prometheus")]
mod server;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use countersign::{GitHub, Secret, Sign, Timestamp};
use countersign_tests::process::Server;
use http::{Request, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const DASHBOARD: &str = "examples/prometheus-endpoint/dashboard.json";
const PAGE: &str = "docs/observability.md";

/// What a panel or an alert asks for.
pub(crate) struct Expression {
    /// Where it stands.
    pub(crate) at: String,
    pub(crate) text: String,
}

/// Those of the dashboard, with its variables set, and those of the page.
pub(crate) fn expressions() -> Vec<Expression> {
    let read = |path: &str| fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)).unwrap();
    let mut found = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let at = format!("the panel {}", panel["title"]);
        for target in panel["targets"].as_array().unwrap() {
            let text = target["expr"].as_str().unwrap();
            let text = text.replace("$__rate_interval", "1m").replace("$scheme", ".*");
            assert!(!text.contains('$'), "{at}: {text}");
            found.push(Expression { at: at.clone(), text });
        }
    }
    let panels = found.len();
    let page = read(PAGE);
    for block in page.split("```promql\n").skip(1) {
        let text = block.split("```").next().unwrap().to_owned();
        found.push(Expression { at: PAGE.to_owned(), text });
    }
    assert!(panels > 10 && found.len() > panels + 8, "{panels} {}", found.len());
    found
}

/// The example, with two secrets.
struct Endpoint {
    server: Server,
    /// `127.0.0.1:PORT`
    metrics: String,
    _secrets: TempDir,
}

const NEW: &str = "the-newer-secret";
const OLD: &str = "the-older-secret";

impl Endpoint {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = [NEW, OLD].map(|secret| {
            let path = folder.path().join(secret);
            fs::write(&path, secret).unwrap();
            path.to_str().unwrap().to_owned()
        });
        let files = paths.join(",");
        let environment =
            [("PORT", "0"), ("METRICS_PORT", "0"), ("GITHUB_SECRET_FILES", files.as_str())];
        let server = Server::start("prometheus-endpoint", &environment).await;
        let start = Instant::now();
        let metrics = loop {
            // It is written before the line that the start waits for, and may be on its way still.
            let log = server.log();
            let url =
                log.split("metrics on http://").nth(1).and_then(|it| it.split_once("/metrics"));
            if let Some((address, _)) = url {
                break address.to_owned();
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{log}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        Self { server, metrics, _secrets: folder }
    }

    /// Genuine under the newest and under an old key, replayed, and forged.
    async fn visited(&self, round: usize) {
        let event = format!(r#"{{"action":"opened","round":{round}}}"#);
        for (secret, text, status) in [
            (NEW, format!("{event} "), StatusCode::OK),
            (OLD, event.clone(), StatusCode::OK),
            (OLD, event.clone(), StatusCode::UNAUTHORIZED),
            ("of-somebody-else", event, StatusCode::UNAUTHORIZED),
        ] {
            assert_eq!(self.send(secret, text).await, status, "{secret}");
        }
    }

    async fn send(&self, secret: &str, body: String) -> StatusCode {
        let request = Request::post(format!("{}/github", self.server.url()));
        let request = request.body(Bytes::from(body)).unwrap();
        let secret = Secret::new(secret).unwrap();
        let signed = GitHub.sign(&secret, Timestamp::from_secs(0), request).unwrap();
        let request = signed.map(reqwest::Body::from).try_into().unwrap();
        reqwest::Client::new().execute(request).await.unwrap().status()
    }

    async fn scraped(&self) -> String {
        let url = format!("http://{}/metrics", self.metrics);
        let response = reqwest::get(url).await.unwrap().error_for_status().unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
        response.text().await.unwrap()
    }
}

#[tokio::test]
async fn what_is_asked_for_is_rendered() {
    let endpoint = Endpoint::start().await;
    endpoint.visited(0).await;
    let text = endpoint.scraped().await;
    let asked = expressions().into_iter().flat_map(|expression| names(&expression.text));
    for name in asked {
        assert!(text.lines().any(|line| line.starts_with(&format!("{name}{{"))), "{name}: {text}");
    }
    for line in [
        r#"countersign_accepted_total{scheme="github",key="0"} 1"#,
        r#"countersign_accepted_total{scheme="github",key="1"} 1"#,
        r#"countersign_refused_total{scheme="github",reason="mismatch"} 1"#,
        r#"countersign_refused_total{scheme="github",reason="replayed"} 1"#,
        r#"countersign_refused_total{scheme="github",reason="stale"} 0"#,
        r#"countersign_replay_claims_total{scheme="github",outcome="replayed"} 1"#,
        r#"countersign_keys_loads_total{scheme="github",outcome="ok"} 1"#,
        r#"countersign_verification_seconds_bucket{scheme="github",stage="judging",le="10"} 4"#,
        "# TYPE countersign_verification_seconds histogram",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
}

/// The names of metrics in an expression.
fn names(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("countersign_")).map(str::to_owned).collect()
}

/// Who sends webhooks does not see them.
#[tokio::test]
async fn metrics_are_not_where_webhooks_are() {
    let endpoint = Endpoint::start().await;
    let url = format!("{}/metrics", endpoint.server.url());
    assert_eq!(reqwest::get(url).await.unwrap().status(), StatusCode::NOT_FOUND);
}

/// What appears with 1 is no change to Prometheus.
#[tokio::test]
async fn all_series_are_there_before_the_first_request() {
    let scraped = Endpoint::start().await.scraped().await;
    for series in [
        r#"countersign_refused_total{scheme="github",reason="mismatch"} 0"#,
        r#"countersign_replay_claims_total{scheme="github",outcome="unavailable"} 0"#,
        r#"countersign_replay_settled_total{scheme="github",outcome="broken-off"} 0"#,
    ] {
        assert!(scraped.lines().any(|line| line == series), "{series} is not in\n{scraped}");
    }
}

#[tokio::test]
async fn without_a_secret_it_says_what_is_missing() {
    let (status, log) = countersign_tests::process::run("prometheus-endpoint", &[]).await;
    assert!(!status.success() && log.contains("GITHUB_SECRET_FILES is not set"), "{log}");
}
