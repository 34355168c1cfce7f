//! Refused requests, kept in files by a real server.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{any, post};

use countersign::explain::{CaptureRejected, Explain, Receiver, Setup, take_note};
use countersign::meta::Meta;
use countersign::notion::Notion;
use countersign::{
    HmacKey, KeySet, MemoryReplay, Replay, Scheme, Secret, SpaceTokenVerify, Spark, SparkVerify,
    Timestamp, VerifyLayer,
};
use countersign_cli::capture;
use countersign_tests::server::{Server, exchange};

use tempfile::TempDir;
use tower::{Layer, ServiceExt};

const SECRET: &str = "s3cr3t-of-the-webhook";

/// The files in the order of their names, as soon as there are that many.
fn files(folder: &Path, count: usize) -> Vec<PathBuf> {
    let start = Instant::now();
    loop {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "http"))
            .collect();
        files.sort();
        if files.len() >= count {
            return files;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{files:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

async fn serve<S: Scheme>(layer: VerifyLayer<S>) -> Server {
    let route = post(async || "handled").route_layer(layer);
    Server::start(Router::new().route("/hook", route)).await.unwrap()
}

fn signed(body: &str) -> String {
    HmacKey::new(SECRET.as_bytes())
        .sign_hex(countersign::Algorithm::HmacSha1, &[body.as_bytes()])
        .unwrap()
}

fn request(headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /hook?a=b HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The cause of the first file, as the command line would say it.
fn explain(file: &Path) -> countersign::explain::Explanation {
    let mut request = capture::parse(&fs::read(file).unwrap()).unwrap();
    let note = take_note(&mut request).unwrap();
    let receiver = Receiver::new(|setup| VerifyLayer::<Spark>::try_new(setup.secrets().to_vec()));
    let setup = Setup::default().secret(Secret::new(SECRET).unwrap());
    let explain = Explain::new(receiver, setup).note(note).budget(Duration::from_secs(60));
    explain.explain(request).unwrap()
}

#[tokio::test]
async fn what_was_refused_is_explained_later() {
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("refused");
    let capture = CaptureRejected::to(&to).unwrap();
    let server = serve(SparkVerify::new(SECRET).on_refused(capture)).await;
    let body = "{\"a\": 1}";
    let headers = format!(
        "X-Spark-Signature: {}\r\nAuthorization: Bearer 4uth\r\nCookie: c00kie=1\r\n\
         Proxy-Authorization: Basic 4uth\r\nX-Countersign-At: 1\r\nX-Countersign-Body: gone\r\n",
        signed(body)
    );
    let genuine = exchange(server.address, &request(&headers, body)).await.unwrap();
    assert!(genuine.starts_with("HTTP/1.1 200"), "{genuine}");
    let answer = exchange(server.address, &request(&headers, "{\"a\": 1}\n")).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");

    let files = files(&to, 1);
    assert_eq!(files.len(), 1, "a genuine one is not kept");
    let text = fs::read_to_string(&files[0]).unwrap();
    for left_out in ["4uth", "c00kie", "gone"] {
        assert!(!text.contains(left_out), "{text}");
    }
    assert!(text.starts_with("POST /hook?a=b HTTP/1.1\r\n") && text.ends_with("{\"a\": 1}\n"));
    let explanation = explain(&files[0]);
    assert_eq!(explanation.causes[0].code, "body-newline-added", "{explanation}");
    let shown = explanation.to_string();
    assert!(shown.contains("`spark: the signature does not match"), "{shown}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

/// Whatever a proxy or a sender calls it; only names tell.
#[tokio::test]
async fn credentials_are_left_out() {
    let folder = TempDir::new().unwrap();
    let capture = CaptureRejected::to(folder.path()).unwrap();
    let server = serve(SparkVerify::new(SECRET).on_refused(capture)).await;
    let credentials = [
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "Set-Cookie",
        "X-Gitlab-Token",
        "X-Telegram-Bot-Api-Secret-Token",
        "X-Api-Key",
        "Apikey",
        "X-Auth-User",
        "X-Forwarded-Access-Token",
        "Cf-Access-Jwt-Assertion",
        "X-Amz-Security-Token",
        "X-Client-Secret",
        "X-Password",
        "X-Passwd",
        "X-Db-Credential",
        "X-Session-Id",
        "X-Access-Key",
    ];
    let kept = ["X-Spark-Signature", "X-Auth-Signature", "X-Keyword", "X-Request-Id"];
    let lines = credentials.iter().map(|name| format!("{name}: left-{name}\r\n"));
    let lines: String = lines.chain(kept.map(|name| format!("{name}: kept-{name}\r\n"))).collect();
    exchange(server.address, &request(&lines, "{}")).await.unwrap();
    let text = fs::read_to_string(&files(folder.path(), 1)[0]).unwrap();
    for name in credentials {
        assert!(!text.contains(&format!("left-{name}\r\n")), "{name}: {text}");
        assert!(!text.contains(&format!("{}: ", name.to_lowercase())), "{name}: {text}");
    }
    for name in kept {
        assert!(text.contains(&format!("kept-{name}\r\n")), "{name}: {text}");
    }
}

#[tokio::test]
async fn what_was_refused_by_its_head_has_no_body_and_says_so() {
    let folder = TempDir::new().unwrap();
    let capture = CaptureRejected::to(folder.path()).unwrap();
    let server = serve(SparkVerify::new(SECRET).body_limit(64).on_refused(capture)).await;
    exchange(server.address, &request("", "{\"secret\":1}")).await.unwrap();
    let chunked = format!(
        "POST /hook HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
         X-Spark-Signature: {}\r\n\r\n50\r\n{}\r\n0\r\n\r\n",
        signed(""),
        "x".repeat(0x50)
    );
    let answer = exchange(server.address, chunked.as_bytes()).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    for (file, why) in files(folder.path(), 2).iter().zip(["missing", "larger than the limit"]) {
        let mut request = capture::parse(&fs::read(file).unwrap()).unwrap();
        assert_eq!(request.body(), "");
        let note = take_note(&mut request).unwrap();
        assert!(note.body_missing && note.refused.contains(why), "{note:?}");
        assert!(!request.headers().keys().any(|name| name.as_str().starts_with("x-countersign")));
        let shown = explain(file).to_string();
        assert!(shown.contains("the body is not here"), "{shown}");
    }
}

#[tokio::test]
async fn a_request_that_bears_its_secret_is_not_kept() {
    let folder = TempDir::new().unwrap();
    let capture = CaptureRejected::to(folder.path()).unwrap();
    let token = serve(SpaceTokenVerify::new(SECRET).on_refused(capture.clone())).await;
    let spark = serve(SparkVerify::new(SECRET).on_refused(capture)).await;
    let body = format!("{{\"verificationToken\":\"{SECRET} \"}}");
    let answer = exchange(token.address, &request("", &body)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    // By the same thread, and later.
    exchange(spark.address, &request("", "{}")).await.unwrap();
    let files = files(folder.path(), 1);
    assert_eq!(files.len(), 1);
    assert!(files[0].to_str().unwrap().contains("spark-missing"), "{files:?}");
}

/// A server whose own token is wrong refuses the true one; a first request with a field more is none.
#[tokio::test]
async fn an_unsigned_handshake_that_was_refused_is_not_kept() {
    let folder = TempDir::new().unwrap();
    let capture = CaptureRejected::to(folder.path()).unwrap();
    let meta = Meta::default().verify_token("another token");
    let meta = VerifyLayer::try_with(meta, SECRET).unwrap().on_refused(capture.clone());
    let notion = Notion::default().on_verification_token(|_| panic!("it is none"));
    let notion = VerifyLayer::with_keys(notion, KeySet::new([])).on_refused(capture.clone());
    let spark = serve(SparkVerify::new(SECRET).on_refused(capture)).await;
    let routes = Router::new()
        .route("/meta", any(async || "handled").layer(meta))
        .route("/notion", any(async || "handled").layer(notion));
    let server = Server::start(routes).await.unwrap();
    for method in ["GET", "HEAD"] {
        let challenge = format!(
            "{method} /meta?hub.mode=subscribe&hub.challenge=1&hub.verify_token={SECRET} HTTP/1.1\r\n\
             Host: a\r\nConnection: close\r\n\r\n"
        );
        let answer = exchange(server.address, challenge.as_bytes()).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    let first = format!("{{\"verification_token\":\"{SECRET}\",\"more\":1}}");
    let first = format!(
        "POST /notion HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{first}",
        first.len()
    );
    let answer = exchange(server.address, first.as_bytes()).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    // By the same thread, and later; a signed one of the same scheme is kept.
    let forged = format!(
        "POST /meta HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Hub-Signature-256: sha256={}\r\n\
         Content-Length: 2\r\n\r\n{{}}",
        "0".repeat(64)
    );
    exchange(server.address, forged.as_bytes()).await.unwrap();
    exchange(spark.address, &request("", "{}")).await.unwrap();
    let files = files(folder.path(), 2);
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files[0].to_str().unwrap().contains("meta-mismatch"), "{files:?}");
    assert!(files[1].to_str().unwrap().contains("spark-missing"), "{files:?}");
    for file in files {
        assert!(!fs::read_to_string(file).unwrap().contains(SECRET));
    }
}

#[tokio::test]
async fn count_and_bytes_are_bounded_and_the_newest_stay() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("notes.http"), "mine").unwrap();
    // Named like the oldest of them, and none: it can neither be counted nor removed.
    let trap = folder.path().join("1000000000000-0000001-0000000000-spark-mismatch.http");
    fs::create_dir(&trap).unwrap();
    for (most, bytes) in [(3, 1 << 20), (100, 700)] {
        // Over restarts, too.
        for round in 0..2 {
            let capture = CaptureRejected::within(folder.path(), most, bytes).unwrap();
            let server = serve(SparkVerify::new(SECRET).on_refused(capture)).await;
            for index in 0..8 {
                let headers =
                    format!("X-Number: {round}{index}\r\nX-Spark-Signature: {}\r\n", signed(""));
                exchange(server.address, &request(&headers, "{}")).await.unwrap();
            }
            let last = format!("x-number: {round}7");
            let start = Instant::now();
            let ours = loop {
                let mut ours = files(folder.path(), 1);
                ours.retain(|path| !path.ends_with("notes.http") && *path != trap);
                let is_last = |path: &PathBuf| {
                    fs::read_to_string(path).is_ok_and(|text| text.contains(&last))
                };
                if ours.last().is_some_and(is_last) {
                    break ours;
                }
                assert!(start.elapsed() < Duration::from_secs(60), "{ours:?}");
                std::thread::sleep(Duration::from_millis(10));
            };
            let length = |path: &PathBuf| fs::metadata(path).unwrap().len();
            assert!(ours.len() <= most, "{ours:?}");
            assert!(ours.iter().map(length).sum::<u64>() <= bytes as u64, "{ours:?}");
            assert!(ours.len() > 1, "{ours:?}");
        }
    }
    assert_eq!(fs::read_to_string(folder.path().join("notes.http")).unwrap(), "mine");
}

/// What is written can be read: a reader takes as many headers, and as long ones.
#[tokio::test]
async fn a_head_is_kept_if_it_can_be_read() {
    let folder = TempDir::new().unwrap();
    let capture = CaptureRejected::to(folder.path()).unwrap();
    let layer = SparkVerify::new(SECRET).on_refused(capture);
    let refused = |count: usize, length: usize| {
        let headers = (0..count).map(|index| (format!("x-{index}"), "x".repeat(length)));
        let request = headers
            .fold(http::Request::post("/"), |request, (name, value)| request.header(name, value));
        let service = layer.layer(tower::service_fn(async |_| {
            Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
        }));
        service.oneshot(request.body(axum::body::Body::empty()).unwrap())
    };
    // A note of three lines and a length are added.
    for (count, length) in [(1021, 1), (2, 1 << 20), (1020, 1), (3, 300_000)] {
        assert_eq!(refused(count, length).await.unwrap().status(), 401);
    }
    let files = files(folder.path(), 2);
    assert_eq!(files.len(), 2, "{files:?}");
    for (file, count) in files.iter().zip([1020, 3]) {
        let mut request = capture::parse(&fs::read(file).unwrap()).unwrap();
        assert!(take_note(&mut request).is_some());
        assert_eq!(request.headers().len(), count + 1, "with its length");
    }
}

/// A sender is not to say when a request arrived, or that it was refused.
#[test]
fn a_note_stands_last_in_the_head_and_nowhere_else() {
    let note = |lines: &str| {
        let head = format!("POST / HTTP/1.1\r\n{lines}\r\n");
        take_note(&mut capture::parse(head.as_bytes()).unwrap())
    };
    let refused = "x-countersign-refused: spark: why\r\n";
    let at = "x-countersign-at: 1700000001000\r\n";
    let body = "x-countersign-body: not read\r\n";
    let taken = note(&format!("a: b\r\n{refused}{at}")).unwrap();
    assert_eq!(taken.at, Some(Timestamp::from_secs(1_700_000_001)));
    assert!(!taken.body_missing && taken.refused == "spark: why");
    assert!(note(&format!("a: b\r\n{body}{refused}{at}")).unwrap().body_missing);
    for lines in [
        format!("{refused}{at}a: b\r\n"),
        format!("{refused}a: b\r\n{at}"),
        format!("{at}{refused}"),
        format!("{refused}{refused}{at}"),
        format!("{refused}{at}{at}"),
        format!("{body}a: b\r\n{refused}{at}"),
        refused.to_owned(),
        at.to_owned(),
    ] {
        assert!(note(&lines).is_none(), "{lines}");
    }
}

#[tokio::test]
async fn what_is_larger_than_all_files_may_be_is_not_kept() {
    let folder = TempDir::new().unwrap();
    let capture = CaptureRejected::within(folder.path(), 10, 1000).unwrap();
    let server = serve(SparkVerify::new(SECRET).on_refused(capture)).await;
    for body in ["x".repeat(2000), "x".repeat(990), "small".to_owned()] {
        let headers = format!("X-Spark-Signature: {}\r\n", signed(""));
        exchange(server.address, &request(&headers, &body)).await.unwrap();
    }
    let files = files(folder.path(), 1);
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(fs::read_to_string(&files[0]).unwrap().ends_with("small"));
}

/// What was handled already is genuine: there is nothing to explain.
#[tokio::test]
async fn what_is_sent_again_is_not_kept() {
    let folder = TempDir::new().unwrap();
    let layer = SparkVerify::new(SECRET)
        .replay(Replay::new(MemoryReplay::new()).retention(Duration::from_secs(60)))
        .on_refused(CaptureRejected::to(folder.path()).unwrap());
    let server = serve(layer).await;
    let headers = format!("X-Spark-Signature: {}\r\n", signed("{}"));
    for status in ["200", "401"] {
        let answer = exchange(server.address, &request(&headers, "{}")).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
    exchange(server.address, &request("", "{}")).await.unwrap();
    let files = files(folder.path(), 1);
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].to_str().unwrap().contains("missing"), "{files:?}");
}

/// A folder that cannot be written to costs captures, and nothing else.
#[tokio::test]
async fn what_cannot_be_written_does_not_change_the_answer() {
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("refused");
    let capture = CaptureRejected::to(&to).unwrap();
    let server = serve(SparkVerify::new(SECRET).on_refused(capture)).await;
    fs::remove_dir_all(&to).unwrap();
    for _ in 0..200 {
        let answer = exchange(server.address, &request("", "{}")).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(CaptureRejected::to(&file).is_err(), "a file is no folder");
}

/// The answer is that of `reject_with`, beside which the request is kept.
#[tokio::test]
async fn the_answer_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let layer = SparkVerify::new(SECRET)
        .reject_with(|error| error.response().map(|_| "refused"))
        .on_refused(CaptureRejected::to(folder.path()).unwrap());
    let server = serve(layer).await;
    let answer = exchange(server.address, &request("", "{}")).await.unwrap();
    assert!(answer.ends_with("\r\n\r\nrefused"), "{answer}");
    assert_eq!(files(folder.path(), 1).len(), 1);
}
