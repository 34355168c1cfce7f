//! `examples/logs`, by a real process: what goes into a pipe is plain text, and `info` is logged where nothing is asked for.

use std::fs;
use std::path::Path;

use countersign_tests::process::Server;

/// What a server logs of a request that nobody signed, and of its end.
async fn log_with(more: &[(&str, &str)]) -> String {
    let (key, url) = ("5f1c0c0d0e3b4a5f", "https://hooks.example.com/meya");
    let environment = [("PORT", "0"), ("MEYA_API_KEY", key), ("MEYA_URL", url)];
    let mut server = Server::start("meya-webhook", &[&environment, more].concat()).await;
    let client = reqwest::Client::new();
    let asked = client.post(format!("{}/meya", server.url())).body("{}").send().await;
    assert_eq!(asked.expect("an answer").status().as_u16(), 401);
    drop(client);
    server.terminate();
    assert!(server.ended().await.success());
    server.log()
}

#[tokio::test]
async fn what_goes_into_a_pipe_has_no_colour() {
    let log = log_with(&[("RUST_LOG", "debug")]).await;
    assert!(log.contains("refused"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
}

#[tokio::test]
async fn colour_can_be_asked_for() {
    let log = log_with(&[("RUST_LOG", "debug"), ("CLICOLOR_FORCE", "1")]).await;
    assert!(log.contains('\u{1b}'), "{log}");
}

#[tokio::test]
async fn where_nothing_is_asked_for_it_is_info() {
    for nothing in [&[][..], &[("RUST_LOG", "")]] {
        let log = log_with(nothing).await;
        assert!(log.contains("INFO") && !log.contains("refused"), "{log}");
    }
}

#[tokio::test]
async fn what_is_no_filter_is_said() {
    let log = log_with(&[("RUST_LOG", "countersign=loud")]).await;
    assert!(log.contains("countersign=loud") && log.contains("INFO"), "{log}");
}

#[test]
fn every_example_logs_like_that() {
    let examples = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples"));
    let mut seen = 0;
    for example in fs::read_dir(examples).expect("the examples") {
        let main = example.expect("an example").path().join("src/main.rs");
        if let Ok(source) = fs::read_to_string(&main) {
            assert!(source.contains("    logs::init();\n"), "{}", main.display());
            assert!(!source.contains("tracing_subscriber"), "{}", main.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
}
