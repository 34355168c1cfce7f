//! A real Prometheus scrapes the example, and every panel and every alert is asked of it.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::{Endpoint, expressions};

/// How long anything may take, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// It ends with this.
struct Prometheus {
    url: String,
    _process: Child,
    _folder: TempDir,
}

impl Prometheus {
    /// Scrapes that address each second.
    async fn of(target: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = json!({
            "global": { "scrape_interval": "1s" },
            "scrape_configs": [{ "job_name": "webhooks", "static_configs": [{ "targets": [target] }] }],
        });
        // JSON is YAML, too.
        fs::write(folder.path().join("prometheus.yml"), config.to_string()).unwrap();
        let mut process = Command::new("prometheus")
            .arg("--config.file=prometheus.yml")
            .arg("--storage.tsdb.path=data")
            .arg("--web.listen-address=127.0.0.1:0")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("prometheus is missing: `scripts/test --prometheus` installs it");
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let listening = async {
            while let Some(line) = log.next_line().await.unwrap() {
                let said = line.split_once("\"Listening on\"").map_or("", |(_, said)| said);
                if let Some((_, address)) = said.split_once("address=") {
                    return address.split_whitespace().next().unwrap().to_owned();
                }
            }
            panic!("it ended");
        };
        let address = timeout(PATIENCE, listening).await.expect("it listens in time");
        // What it writes later is for nobody, and has to be read all the same.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self { url: format!("http://{address}"), _process: process, _folder: folder }
    }

    /// The series that it has for an expression, or what it says against that.
    async fn ask(&self, expression: &str) -> Result<Vec<Value>, String> {
        let mut url = reqwest::Url::parse(&format!("{}/api/v1/query", self.url)).unwrap();
        url.query_pairs_mut().append_pair("query", expression);
        let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        match answer["data"]["result"].as_array() {
            Some(series) => Ok(series.clone()),
            None => Err(answer.to_string()),
        }
    }
}

#[tokio::test]
async fn every_panel_and_every_alert_has_data() {
    let endpoint = Endpoint::start().await;
    endpoint.visited(0).await;
    promtool_likes(&endpoint.scraped().await).await;
    let prometheus = Prometheus::of(&endpoint.metrics).await;

    let start = Instant::now();
    for round in 1.. {
        endpoint.visited(round).await;
        sleep(Duration::from_millis(500)).await;
        let mut empty = Vec::new();
        for expression in expressions() {
            // An alert is silent where all is well: then it is asked whether it would be raised.
            let text = expression.text.replace("> ", "> bool ");
            let series = prometheus.ask(&text).await;
            let series = series.unwrap_or_else(|error| panic!("{}: {error}", expression.at));
            if !series.iter().any(is_number) {
                empty.push(text);
            }
            assert!(prometheus.ask(&expression.text).await.is_ok(), "{}", expression.text);
        }
        if empty.is_empty() {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "no data: {empty:#?}");
    }
    the_numbers_are_those_that_were_sent(&prometheus).await;
}

/// A quotient without a divisor is none.
fn is_number(series: &Value) -> bool {
    let value = series["value"][1].as_str().and_then(|text| text.parse::<f64>().ok());
    value.is_some_and(f64::is_finite)
}

/// Both keys, one forgery and one duplicate in each round: what is asked about differs by nothing, once the last round was
/// scraped.
async fn the_numbers_are_those_that_were_sent(prometheus: &Prometheus) {
    let refused = "countersign_refused_total{reason=";
    for (expression, expected) in [
        (
            "countersign_accepted_total{key='0'} - ignoring(key) countersign_accepted_total{key='1'}",
            0.0,
        ),
        (&format!("{refused}'mismatch'}} - ignoring(reason) {refused}'replayed'}}"), 0.0),
        ("sum(countersign_refused_total) - sum(countersign_accepted_total)", 0.0),
        ("time() - countersign_keys_loaded_timestamp_seconds < bool 600", 1.0),
    ] {
        let start = Instant::now();
        loop {
            let series = prometheus.ask(expression).await.unwrap();
            // None where a scrape took longer than its second.
            assert!(series.len() <= 1, "{expression}: {series:?}");
            let value = series.first().map(|series| series["value"][1].as_str().unwrap());
            if value.map(|value| value.parse::<f64>().unwrap()) == Some(expected) {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "{expression}: {series:?}");
            sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn promtool_likes(text: &str) {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is missing: `scripts/test --prometheus` installs it");
    let mut stdin = promtool.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).await.unwrap();
    drop(stdin);
    let output = timeout(PATIENCE, promtool.wait_with_output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}
